"""The wide layout: a table of the database for each file, whose columns are those of the file."""

from collections.abc import Sequence
from dataclasses import replace

from viticast.sources.cells import Cell
from viticast.sources.connections import DatabaseConnection
from viticast.sources.connections.numbers import Numbers
from viticast.sources.database.cells import require_text, text_of
from viticast.sources.database.dump import Dump, Row
from viticast.sources.database.header import header_of, running_index
from viticast.sources.database.names import first_matching
from viticast.sources.database.order import in_order, not_ordered
from viticast.sources.decoding import refuse_twice_encoded
from viticast.sources.delimited import Line, keep_rows
from viticast.sources.errors import EmptyFileError
from viticast.sources.findings import Finding
from viticast.sources.reader import ReadCell, Reading, read_lines, read_text
from viticast.sources.records.figures import parse_figure
from viticast.sources.tables import Measure, TableSpec


def read_wide(rows: Dump, table: TableSpec, connection: DatabaseConnection) -> Reading:
    """Read a table of the database by the rules of the file that it was made of.

    The names of its columns are line 1, as in the file; a file without a header has become a table whose columns have
    the names of its first row.

    Args:
        rows: As they were read.
        table: What they should hold.
        connection: How rows are ordered and figures written.

    Returns:
        The tidy cells, and what was repaired by rule or set aside.

    Raises:
        SourceError: The one thing that is wrong, or `SourceErrors` with all that is.
    """
    if not rows.rows:
        raise EmptyFileError(
            f"{rows.database_table} has no row", remedy="have the database filled", table=table.name, row=1
        )
    skipped = running_index(rows)
    header = header_of(rows.names[skipped:])
    ordered, notices = _ordered(rows, connection)
    values: dict[int, Row] = {1: header}
    values |= {number: row[skipped:] for number, row in enumerate(ordered, start=2)}
    for number, row in values.items():
        for name, value in zip(header, row, strict=True):
            require_text(value, name, table.name, number)
    lines = [Line(number, tuple(map(text_of, row))) for number, row in values.items()]
    # no line feed of a label may count as a line
    refuse_twice_encoded("\n".join(" ".join(line.fields).replace("\n", " ") for line in lines), table.name)
    filled = [line for line in lines if any(field.strip() for field in line.fields)]
    reading = read_lines(keep_rows(filled, len(header), table.name), table, _reader(values, connection))
    return replace(reading, notices=(*reading.notices, *notices))


def _ordered(rows: Dump, connection: DatabaseConnection) -> tuple[Sequence[Row], tuple[Finding, ...]]:
    """Rows in the order of the file: by the declared column, or without a header by the first, the running number."""
    if connection.order is None:
        return rows.rows, ()
    name = first_matching((connection.order,), rows.names)
    position = _place_of_numbers(rows) if name is None else rows.names.index(name)
    ordered, why_not = in_order(rows.rows, position)
    return ordered, (not_ordered(why_not),) if why_not else ()


def _place_of_numbers(rows: Dump) -> int | None:
    """The running number of a file without a header, whose name was taken from its first row."""
    first = running_index(rows)
    return first if rows.names[first].strip().isdecimal() else None


def _reader(values: dict[int, Row], connection: DatabaseConnection) -> ReadCell:
    """Numbers are read as they are; texts as the files write them, unless the connection has another locale."""
    has_locale = connection.numbers != Numbers()

    def read_cell(line: Line, position: int, measure: Measure) -> Cell:
        value = values[line.number][position]
        if isinstance(value, str) and (line.number == 1 or not has_locale):
            return read_text(line, position, measure)
        return parse_figure(value, connection.numbers, measure)

    return read_cell
