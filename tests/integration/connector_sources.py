"""The figures of a folder as a site of files, a wide SQLite database and a long PostgreSQL database."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa
from tests.connectors.contract import Contract, names_of
from tests.connectors.figures import Figure, read_figures, registry
from tests.faults.server import serve
from tests.integration.postgres import PostgreSQL


@contextmanager
def site(folder: Path) -> Iterator[str]:
    """A site that serves the files."""
    with serve(folder, {}) as url:
        yield url


def write_wide(folder: Path, path: Path) -> str:
    """A SQLite database as the project's upstream makes it: pandas infers the types. Gives its address."""
    with sqlite3.connect(path) as connection:
        for table in registry():
            file = folder / table.file_name
            first = file.read_text(encoding="utf-8").split("\n", 1)[0]
            frame = pd.read_csv(file, sep="\t" if first.count("\t") > first.count(";") else ";")
            frame.to_sql(table.database_table, connection, index=False)
    connection.close()
    return f"sqlite:///{path}"


def write_long(folder: Path, server: PostgreSQL, connection: dict[str, Any], database: str) -> str:
    """A PostgreSQL database of a row for each label and year, with marks as texts, as a connection file declares it.

    Args:
        folder: Of the CSV files.
        server: Where it is made.
        connection: The connection file.
        database: Its name.
    """
    with sa.create_engine(server.owner_url(), isolation_level="AUTOCOMMIT").connect() as owner:
        owner.exec_driver_sql(f'CREATE DATABASE "{database}"')
        owner.exec_driver_sql(f'GRANT CONNECT ON DATABASE "{database}" TO PUBLIC')
    frames: dict[str, list[pd.DataFrame]] = {}
    for name, declared in connection["long"].items():
        frames.setdefault(declared["table"], []).append(_long(folder, name, declared.get("where", {})))
    engine = sa.create_engine(server.owner_url(database))
    with engine.begin() as owner:
        for table, parts in frames.items():
            rows = pd.concat(parts, ignore_index=True).sample(frac=1, random_state=1)
            rows.to_sql(table, owner, index=False)
            owner.exec_driver_sql(f'GRANT SELECT ON "{table}" TO PUBLIC')
    engine.dispose()
    return server.url(database)


def _long(folder: Path, name: str, where: dict[str, str]) -> pd.DataFrame:
    table = read_figures(folder, name)
    names = names_of(Contract(), table.spec)
    item = "cultivar" if name.startswith("Processa") else names.item
    rows = []
    for year in table.years:
        for number, row in enumerate(table.rows):
            figures = dict(zip((names.quantity, names.value), map(_text, table.figures(row, year) or ()), strict=False))
            group = {names.category: row.category} if table.spec.layout == "grouped" else {}
            rows.append({"id": number, **where, **group, item: row.label, "ano": year, **figures})
    return pd.DataFrame(rows)


def _text(figure: Figure) -> str:
    if isinstance(figure, str):
        return "" if figure == "empty" else figure
    return f"{figure:.6f}".rstrip("0").rstrip(".").replace(".", ",")
