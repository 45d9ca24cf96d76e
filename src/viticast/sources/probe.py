"""What a source would give: asked for a little or for all, and nothing of it kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from viticast.contracts.declared import require_known
from viticast.sources.batch import ReadFile, RefusedFile
from viticast.sources.connections import ApiConnection, Connection, DatabaseConnection
from viticast.sources.connections.api import Years
from viticast.sources.fetched import NotFetched
from viticast.sources.intake import Accepted, Refused
from viticast.sources.reader import Reading
from viticast.sources.tables import TableRegistry

Met = ReadFile | RefusedFile | NotFetched | Accepted | Refused
"""A table as a probe met it: read only, or judged as ingestion would."""


@dataclass(frozen=True)
class Probed:
    """What a source would give of one table.

    Attributes:
        table_name: File stem of the VitiBrasil table.
        outcome: `would come in`, `can be read`, `would be refused` or `was not fetched`.
        address: Where it was asked for, without credentials.
        bytes: Size of what came.
        first_year: First year with a figure; None if nothing can be read.
        last_year: Last year with a figure; None if nothing can be read.
        rows: Rows of the table.
        leaves: Rows that are no total.
        figures: Cells with a figure, zero included.
        marks: Mark -> cells that have it.
        last_sum: Sum of the leaves in the last year, by unit.
        first_rows: A few names as they would be read.
        notes: What was put right, set aside or is worth a look, and every reason of a refusal or failure.
    """

    table_name: str
    outcome: str
    address: str
    bytes: int = 0
    first_year: int | None = None
    last_year: int | None = None
    rows: int = 0
    leaves: int = 0
    figures: int = 0
    marks: tuple[tuple[str, int], ...] = ()
    last_sum: tuple[tuple[str, float], ...] = ()
    first_rows: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_usable(self) -> bool:
        """True if ingestion could use it."""
        return self.outcome in {"would come in", "can be read"}


def narrowed(
    connection: Connection, registry: TableRegistry, tables: Sequence[str], years: tuple[int, int | None] | None
) -> tuple[Connection, TableRegistry]:
    """A connection and a registry that ask for less, and have a server renew nothing.

    Args:
        connection: As declared.
        registry: All tables.
        tables: Those to ask for; all for none.
        years: First and last year to ask an API for, where it is asked year by year; None as last for the last that it
            has, and None for all.

    Raises:
        DeclarationError: There is no such table, or the connection does not have it.
    """
    require_known(tables, registry.names, "--table", "table")
    chosen = TableRegistry(tuple(table for table in registry if not tables or table.name in tables))
    if isinstance(connection, DatabaseConnection):
        require_known([*connection.wide, *connection.long], registry.names, "the connection file", "table")
        wide = {name: table for name, table in connection.wide.items() if name in chosen}
        long = {name: table for name, table in connection.long.items() if name in chosen}
        return connection.model_copy(update={"wide": wide, "long": long, "refresh": None}), chosen
    if not isinstance(connection, ApiConnection):
        return connection, chosen
    # before it is cut down: a run would refuse them too
    require_known(connection.tables, registry.names, "the connection file", "table")
    require_known(tables, connection.tables, "the connection file", "table")
    asked = {name: table for name, table in connection.tables.items() if name in chosen}
    span = connection.years
    if years is not None:
        span = Years(first=years[0], last=years[1], missing=connection.years.missing)
        asked = {name: table.model_copy(update={"years": None}) for name, table in asked.items()}
    return connection.model_copy(update={"tables": asked, "years": span, "refresh": None}), chosen


def describe(met: Met, unreadable_share: float) -> Probed:
    """Says what a table would be.

    Args:
        met: As it was met.
        unreadable_share: A table of which more cells cannot be read would be refused.
    """
    if isinstance(met, NotFetched):
        notes = tuple(error.message for error in met.errors)
        return Probed(met.table_name, "was not fetched", met.address, notes=notes)
    name, address, size = met.file.table_name, met.file.address, len(met.file.content)
    if isinstance(met, RefusedFile | Refused):
        errors = met.errors if isinstance(met, RefusedFile) else met.errors()
        return Probed(name, "would be refused", address, size, notes=tuple(error.message for error in errors))
    unreadable = met.reading.quarantined_cells / max(len(met.reading.frame), 1)
    outcome = "would come in" if isinstance(met, Accepted) else "can be read"
    if unreadable > unreadable_share:
        outcome = "would be refused"
    return _read(name, outcome, address, size, met.reading, _notes(met))


def _read(name: str, outcome: str, address: str, size: int, reading: Reading, notes: tuple[str, ...]) -> Probed:
    cells = reading.frame
    told = cells[cells["value"].notna()]
    years = told["year"] if len(told) else cells["year"]
    leaves = cells[cells["row_kind"] == "leaf"]
    last = leaves[leaves["year"] == years.max()].groupby("unit", sort=False)["value"].sum()
    rows = cells.drop_duplicates("row_number")
    return Probed(
        table_name=name,
        outcome=outcome,
        address=address,
        bytes=size,
        first_year=int(years.min()),
        last_year=int(years.max()),
        rows=len(rows),
        leaves=int((rows["row_kind"] == "leaf").sum()),
        figures=len(told),
        marks=tuple((str(mark), int(count)) for mark, count in cells["mark"].value_counts().sort_index().items()),
        last_sum=tuple((str(unit), float(value)) for unit, value in last.items()),
        first_rows=tuple(_names(rows.head(3))),
        notes=notes,
    )


def _names(rows: pd.DataFrame) -> Iterable[str]:
    for row in rows.to_dict("records"):
        group = row["group_label"]
        yield f"{group} > {row['item']}" if isinstance(group, str) and group != row["item"] else str(row["item"])


def _notes(met: ReadFile | Accepted) -> tuple[str, ...]:
    if isinstance(met, Accepted):
        found = [f"{finding.reason}. Remedy: {finding.remedy}" for finding in met.findings]
    else:
        found = [error.message for error in met.reading.quarantined]
        found += [f"{notice.reason}. Remedy: {notice.remedy}" for notice in met.reading.notices]
    return (*met.reading.repairs, *found)
