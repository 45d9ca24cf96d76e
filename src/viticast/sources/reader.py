"""From the bytes of any vintage of any table to tidy rows: by rule, with every defect refused or recorded."""

from dataclasses import dataclass

import pandas as pd

from viticast.sources.cells import Cell, parse_cell
from viticast.sources.decoding import decode
from viticast.sources.delimited import Line, split_lines
from viticast.sources.errors import EmptyFileError, MissingLabelError, SourceError, WrongTableError, raise_all
from viticast.sources.header import Columns, read_columns
from viticast.sources.labels import clean_item, is_category
from viticast.sources.tables import TableSpec

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
LONGEST_LABEL = 200
"""The longest published name has 60 characters."""
_INTEGERS = ("row_number", "column_number", "year")


@dataclass(frozen=True)
class Reading:
    """What a file says.

    Attributes:
        frame: One row for each cell, with the columns of `COLUMNS`.
        repairs: What was read by rule in spite of a defect, for a person to read.
    """

    frame: pd.DataFrame
    repairs: tuple[str, ...]

    @property
    def last_year(self) -> int:
        """The last year that the file has a column for."""
        return int(self.frame["year"].max())


@dataclass(frozen=True)
class _Row:
    line: Line
    group_label: str | None
    item_label: str
    item: str
    row_kind: str


def read_table(content: bytes, table: TableSpec) -> Reading:
    """Read one file of VitiBrasil.

    Args:
        content: The bytes as they came.
        table: What the file should hold.

    Returns:
        The tidy cells, and what was repaired by rule.

    Raises:
        SourceError: The one thing that is wrong, or `SourceErrors` with all that is.
    """
    lines, cut = split_lines(decode(content, table.name), table.name)
    columns, body = read_columns(lines, table)
    if not body:
        raise EmptyFileError("the file has a header and no row", remedy="fetch the file again", table=table.name, row=1)
    rows = _classify(body, columns, table)
    return Reading(_tidy(rows, columns, table), (*columns.repairs, *cut))


def _classify(body: tuple[Line, ...], columns: Columns, table: TableSpec) -> list[_Row]:
    """Tell categories from leaves: a category without children is a leaf, and stands in no group."""
    labels = [line.fields[columns.label] for line in body]
    raise_all(_missing_labels(body, labels, columns, table))
    if table.layout == "countries":
        return [_Row(line, None, label, clean_item(label), "leaf") for line, label in zip(body, labels, strict=True)]
    controls = [None if columns.control is None else line.fields[columns.control] for line in body]
    categories = [is_category(label, control) for label, control in zip(labels, controls, strict=True)]
    if len(body) > 1 and not any(categories):
        raise WrongTableError(
            "no row is a category in capital letters, but this table has groups",
            remedy="fetch the file again, and check that it is the file of this table",
            table=table.name,
            row=body[0].number,
            value=labels[0],
        )
    rows: list[_Row] = []
    group: str | None = None
    for position, (line, label) in enumerate(zip(body, labels, strict=True)):
        item = clean_item(label)
        if categories[position]:
            has_children = position + 1 < len(body) and not categories[position + 1]
            group = item if has_children else None
            rows.append(_Row(line, group, label, item, "total" if has_children else "leaf"))
        else:
            rows.append(_Row(line, group, label, item, "leaf"))
    return rows


def _missing_labels(body: tuple[Line, ...], labels: list[str], columns: Columns, table: TableSpec) -> list[SourceError]:
    errors: list[SourceError] = []
    for line, label in zip(body, labels, strict=True):
        if not any(letter.isalnum() for letter in clean_item(label)):
            reason = "the row has no name"
        elif len(label) > LONGEST_LABEL or not label.strip().isprintable():
            reason = f"the name of the row has a control character, or more than {LONGEST_LABEL} characters"
        else:
            continue
        errors.append(
            MissingLabelError(
                reason,
                remedy="write the name of its product, cultivar or country, or fetch the file again",
                table=table.name,
                row=line.number,
                column=columns.label + 1,
                value=label[:60],
            )
        )
    return errors


def _tidy(rows: list[_Row], columns: Columns, table: TableSpec) -> pd.DataFrame:
    slots = [(year, measure) for year in columns.years for measure in table.measures]
    errors: list[SourceError] = []
    records = []
    for row in rows:
        for position, (year, measure) in enumerate(slots, start=columns.first_figure):
            try:
                cell = parse_cell(row.line.fields[position], measure)
            except SourceError as error:
                errors.append(_placed(error, table, row.line, position, f"{year} {measure.unit}"))
                cell = Cell(None, None)
            place = (row.line.number, position + 1, row.group_label, row.item_label, row.item, row.row_kind)
            records.append((*place, measure.measure, measure.unit, year, cell.value, cell.mark))
    raise_all(errors)
    frame = pd.DataFrame(records, columns=list(COLUMNS))
    types = {name: "int64" if name in _INTEGERS else "float64" if name == "value" else "str" for name in COLUMNS}
    return frame.astype(types)


def _placed(error: SourceError, table: TableSpec, line: Line, position: int, column_label: str) -> SourceError:
    return type(error)(
        error.reason,
        remedy=error.remedy,
        table=table.name,
        row=line.number,
        column=position + 1,
        column_label=column_label,
        value=error.value,
    )
