"""Answers a query in the dialect of Athena by DuckDB, from the partitions that the catalog knows and no others."""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import pyarrow as pa
import sqlglot
from ministack.services import glue
from sqlglot import exp
from tests.local_aws.server.hive_types import duckdb_of_hive, hive_of_arrow, is_readable
from tests.local_aws.server.objects import as_folder, list_keys, local_copy, parquet_metadata, split_address
from tests.local_aws.server.partitions import matching

CATALOG = "awsdatacatalog"
SETTINGS = (
    "SET TimeZone = 'UTC'",
    # Trino divides integers to integers.
    "SET integer_division = true",
    "SET memory_limit = '2GB'",
    f"ATTACH ':memory:' AS {CATALOG}",
)
# Words of DuckDB's messages -> Athena's code.
CODES = {
    "Referenced column": "COLUMN_NOT_FOUND",
    "Function with name": "FUNCTION_NOT_FOUND",
    "Binder": "TYPE_MISMATCH",
    "Conversion": "INVALID_CAST_ARGUMENT",
}
File = tuple[Path, str, Sequence[str]]


class QueryError(Exception):
    """A query that Athena lets fail, in its words."""


class Engine:
    """The tables of one query, in a database of its own.

    Attributes:
        scanned: bytes of all files of the partitions that the query needs; AWS counts only their columns.
    """

    def __init__(self, database: str) -> None:
        self._database = database
        self._connection = duckdb.connect(":memory:", config={"threads": 1})
        self._loaded: set[tuple[str, str]] = set()
        self.scanned = 0

    def __enter__(self) -> Self:
        for setting in SETTINGS:
            self._connection.execute(setting)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def interrupt(self) -> None:
        """Ends a query that runs, from another thread."""
        self._connection.interrupt()

    def select(self, sql: str) -> duckdb.DuckDBPyConnection:
        """Runs a SELECT.

        Raises:
            QueryError: It fails.
        """
        tree = parse(sql)
        self._load_tables(tree)
        try:
            return self._connection.execute(tree.sql(dialect="duckdb"))
        except duckdb.Error as error:
            words = str(error)
            code = next((code for part, code in CODES.items() if part in words), "GENERIC_USER_ERROR")
            raise QueryError(f"{code}: {words[:400]}") from error

    def _load_tables(self, tree: exp.Expr) -> None:
        named = {cte.alias_or_name.lower() for cte in tree.find_all(exp.CTE)}
        tables: dict[tuple[str, str], list[exp.Table]] = {}
        for table in tree.find_all(exp.Table):
            if table.db or table.name.lower() not in named:
                tables.setdefault(((table.db or self._database).lower(), table.name.lower()), []).append(table)
                table.set("catalog", exp.to_identifier(CATALOG))
                table.set("db", exp.to_identifier(table.db or self._database))
        for (database, name), places in tables.items():
            self._load(database, name, places)

    def _load(self, database: str, name: str, places: Sequence[exp.Table]) -> None:
        if database not in glue._databases:
            raise QueryError(f"SCHEMA_NOT_FOUND: line 1:15: Schema '{database}' does not exist")
        table = glue._tables.get(f"{database}/{name}")
        if table is None:
            raise QueryError(f"TABLE_NOT_FOUND: line 1:15: Table '{CATALOG}.{database}.{name}' does not exist")
        self._connection.execute(f'CREATE SCHEMA IF NOT EXISTS {CATALOG}."{database}"')
        columns = [(column["Name"], column["Type"]) for column in table["StorageDescriptor"]["Columns"]]
        keys = [(key["Name"], key["Type"]) for key in table["PartitionKeys"]]
        files = self._files(table, columns, places)
        self._create(f'{CATALOG}."{database}"."{name}"', columns, keys, files)

    def _files(
        self, table: dict[str, Any], columns: Sequence[tuple[str, str]], places: Sequence[exp.Table]
    ) -> list[File]:
        """(copy, address, partition values) of the files that the query needs."""
        files: list[File] = []
        for location, values in _locations(table, places):
            bucket, prefix = split_address(as_folder(location))
            for key in list_keys(bucket, prefix):
                path = local_copy(bucket, key)
                self.scanned += path.stat().st_size
                _check(path, f"s3://{bucket}/{key}", columns)
                files.append((path, f"s3://{bucket}/{key}", values))
        return files

    def _create(
        self, name: str, columns: Sequence[tuple[str, str]], keys: Sequence[tuple[str, str]], files: Sequence[File]
    ) -> None:
        """Creates a view of the files in the types of the catalog; columns that no file has are null."""
        if not files:
            declared = ", ".join(f'"{column}" {duckdb_of_hive(kind)}' for column, kind in (*columns, *keys))
            self._connection.execute(f"CREATE TABLE {name} ({declared})")
            return
        partitions = name[:-1] + ' files"'
        declared = "".join(f', "{key}" {duckdb_of_hive(kind)}' for key, kind in keys)
        self._connection.execute(f"CREATE TABLE {partitions} (filename VARCHAR{declared})")
        marks = ", ".join("?" * (len(keys) + 1))
        rows = [[str(path), *values] for path, _, values in files]
        self._connection.executemany(f"INSERT INTO {partitions} VALUES ({marks})", rows)  # noqa: S608
        present = {field.name.lower() for path, _, _ in files for field in parquet_metadata(path)[0]}
        chosen = [
            f'CAST({_quoted(column) if column.lower() in present else "NULL"} AS {duckdb_of_hive(kind)}) "{column}"'
            for column, kind in columns
        ]
        chosen += [f'f."{key}"' for key, _ in keys]
        paths = ", ".join(f"'{path}'" for path, _, _ in files)
        source = f"read_parquet([{paths}], union_by_name = true, filename = true, hive_partitioning = false)"
        select = f"SELECT {', '.join(chosen)} FROM {source} t JOIN {partitions} f USING (filename)"  # noqa: S608
        self._connection.execute(f"CREATE VIEW {name} AS {select}")


