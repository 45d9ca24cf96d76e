import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from viticast.sources.connections import DatabaseConnection
from viticast.sources.tables import TableRegistry, TableSpec

Fill = Callable[..., str]


@pytest.fixture
def fill(tmp_path: Path) -> Fill:
    """Runs statements on a SQLite file, and gives its address."""

    def run(*statements: str, many: tuple[str, Iterable[tuple[object, ...]]] | None = None) -> str:
        path = tmp_path / "figures.db"
        with sqlite3.connect(path) as connection:
            for statement in statements:
                connection.execute(statement)
            if many is not None:
                connection.executemany(*many)
        connection.close()
        return f"sqlite:///{path}"

    return run


@pytest.fixture
def wide() -> DatabaseConnection:
    return DatabaseConnection(kind="database")


@pytest.fixture
def groups(cultivars: TableSpec) -> TableRegistry:
    return TableRegistry((cultivars,))


@pytest.fixture
def trade(countries: TableSpec) -> TableRegistry:
    return TableRegistry((countries,))
