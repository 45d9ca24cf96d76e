"""The statements that the local Athena knows, SELECT and UNLOAD, and the parameters of a statement."""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from ministack.core.responses import new_uuid
from ministack.services import athena
from tests.local_aws.server.engine import Engine, QueryError, parse
from tests.local_aws.server.hive_types import as_text, athena_of_duckdb
from tests.local_aws.server.objects import as_folder, list_keys, split_address, write_object

UNLOAD = re.compile(r"UNLOAD\s*\((.*)\)\s*TO\s+'(s3://[^']+)'\s*WITH\s*\((.*)\)$", re.IGNORECASE | re.DOTALL)
FILES_OF_AN_UNLOAD = 2


@dataclass(frozen=True)
class Result:
    """What a statement gives.

    Attributes:
        columns: names.
        types: as Athena names them.
        rows: values as text; None is a null.
        scanned: bytes.
        written: addresses of the files that an UNLOAD wrote; None for another statement.
    """

    columns: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    rows: list[list[str | None]] = field(default_factory=list)
    scanned: int = 0
    written: list[str] | None = None


def check(sql: str) -> None:
    """Refuses what Athena refuses before a query is started.

    Raises:
        QueryError: It is no SQL of Athena.
    """
    unload = UNLOAD.match(_trimmed(sql))
    parse(unload[1] if unload else sql)


def run(engine: Engine, sql: str) -> Result:
    """Runs a statement.

    Raises:
        QueryError: It fails, or is neither a SELECT nor an UNLOAD.
    """
    sql = _trimmed(sql)
    if unload := UNLOAD.match(sql):
        return _unload(engine, unload[1], unload[2], unload[3])
    if not re.match(r"(SELECT|WITH|VALUES|\()", sql, re.IGNORECASE):
        raise QueryError(f"NOT_SUPPORTED: this statement is not known to the local AWS: {sql[:60]}")
    found = engine.select(sql)
    columns = [str(column[0]) for column in found.description]
    types = [athena_of_duckdb(column[1]) for column in found.description]
    return Result(columns, types, [[as_text(value) for value in row] for row in found.fetchall()], engine.scanned)


def bind(sql: str, parameters: Sequence[str]) -> str:
    """A statement with its parameters, which are literals of SQL, in place of the question marks.

    Raises:
        QueryError: There are more or fewer question marks than parameters.
    """
    marks = [(start, end) for kind, text, start, end in athena._sql_tokens(sql) if (kind, text) == ("punct", "?")]
    if len(marks) != len(parameters):
        raise QueryError(
            "INVALID_PARAMETER_USAGE: line 1:1: Incorrect number of parameters: "
            f"expected {len(marks)} but found {len(parameters)}"
        )
    bound, place = "", 0
    for (start, end), parameter in zip(marks, parameters, strict=True):
        bound += sql[place:start] + parameter
        place = end
    return bound + sql[place:]


def _trimmed(sql: str) -> str:
    """A statement without the comments before it and the semicolon behind it."""
    return re.sub(r"^(\s*--[^\n]*\n)+", "", sql).strip().rstrip(";").strip()


def _unload(engine: Engine, select: str, address: str, options: str) -> Result:
    """Writes the rows of a SELECT as Parquet, in several files and in no order as many workers do; no rows, no file."""
    given = dict(re.findall(r"(\w+)\s*=\s*'([^']*)'", options.lower()))
    if given.get("format") != "parquet" or "partitioned_by" in options.lower():
        raise QueryError("NOT_SUPPORTED: the local AWS unloads to Parquet without partitions only")
    bucket, folder = split_address(as_folder(address))
    if list_keys(bucket, folder):
        raise QueryError(f"HIVE_PATH_ALREADY_EXISTS: Target directory for table '{address}' already exists")
    written = []
    for part in _shuffled(_as_trino(engine.select(select).to_arrow_table())):
        key = f"{folder}{new_uuid()}"
        sink = io.BytesIO()
        pq.write_table(part, sink, compression="gzip")
        write_object(bucket, key, sink.getvalue())
        written.append(f"s3://{bucket}/{key}")
    return Result(["rows"], ["bigint"], [], engine.scanned, written)


def _shuffled(table: pa.Table) -> Iterator[pa.Table]:
    """Parts of a table, the last rows first."""
    size = -(-table.num_rows // FILES_OF_AN_UNLOAD)
    for start in reversed(range(0, table.num_rows, size or 1)):
        yield table.slice(start, size)


def _as_trino(table: pa.Table) -> pa.Table:
    """Sums of integers as bigint, which DuckDB makes wider."""
    wide = pa.decimal128(38, 0)
    fields: list[Any] = [column.with_type(pa.int64()) if column.type == wide else column for column in table.schema]
    return table.cast(pa.schema(fields))
