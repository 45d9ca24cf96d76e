"""The query engine on AWS: Athena, through PyAthena."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import pandas as pd
import pyathena
from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from pyathena.connection import Connection
from pyathena.cursor import Cursor
from pyathena.model import AthenaQueryExecution
from pyathena.pandas.cursor import PandasCursor
from pyathena.util import RetryConfig

from viticast.lake.aws.clients import CONFIG
from viticast.lake.aws.literals import literal
from viticast.lake.aws.query_failures import name_failure, name_refusal
from viticast.lake.errors import CredentialsError, QueryTimeoutError
from viticast.lake.query import Answer, Parameters, QueryStatistics, bind
from viticast.lake.storage import DamagedFileError

logger = logging.getLogger(__name__)

# PyAthena logs the traceback of whatever it raises; every one of those becomes an error of the lake, told once.
logging.getLogger("pyathena").setLevel(logging.CRITICAL)

_ENCRYPTION = {"AES256": "SSE_S3", "aws:kms": "SSE_KMS"}
"""Names of S3 -> names of Athena."""

_TYPES = {
    "varchar": "str",
    "char": "str",
    "string": "str",
    "tinyint": "int8",
    "smallint": "int16",
    "integer": "int32",
    "int": "int32",
    "bigint": "int64",
    "real": "float32",
    "float": "float32",
    "double": "float64",
    "boolean": "bool",
    "timestamp": "datetime64[us]",
    "date": "datetime64[us]",
}
"""Types of Athena -> types that the same column has in a frame of DuckDB's."""


@dataclass(frozen=True)
class AthenaOptions:
    """Where and how Athena is asked.

    Attributes:
        database: Of the Glue Data Catalog.
        work_group: Which bounds and accounts for the queries.
        staging: s3:// address under which answers are left, for a while.
        timeout_seconds: A query that takes longer is cancelled.
        unload: Have Athena write answers to Parquet files, in parallel and with their types; without it a page of a
            thousand rows is asked for at a time, which is quicker for a few rows only.
        encryption: Of the answers: AES256, aws:kms, or bucket for what the bucket does by itself.
        kms_key: Of aws:kms.
        poll_seconds: Between two looks at a query.
    """

    database: str
    work_group: str
    staging: str
    timeout_seconds: float = 600
    unload: bool = True
    encryption: Literal["bucket", "AES256", "aws:kms"] = "bucket"
    kms_key: str | None = None
    poll_seconds: float = 0.5


class _OverdueError(Exception):
    """The query took too long; PyAthena passes it on from where it looks at the query."""


class _Watch:
    """Looks at a query each time that PyAthena does, and ends the waiting when its time is over."""

    def __init__(self, timeout_seconds: float) -> None:
        self._end = time.monotonic() + timeout_seconds
        self.execution: AthenaQueryExecution | None = None

    def __call__(self, execution: Any) -> None:  # noqa: ANN401 - PyAthena's own union of what can run
        self.execution = execution
        if not self.has_ended and time.monotonic() > self._end:
            raise _OverdueError

    @property
    def has_ended(self) -> bool:
        """True if the query succeeded, failed or was cancelled."""
        return self.execution is not None and self.execution.state in AthenaQueryExecution.TERMINAL_STATES

    @property
    def has_failed(self) -> bool:
        """True if it ended without an answer."""
        return self.has_ended and self.execution.state != AthenaQueryExecution.STATE_SUCCEEDED  # type: ignore[union-attr]


