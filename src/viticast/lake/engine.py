"""The embedded query engine: DuckDB over the views of the lake."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from viticast.lake.query import Answer, Parameters, bind
from viticast.lake.storage import DamagedFileError
from viticast.lake.table import FILE_NAME, damage

CATALOGED_AT = "cataloged_at"
"""Macro of the database that says where it was built."""

REMEDY = "Run: kedro run --pipelines=ingestion,cataloging"


class MovedCatalogError(OSError):
    """The catalog was built in another place, whose figures its views would show."""


class DuckDBEngine:
    """The embedded engine: a DuckDB file of views, opened read-only for each query.

    Args:
        database: The file that `lake.catalog.DuckDBCatalog` builds.
    """

    def __init__(self, database: str) -> None:
        self.database = Path(database)

    def query(self, sql: str, parameters: Parameters) -> Answer:
        """Runs one statement.

        Raises:
            FileNotFoundError: The lake was not cataloged yet.
            MovedCatalogError: It was cataloged in another place.
            DamagedFileError: A file of the lake is no whole Parquet file.
        """
        bound, values = bind(sql, parameters)
        with connect(self.database) as connection:
            return Answer(connection.execute(bound, values).df(), statistics=None)


@contextmanager
def connect(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Opens the database of views for reading.

    Raises:
        FileNotFoundError: The lake was not cataloged yet.
        MovedCatalogError: It was cataloged in another place.
        DamagedFileError: A file of the lake is no whole Parquet file.
    """
    if not database.exists():
        raise FileNotFoundError(f"the lake is not cataloged: {database} is missing. {REMEDY}")
    with duckdb.connect(str(database), read_only=True) as connection:
        _check_place(connection, database.resolve())
        with naming_damage():
            yield connection


@contextmanager
def naming_damage() -> Iterator[None]:
    """Says of a file of the lake that DuckDB cannot read that it is damaged, and what to do.

    Raises:
        DamagedFileError: A file of the lake is no whole Parquet file.
    """
    try:
        yield
    except duckdb.Error as error:
        if FILE_NAME not in str(error):
            raise
        # The first line names the file; the others point into the statement.
        raise DamagedFileError(damage("a file of the lake", str(error).splitlines()[0])) from error


def _check_place(connection: duckdb.DuckDBPyConnection, place: Path) -> None:
    try:
        row = connection.execute(f"SELECT {CATALOGED_AT}()").fetchone()
    except duckdb.CatalogException:
        row = None
    built_at = row[0] if row else "an unknown place"
    if built_at != str(place):
        raise MovedCatalogError(
            f"{place} was cataloged in another place, {built_at}, and would show the figures that lie there. {REMEDY}"
        )
