"""Queries over the lake: one interface, so that the SQL is written once."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import duckdb
import pandas as pd

from viticast.lake.storage import DamagedFileError
from viticast.lake.table import FILE_NAME, damage

Value = str | int | float
Parameters = Mapping[str, Value | Sequence[Value]]

CATALOGED_AT = "cataloged_at"
"""Macro of the database that says where it was built."""

REMEDY = "Run: kedro run --pipelines=ingestion,cataloging"

_PLACEHOLDER = re.compile(r":([a-z_]+)")


class MovedCatalogError(OSError):
    """The catalog was built in another place, whose figures its views would show."""


class QueryEngine(Protocol):
    """Something that answers a SELECT with typed parameters."""

    def query(self, sql: str, parameters: Parameters) -> pd.DataFrame:
        """Runs one statement; `:name` stands for a value, or for a comma-separated list of values."""
        ...


def bind(sql: str, parameters: Parameters) -> tuple[str, list[Value]]:
    """Turns `:name` into as many `?` as the parameter has values.

    Values never become text of the statement, so that nothing in them can be run.

    Raises:
        KeyError: A placeholder has no parameter, or a parameter no placeholder.
        ValueError: A list is empty; no engine reads `IN ()`.
    """
    values: list[Value] = []
    used: set[str] = set()

    def replace(match: re.Match[str]) -> str:
        name = match.group(1)
        used.add(name)
        given = parameters[name]
        several = [given] if isinstance(given, str | int | float) else list(given)
        if not several:
            raise ValueError(f"the list for :{name} is empty")
        values.extend(several)
        return ", ".join("?" * len(several))

    bound = _PLACEHOLDER.sub(replace, sql)
    if unknown := set(parameters) - used:
        raise KeyError(f"the statement has no placeholder for {sorted(unknown)}")
    return bound, values


class DuckDBEngine:
    """The embedded engine: a DuckDB file of views, opened read-only for each query.

    Args:
        database: The file that `lake.catalog.DuckDBCatalog` builds.
    """

    def __init__(self, database: str) -> None:
        self.database = Path(database)

    def query(self, sql: str, parameters: Parameters) -> pd.DataFrame:
        """Runs one statement.

        Raises:
            FileNotFoundError: The lake was not cataloged yet.
            MovedCatalogError: It was cataloged in another place.
            DamagedFileError: A file of the lake is no whole Parquet file.
        """
        bound, values = bind(sql, parameters)
        with connect(self.database) as connection:
            frame: pd.DataFrame = connection.execute(bound, values).df()
        return frame


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
