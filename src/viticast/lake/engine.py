"""Queries over the lake: one interface, so that the SQL is written once."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import duckdb
import pandas as pd

Value = str | int | float
Parameters = Mapping[str, Value | Sequence[Value]]

_PLACEHOLDER = re.compile(r":([a-z_]+)")


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
        """
        if not self.database.exists():
            raise FileNotFoundError(
                f"the lake is not cataloged: {self.database} is missing. "
                "Run: kedro run --pipelines=ingestion,cataloging"
            )
        bound, values = bind(sql, parameters)
        with duckdb.connect(str(self.database), read_only=True) as connection:
            frame: pd.DataFrame = connection.execute(bound, values).df()
        return frame
