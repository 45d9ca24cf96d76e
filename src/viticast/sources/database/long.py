"""The long layout: a row for each label and year."""

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
from viticast.sources.records.assemble import assemble
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
    read = _Records(rows, table, connection)
    records = read.all()
    # nobody asked for years beyond the last: where its figures are all zero, or missing, so they are in the file
    years = range(table.first_year, max(record.year for record in records) + 1)
    reading = assemble(records, table, connection.numbers, connection.absent, years)
    return replace(reading, notices=(*reading.notices, *read.notices))


class _Records:
    """Makes records of rows."""

    def __init__(self, rows: Dump, table: TableSpec, connection: DatabaseConnection) -> None:
        fields = connection.fields_of(table.name)
        grouped = table.layout == "grouped"
        self._rows = rows
        self._table = table
        self._item = self._position(fields.item, "item")
        self._year = self._position(fields.year, "year")
        spellings = {"quantity": fields.quantity, "value": fields.value}
        self._figures = [self._position(spellings[measure.measure], measure.measure) for measure in table.measures]
        self._group = self._position(fields.group, "group") if grouped and fields.group else None
        self._control = self._position(fields.control, "control") if grouped and fields.control else None
        order = None if connection.order is None else first_matching((connection.order,), rows.names)
        self._order = None if order is None else rows.names.index(order)
        self._is_ordered_by_choice = connection.order is None
        self.notices: tuple[Finding, ...] = ()

    def all(self) -> list[Record]:
        """One record for each row, year by year, and within a year in the order of the column that numbers rows."""
        records: list[Record] = []
        reasons: list[str] = []
        for year, rows in sorted(self._by_year().items()):
            ordered, why_not = in_order(rows, self._order)
            of_year = [self._record(year, row) for row in ordered]
            if why_not and not self._is_ordered_by_choice and self._needs_order(of_year):
                reasons.append(why_not)
            records += of_year
        self.notices = (not_ordered(reasons[0]),) if reasons else ()
        refuse_twice_encoded("\n".join(record.label.replace("\n", " ") for record in records), self._table.name)
        return records

    def _by_year(self) -> dict[int, list[Row]]:
        by_year: dict[int, list[Row]] = {}
        broken: list[WrongYearError] = []
        for number, row in enumerate(self._rows.rows, start=1):
            year = _year_of(row[self._year])
            if year is None:
                broken.append(self._no_year(row[self._year], number))
            else:
                by_year.setdefault(year, []).append(row)
        raise_all(broken)
        return by_year

    def _needs_order(self, records: list[Record]) -> bool:
        """Categories without a column are told by the order, and so is which is which of two rows of one name."""
        if self._table.layout == "grouped" and self._group is None:
            return True
        return len({(record.group, record.label) for record in records}) < len(records)

    def _record(self, year: int, row: Row) -> Record:
        group = self._text(row, self._group)
        return Record(
            year=year,
            label=self._text(row, self._item),
            figures=tuple(row[position] for position in self._figures),
            place=f"{self._rows.database_table}, {text_of(row[self._item])!r} {year}",
            group=group if group.strip() else None,
            control=self._text(row, self._control) or None,
        )

    def _text(self, row: Row, position: int | None) -> str:
        if position is None:
            return ""
        require_text(row[position], self._rows.names[position], self._table.name)
        return text_of(row[position])

    def _position(self, spellings: tuple[str, ...], field: str) -> int:
        name = first_matching(spellings, self._rows.names)
        if name is None:
            wanted = " or ".join(map(repr, spellings)) or f"for `fields.{field}`"
            raise MissingColumnError(
                f"{self._rows.database_table} was read without a column {wanted}",
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


def _year_of(value: object) -> int | None:
    if isinstance(value, str):
        value = int(value) if value.strip().isdecimal() and len(value.strip()) == 4 else None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return int(value) if value == value and 1000 <= value <= 9999 and value == int(value) else None  # noqa: PLR0124
