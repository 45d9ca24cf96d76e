"""The embedded catalog of the lake: a DuckDB file of views over its files."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from viticast.contracts.lake import LAKE_TABLES
from viticast.lake.cataloged import CatalogedTable, Registration
from viticast.lake.conformity import GLUE_TYPES
from viticast.lake.engine import CATALOGED_AT, connect, naming_damage
from viticast.lake.storage import LocalStorage, make_folder, put_in_place
from viticast.lake.table import FILE_NAME
from viticast.lake.writers import unfinished_path


class DuckDBCatalog:
    """The embedded catalog: a DuckDB file that holds only views over the Parquet files.

    The file is built aside and put in place, so that readers always find a whole one. It says where it was built: its
    views name files by their full paths, and a copy of it would show the figures of the folder it was copied from.

    Args:
        root: Folder of the lake.
        database: The DuckDB file.
    """

    def __init__(self, root: str, database: str) -> None:
        self.storage = LocalStorage(root)
        self.database = Path(database)

    def register(self, tables: Registration) -> None:
        """Makes these tables queryable, beside those that are there already.

        A view is of all files of its table, whichever partitions are named.

        Raises:
            FileNotFoundError: The lake has no file for one of them.
            DamagedFileError: A file of one is no whole Parquet file.
        """
        statements = self._statements(tables)
        while not self._holds(statements):
            self._build(statements)
            # Another process may have put a database in place meanwhile that knew a table more.
            statements = self._statements(tables)

    def describe(self) -> list[CatalogedTable]:
        """All tables that are known, by name."""
        with connect(self.database) as connection:
            names = [
                row[0]
                for row in connection.execute(
                    "SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1"
                ).fetchall()
            ]
            return [self._describe(connection, name) for name in names]

    def _statements(self, tables: Registration) -> list[str]:
        present = self._tables_in_lake()
        empty = [name for name, table in LAKE_TABLES.items() if table.may_be_empty and name not in present]
        if missing := sorted(set(tables) - {*present, *empty}):
            raise FileNotFoundError(f"the lake under {self.storage.root} has no files for {missing}")
        place = str(self.database.resolve()).replace("'", "''")
        views = [*(self._view(name) for name in present), *(_empty_view(name) for name in empty)]
        return [f"CREATE MACRO {CATALOGED_AT}() AS '{place}'", *views]

    def _describe(self, connection: duckdb.DuckDBPyConnection, name: str) -> CatalogedTable:
        identifier = _identifier(name)
        columns = {row[0]: str(row[1]) for row in connection.execute(f"DESCRIBE {identifier}").fetchall()}
        row = connection.execute(f"SELECT count(*) FROM {identifier}").fetchone()  # noqa: S608 - quoted above
        files = self._files(name)
        folders = files[0].split("/")[1:-1] if files else LAKE_TABLES[name].partition_by
        return CatalogedTable(
            name=name,
            columns=columns,
            partition_columns=tuple(folder.split("=", 1)[0] for folder in folders),
            partitions=len(files),
            rows=int(row[0]) if row else 0,
        )

    def _tables_in_lake(self) -> list[str]:
        return sorted({name.split("/")[0] for name in self.storage.glob(f"**/{FILE_NAME}")})

    def _files(self, table: str) -> list[str]:
        return self.storage.glob(f"{table}/**/{FILE_NAME}")

    def _view(self, table: str) -> str:
        pattern = self.storage.pattern(f"{table}/**/{FILE_NAME}").replace("'", "''")
        # Partition values are text, as Athena has them: an id of digits only must not become a number.
        return (
            f"CREATE VIEW {_identifier(table)} AS SELECT * FROM read_parquet('{pattern}', "  # noqa: S608 - both quoted
            "hive_partitioning = true, hive_types_autocast = false, union_by_name = true)"
        )

    def _holds(self, statements: Sequence[str]) -> bool:
        """True if the database was built by these statements: then it is left alone."""
        if not self.database.exists():
            return False
        try:
            with duckdb.connect(str(self.database), read_only=True) as connection:
                rows = connection.execute(
                    "SELECT comment FROM duckdb_views() WHERE NOT internal "
                    "UNION ALL SELECT comment FROM duckdb_functions() WHERE NOT internal"
                ).fetchall()
        except duckdb.IOException:
            # It holds nothing but views: a file that is no database is built anew.
            return False
        return sorted(row[0] or "" for row in rows) == sorted(statements)

    def _build(self, statements: Sequence[str]) -> None:
        make_folder(self.database.parent)
        unfinished = unfinished_path(self.database)
        try:
            with naming_damage(), duckdb.connect(str(unfinished)) as connection:
                for statement in statements:
                    connection.execute(statement)
                    _, kind, name = statement.split(" ", 3)[:3]
                    comment = statement.replace("'", "''")
                    connection.execute(f"COMMENT ON {kind} {name.removesuffix('()')} IS '{comment}'")
            put_in_place(unfinished, self.database)
        finally:
            unfinished.unlink(missing_ok=True)
            unfinished.with_name(f"{unfinished.name}.wal").unlink(missing_ok=True)


def _empty_view(table: str) -> str:
    """No rows under the columns of the contract, until there are files."""
    columns = LAKE_TABLES[table].model.to_schema().columns
    typed = [
        f"CAST(NULL AS {GLUE_TYPES[str(column.dtype)]}) AS {_identifier(name)}" for name, column in columns.items()
    ]
    return f"CREATE VIEW {_identifier(table)} AS SELECT {', '.join(typed)} WHERE false"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
