"""Statements over the lake as Kedro datasets: they wait for their parameters."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from kedro.io import AbstractDataset, DatasetError

from viticast.datasets.mlflow_queries import record_query
from viticast.lake.queries import statement

if TYPE_CHECKING:
    from viticast.lake.query import QueryEngine, Value

logger = logging.getLogger(__name__)


class LakeQuery:
    """A statement that waits for its parameters; calling it runs it.

    Args:
        name: Name of the statement, for messages.
        sql: Its text, with `:name` placeholders.
        engine: What runs it.
        order_by: Columns that the rows are sorted by. No engine keeps an order that a statement asks for when it
            writes its answer into several files; so no statement asks for one.
    """

    def __init__(self, name: str, sql: str, engine: QueryEngine, order_by: Sequence[str] = ()) -> None:
        self.name = name
        self._sql = sql
        self._engine = engine
        self._order_by = list(order_by)

    def __call__(self, **parameters: Value | Sequence[Value]) -> pd.DataFrame:
        """The rows, sorted; text columns as pandas strings, moments in microseconds, whichever engine answers."""
        answer = self._engine.query(self._sql, parameters)
        if answer.statistics is not None:
            logger.info(
                "%s: %d rows, %d bytes scanned in %.1f s, query %s",
                self.name,
                len(answer.frame),
                answer.statistics.bytes_scanned,
                answer.statistics.seconds,
                answer.statistics.query_id,
            )
            record_query(self.name, answer.statistics)
        frame = alike(answer.frame)
        return frame.sort_values(self._order_by, kind="stable", ignore_index=True) if self._order_by else frame


class LakeQueryDataset(AbstractDataset[None, LakeQuery]):
    """Loads one of the project's statements, ready to be run on the engine of the environment.

    Args:
        statement_name: `lake/sql/<statement_name>.sql`.
        engine: What `make_engine` takes.
        order_by: Columns that the rows are sorted by.
        metadata: Ignored by Kedro; kedro-viz reads the layer here.
    """

    def __init__(
        self,
        *,
        statement_name: str,
        engine: dict[str, Any],
        order_by: Sequence[str] = (),
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self._statement_name = statement_name
        self._engine = engine
        self._order_by = list(order_by)
        self.metadata = metadata

    def load(self) -> LakeQuery:
        """The statement, not its rows: a node gives the parameters."""
        return make_query(self._statement_name, self._engine, self._order_by)

    def save(self, data: None) -> None:
        """A query cannot be saved."""
        raise DatasetError(f"{self._statement_name} is a query and cannot be saved")

    def _describe(self) -> dict[str, Any]:
        return {"statement": f"lake/sql/{self._statement_name}.sql", "engine": self._engine}


def make_engine(settings: dict[str, Any]) -> QueryEngine:
    """The engine of an environment.

    Args:
        settings: `{type: duckdb, filepath: <file of views>}`, or `{type: athena, …}` with what
            `lake.aws.athena.AthenaOptions` has.

    Raises:
        DatasetError: Its type is unknown.
    """
    options = {name: value for name, value in settings.items() if name != "type"}
    # Loaded where something is asked: Kedro makes every dataset of the catalog, whatever a run needs.
    match settings.get("type"):
        case "duckdb":
            from viticast.lake.engine import DuckDBEngine  # noqa: PLC0415

            return DuckDBEngine(options["filepath"])
        case "athena":
            from viticast.lake.aws.athena import AthenaEngine, AthenaOptions  # noqa: PLC0415

            return AthenaEngine(AthenaOptions(**options))
        case unknown:
            raise DatasetError(f"query engine {unknown!r} is unknown; known: duckdb, athena")


def make_query(statement_name: str, engine: dict[str, Any], order_by: Sequence[str] = ()) -> LakeQuery:
    """One of the project's statements, ready to be run.

    Args:
        statement_name: `lake/sql/<statement_name>.sql`.
        engine: What `make_engine` takes.
        order_by: Columns that the rows are sorted by.
    """
    return LakeQuery(statement_name, statement(statement_name), make_engine(engine), order_by)


def alike(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the types that its columns have in every engine, where engines and files differ."""
    texts = {column: "str" for column in frame.columns if frame[column].dtype == object}
    moments = {column: "datetime64[us]" for column in frame.columns if frame[column].dtype.kind == "M"}
    return frame.astype(texts | moments)