def _quoted(column: str) -> str:
    return f't."{column}"'


def parse(sql: str) -> exp.Expr:
    """The tree of a statement.

    Raises:
        QueryError: It is no SQL of Athena.
    """
    try:
        return sqlglot.parse_one(sql, read="athena")
    except sqlglot.errors.SqlglotError as error:
        raise QueryError(f"line 1:1: mismatched input. {str(error)[:200]}") from error


def condition_on(table: exp.Table, keys: set[str]) -> exp.Expr | None:
    """The part of a WHERE that concerns only the partition columns of its one table; None if there is none."""
    select = table.find_ancestor(exp.Select)
    where = select.find(exp.Where) if select else None
    if select is None or where is None or where.parent is not select:
        return None
    if select.args.get("joins") or not isinstance(table.parent, exp.From):
        return None
    parts = where.this.flatten() if isinstance(where.this, exp.And) else [where.this]
    kept = [part for part in parts if _concerns(part, keys)]
    return exp.and_(*kept) if kept else None


def _concerns(part: exp.Expr, keys: set[str]) -> bool:
    columns = {column.name.lower() for column in part.find_all(exp.Column)}
    return bool(columns) and columns <= keys and part.find(exp.Select) is None


def _locations(table: dict[str, Any], places: Sequence[exp.Table]) -> list[tuple[str, list[str]]]:
    """(address, values) of the partitions that one of the places in the query needs."""
    if not table["PartitionKeys"]:
        return [(table["StorageDescriptor"]["Location"], [])]
    partitions = glue._partitions.get(f"{table['DatabaseName']}/{table['Name']}", [])
    keys = {key["Name"].lower() for key in table["PartitionKeys"]}
    conditions = [condition_on(place, keys) for place in places]
    if None not in conditions:
        wanted = exp.or_(*[condition.copy() for condition in conditions if condition is not None])
        for column in wanted.find_all(exp.Column):
            column.set("table", None)
        partitions = matching(table["PartitionKeys"], partitions, wanted.sql(dialect="duckdb"))
    return [(partition["StorageDescriptor"]["Location"], partition["Values"]) for partition in partitions]


def _check(path: Path, address: str, columns: Sequence[tuple[str, str]]) -> None:
    """Refuses a file that Trino would not read in the types of the table."""
    try:
        schema, _ = parquet_metadata(path)
    except pa.ArrowInvalid as error:
        raise QueryError(f"HIVE_BAD_DATA: Not valid Parquet file: {address} expected magic number: PAR1") from error
    in_file = {field.name.lower(): hive_of_arrow(field.type) for field in schema}
    for name, kind in columns:
        found = in_file.get(name.lower(), kind)
        if not is_readable(found, kind):
            raise QueryError(
                f"HIVE_BAD_DATA: Field {name}'s type {found.upper()} in parquet file {address} "
                f"is incompatible with type {kind} defined in table schema"
            )