class AthenaEngine:
    """Asks Athena. Credentials, region and address are found by the SDK's own chain.

    The SDK repeats what was throttled or cut off, a bounded number of times; PyAthena's own repetitions, which would
    multiply with those, are switched off.

    Args:
        options: Where and how.
    """

    def __init__(self, options: AthenaOptions) -> None:
        self.options = options

    def query(self, sql: str, parameters: Parameters) -> Answer:
        """Runs one SELECT and waits for it.

        Raises:
            QueryTimeoutError: It took too long, and was cancelled.
            QueryCancelledError: Somebody, or the limit of the work group, stopped it.
            TableMissingError: The catalog does not know a table, or not even the database.
            QueryFailedError: Athena refused it or gave it up.
            DamagedFileError: An object of the lake is not what Athena can read.
            ServiceError: Another fault of AWS, by its name.
        """
        bound, values = bind(sql, parameters)
        literals = [literal(value) for value in values]
        if not self.options.unload:
            return self._fetched(bound, literals)
        answer = self._unloaded(bound, literals)
        if len(answer.frame.columns):
            return answer
        # Nothing was written, so nothing says which columns there would have been. Athena scans nothing for this.
        outline = self._fetched(f"SELECT * FROM ({bound}) LIMIT 0", literals)  # noqa: S608 - the project's statement
        return Answer(outline.frame, answer.statistics)

    def _unloaded(self, sql: str, literals: Sequence[str]) -> Answer:
        def run(cursor: PandasCursor) -> pd.DataFrame:
            frame: Any = cursor.execute(sql, list(literals), paramstyle="qmark").as_pandas()
            return pd.DataFrame(frame)

        return self._run(PandasCursor, run, unload=True)

    def _fetched(self, sql: str, literals: Sequence[str]) -> Answer:
        def run(cursor: Cursor) -> pd.DataFrame:
            rows = cursor.execute(sql, list(literals), paramstyle="qmark").fetchall()
            columns = {str(column[0]): str(column[1]) for column in cursor.description or []}
            return _typed(rows, columns)

        return self._run(Cursor, run)

    def _run(self, kind: type[Any], run: Callable[[Any], pd.DataFrame], **options: bool) -> Answer:
        watch = _Watch(self.options.timeout_seconds)
        with _naming(), self._connection.cursor(kind, on_poll=watch, **options) as cursor:
            try:
                frame = run(cursor)
            except _OverdueError:
                _cancel(cursor)
                raise QueryTimeoutError(self._overdue(cursor.query_id)) from None
            except pyathena.Error:
                if watch.has_failed and watch.execution is not None:
                    failed = watch.execution
                    raise name_failure(failed.state, failed.state_change_reason, failed.query_id) from None
                if cursor.query_id and not watch.has_ended:
                    # It would go on, and cost, with nobody to read what it finds.
                    _cancel(cursor)
                raise
        return Answer(frame, _statistics(watch.execution))

    def _overdue(self, query_id: str | None) -> str:
        return (
            f"Athena's query {query_id} did not end within {self.options.timeout_seconds:g} seconds and was cancelled. "
            "Look at it in Athena's history; run again, or raise timeout_seconds in conf/aws/catalog.yml."
        )

    @cached_property
    def _connection(self) -> Connection[Any]:
        with _naming():
            return Connection(
                session=Session(),
                schema_name=self.options.database,
                work_group=self.options.work_group,
                s3_staging_dir=self.options.staging,
                encryption_option=_ENCRYPTION.get(self.options.encryption),
                kms_key=self.options.kms_key,
                poll_interval=self.options.poll_seconds,
                # A copy: PyAthena writes its name into it.
                config=CONFIG.merge(Config()),
                retry_config=RetryConfig(attempt=1),
                glue_metadata_fallback=False,
            )


@contextmanager
def _naming() -> Iterator[None]:
    """Turns what PyAthena and the SDK raise into the errors of the lake."""
    try:
        yield
    except DamagedFileError:
        # An OSError, as those that have no name yet.
        raise
    except (pyathena.Error, ClientError, BotoCoreError, OSError) as error:
        named = name_refusal(error, "run a query")
        # The SDK's words on credentials may repeat a token; a chain would print them.
        raise named from None if isinstance(named, CredentialsError) else error


def _cancel(cursor: Any) -> None:  # noqa: ANN401 - of either kind
    """Has Athena stop the query, if it can still be told; what is wrong with it is told by another error."""
    with suppress(pyathena.Error):
        cursor.cancel()


def _typed(rows: Sequence[Any], columns: Mapping[str, str]) -> pd.DataFrame:
    """Rows as a frame with the types that Athena says."""
    frame = pd.DataFrame(rows, columns=list(columns), dtype=object)
    return frame.astype({name: _type(kind, bool(frame[name].isna().any())) for name, kind in columns.items()})


def _type(kind: str, has_nulls: bool) -> str:
    """The type of a column, which has to have room for nulls; as in DuckDB's frames."""
    found = _TYPES.get(kind, "object")
    if has_nulls and found.startswith("int"):
        return "float64"
    return "object" if has_nulls and found == "bool" else found


def _statistics(execution: AthenaQueryExecution | None) -> QueryStatistics | None:
    if execution is None:
        return None
    return QueryStatistics(
        query_id=str(execution.query_id),
        bytes_scanned=int(execution.data_scanned_in_bytes or 0),
        seconds=(execution.total_execution_time_in_millis or 0) / 1000,
    )
