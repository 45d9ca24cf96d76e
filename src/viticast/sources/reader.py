"""From the bytes of any vintage of any table to tidy rows: by rule, with every defect refused or recorded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from viticast.sources.cells import MARKS_BY_TEXT, Cell, parse_cell
from viticast.sources.decoding import decode
from viticast.sources.delimited import Line, Lines, split_lines
from viticast.sources.errors import CutFigureError, EmptyFileError, SourceError
from viticast.sources.findings import Finding
from viticast.sources.header import Columns, read_columns
from viticast.sources.rows import Row, read_rows
from viticast.sources.tables import Measure, TableSpec

COLUMNS = (
    "row_number",
    "column_number",
    "group_label",
    "item_label",
    "item",
    "row_kind",
    "measure",
    "unit",
    "year",
    "value",
    "mark",
)
UNREADABLE = Cell(None, "unreadable")
ReadCell = Callable[[Line, int, Measure], Cell]
"""Reads the figure at a position (from 0) of a line; raises SourceError, without place, for what is no figure."""
_INTEGERS = ("row_number", "column_number", "year")


@dataclass(frozen=True)
class Reading:
    """What a file says.

    Attributes:
        frame: One row for each cell, with the columns of `COLUMNS`.
        repairs: What was read by rule in spite of a defect, for a person to read.
        quarantined: Lines and cells that were set aside, each with its `outcome`, in the order of the file. Such a cell
            has the mark `unreadable` in the frame; such a line has no cells.
        file_lines: Lines of the file that are not blank: the header, the rows and the quarantined lines.
        rows: Lines of the file that are rows of the frame.
        notices: What is worth a look besides, with the outcome `watch`.
    """

    frame: pd.DataFrame
    repairs: tuple[str, ...]
    quarantined: tuple[SourceError, ...]
    file_lines: int
    rows: int
    notices: tuple[Finding, ...] = ()

    @property
    def last_year(self) -> int:
        """The last year that the file has a column for."""
        return int(self.frame["year"].max())

    @property
    def quarantined_rows(self) -> int:
        """How many lines were set aside."""
        return sum(error.outcome == "row_quarantined" for error in self.quarantined)

    @property
    def quarantined_cells(self) -> int:
        """How many cells could not be read."""
        return sum(error.outcome == "cell_quarantined" for error in self.quarantined)


def read_table(content: bytes, table: TableSpec) -> Reading:
    """Read one file of VitiBrasil.

    A cell that is no figure costs that cell, and a line without figures that is no row costs that line: both are listed
    as quarantined. Anything that makes other figures doubtful costs the file.

    Args:
        content: The bytes as they came.
        table: What the file should hold.

    Returns:
        The tidy cells, and what was repaired by rule or set aside.

    Raises:
        SourceError: The one thing that is wrong, or `SourceErrors` with all that is.
    """
    return read_lines(split_lines(decode(content, table.name), table.name), table)


def read_lines(lines: Lines, table: TableSpec, read_cell: ReadCell | None = None) -> Reading:
    """Read lines as those of a file, wherever they come from, by the same rules.

    Args:
        lines: A header, or none, and rows of labels and figures; equally many fields in each.
        table: What the lines should hold.
        read_cell: Reads a figure; `read_text` where it is None.

    Returns:
        The tidy cells, and what was repaired by rule or set aside.

    Raises:
        SourceError: The one thing that is wrong, or `SourceErrors` with all that is.
    """
    columns, body = read_columns(lines.kept, table)
    rows, nameless = read_rows(body, columns, table)
    if not rows:
        raise EmptyFileError("the file has a header and no row", remedy="fetch the file again", table=table.name, row=1)
    frame, unreadable = tidy(rows, columns, table, read_cell or read_text)
    cut = ("the last line does not end: its last figure may have been cut",) if lines.kept[-1].is_cut else ()
    aside = sorted((*lines.set_aside, *nameless, *unreadable), key=lambda error: (error.row or 0, error.column or 0))
    return Reading(frame, (*columns.repairs, *cut), tuple(aside), file_lines=lines.total, rows=len(rows))


def tidy(
    rows: Sequence[Row], columns: Columns, table: TableSpec, read_cell: ReadCell
) -> tuple[pd.DataFrame, list[SourceError]]:
    """Write each figure of the rows as a cell of its own.

    Args:
        rows: Named rows, in the order of the file.
        columns: Where the figures stand in them.
        table: Which measures a year has.
        read_cell: Reads a figure.

    Returns:
        A frame with the columns of `COLUMNS`, and the cells that could not be read, with their places.
    """
    slots = [(year, measure) for year in columns.years for measure in table.measures]
    unreadable: list[SourceError] = []
    records = []
    for row in rows:
        for position, (year, measure) in enumerate(slots, start=columns.first_figure):
            try:
                cell = read_cell(row.line, position, measure)
            except SourceError as error:
                unreadable.append(_placed(error, table, row.line, position, f"{year} {measure.unit}"))
                cell = UNREADABLE
            place = (row.line.number, position + 1, row.group_label, row.item_label, row.item, row.row_kind)
            records.append((*place, measure.measure, measure.unit, year, cell.value, cell.mark))
    frame = pd.DataFrame(records, columns=list(COLUMNS))
    types = {name: "int64" if name in _INTEGERS else "float64" if name == "value" else "str" for name in COLUMNS}
    return frame.astype(types), unreadable


def read_text(line: Line, position: int, measure: Measure) -> Cell:
    """Read a figure as the CSV files write it.

    Raises:
        SourceError: It is no figure, or it may have been cut; without place.
    """
    text = line.fields[position].strip()
    cell = parse_cell(text, measure)
    # A blank may be all that is left of a figure; a mark or a 0 is no beginning of another.
    is_doubtful = text == "" or (text != "0" and text.casefold() not in MARKS_BY_TEXT)
    if line.is_cut and position == len(line.fields) - 1 and is_doubtful:
        raise CutFigureError(
            f"{text!r} ends the file without a line end: digits may be missing",
            remedy="fetch the file again, whole; or end its last line if the figure is right",
            value=text,
        )
    return cell


def _placed(error: SourceError, table: TableSpec, line: Line, position: int, column_label: str) -> SourceError:
    return type(error)(
        error.reason,
        remedy=error.remedy,
        table=table.name,
        row=line.number,
        column=position + 1,
        column_label=column_label,
        value=error.value,
        outcome="cell_quarantined",
    )
