"""The long layout: a row for each label and year."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from viticast.sources.connections import DatabaseConnection
from viticast.sources.database.cells import require_text, text_of
from viticast.sources.database.dump import Dump, Row
from viticast.sources.database.names import first_matching
from viticast.sources.database.order import in_order, not_ordered
from viticast.sources.decoding import refuse_twice_encoded
from viticast.sources.errors import EmptyFileError, MissingColumnError, WrongYearError, raise_all
from viticast.sources.findings import Finding
from viticast.sources.reader import Reading
from viticast.sources.records.assemble import assemble, years_with_figures
from viticast.sources.records.record import Record
from viticast.sources.tables import TableSpec


def read_long(rows: Dump, table: TableSpec, connection: DatabaseConnection) -> Reading:
    """Put the rows of a long table together to the table that a file of the same figures would be read as.

    Args:
        rows: As they were read.
        table: What they should hold.
        connection: Which column is what.

    Returns:
        The tidy cells, and what was set aside.

    Raises:
        SourceError: The one thing that is wrong, or `SourceErrors` with all that is.
    """
    if not rows.rows:
        raise EmptyFileError(
            f"{rows.database_table} has no row for this table",
            remedy="have the database filled, or correct `where` of the connection file",
            table=table.name,
        )
    ordered, notices = _ordered(rows, table, connection)
    records = _Records(rows, table, connection).of(ordered)
    years = years_with_figures(records, table, connection.numbers, table.first_year, None)
    reading = assemble(records, table, connection.numbers, connection.absent, years)
    return replace(reading, notices=(*reading.notices, *notices))


class _Records:
    """Makes records of rows."""

    def __init__(self, rows: Dump, table: TableSpec, connection: DatabaseConnection) -> None:
        fields = connection.fields_of(table.name)
        self._rows = rows
        self._table = table
        self._item = self._position(fields.item, "item")
        self._year = self._position(fields.year, "year")
        spellings = {"quantity": fields.quantity, "value": fields.value}
        self._figures = [self._position(spellings[measure.measure], measure.measure) for measure in table.measures]
        self._group = self._position(fields.group, "group") if fields.group else None
        self._control = self._position(fields.control, "control") if fields.control else None
        self._broken: list[WrongYearError] = []

    def of(self, ordered: tuple[Row, ...]) -> list[Record]:
        """One record for each row, year by year."""
        records = list(self._read(ordered))
        raise_all(self._broken)
        refuse_twice_encoded("\n".join(record.label.replace("\n", " ") for record in records), self._table.name)
        return sorted(records, key=lambda record: record.year)

    def _read(self, ordered: tuple[Row, ...]) -> Iterator[Record]:
        for number, row in enumerate(ordered, start=1):
            year = _year_of(row[self._year])
            if year is None:
                self._broken.append(self._no_year(row[self._year], number))
                continue
            group = self._text(row, self._group, number)
            yield Record(
                year=year,
                label=self._text(row, self._item, number),
                figures=tuple(row[position] for position in self._figures),
                place=f"{self._rows.database_table}, row {number}",
                group=group if group.strip() else None,
                control=self._text(row, self._control, number) or None,
            )

    def _text(self, row: Row, position: int | None, number: int) -> str:
        if position is None:
            return ""
        require_text(row[position], self._rows.names[position], number, self._table.name)
        return text_of(row[position])

    def _position(self, spellings: tuple[str, ...], field: str) -> int:
        name = first_matching(spellings, self._rows.names)
        if name is None:
            raise MissingColumnError(
                f"{self._rows.database_table} was read without a column {' or '.join(map(repr, spellings)) or field!r}",
                remedy=f"name the column under `fields.{field}` of the connection file, and fetch again",
                table=self._table.name,
                value=", ".join(spellings) or None,
            )
        return self._rows.names.index(name)

    def _no_year(self, value: object, number: int) -> WrongYearError:
        column = self._rows.names[self._year]
        return WrongYearError(
            f"{self._rows.database_table}, row {number}: {value!r} in column {column!r} is no year",
            remedy="correct the row, or name the column of the year under `fields.year` of the connection file",
            table=self._table.name,
            value=text_of(value)[:60],
        )


def _ordered(
    rows: Dump, table: TableSpec, connection: DatabaseConnection
) -> tuple[tuple[Row, ...], tuple[Finding, ...]]:
    """Rows in the order of the declared column; it is worth a word where order alone tells categories."""
    name = None if connection.order is None else first_matching((connection.order,), rows.names)
    ordered, why_not = in_order(rows.rows, None if name is None else rows.names.index(name))
    matters = table.layout == "grouped" and not connection.fields_of(table.name).group
    return ordered, (not_ordered(why_not),) if why_not and matters and connection.order is not None else ()


def _year_of(value: object) -> int | None:
    if isinstance(value, str):
        value = int(value) if value.strip().isdecimal() and len(value.strip()) == 4 else None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return int(value) if value == value and 1000 <= value <= 9999 and value == int(value) else None  # noqa: PLR0124
