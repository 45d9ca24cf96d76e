"""From records to the table that a CSV file of the same figures would be read as."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from viticast.sources.cells import Cell, is_nothing
from viticast.sources.connections.numbers import Numbers
from viticast.sources.errors import (
    AbsentRecordError,
    EmptyFileError,
    MissingLabelError,
    MissingYearError,
    NoRowError,
    SourceError,
    WrongTableError,
    raise_all,
)
from viticast.sources.findings import Finding
from viticast.sources.labels import clean_item
from viticast.sources.reader import COLUMNS, UNREADABLE, Reading
from viticast.sources.records.figures import EMPTY, parse_figure
from viticast.sources.records.order import Block, RecordRow, arrange
from viticast.sources.records.record import Record
from viticast.sources.rows import defect_of_name
from viticast.sources.tables import Measure, TableSpec

_INTEGERS = ("row_number", "column_number", "year")

Absent = Literal["zero", "empty", "error"]

_ABSENT_CELLS = {"zero": Cell(0.0, None), "empty": EMPTY}
_COLUMNS_BEFORE_FIGURES = {"grouped": 3, "countries": 2}
"""A CSV file has a number, the control of grouped tables, and a label before its figures."""


@dataclass(frozen=True)
class _Row:
    """A row with its place in the hierarchy and in the table, whose header is line 1."""

    number: int
    label: str
    group: str | None
    kind: Literal["total", "leaf"]
    records: dict[int, Record]


def assemble(
    records: Sequence[Record], table: TableSpec, numbers: Numbers, absent: Absent, years: Sequence[int]
) -> Reading:
    """Put records together to the table that a CSV file of the same figures would be read as.

    Args:
        records: In the order of years, and within a year in the order of the table: each with one figure for each
            measure of the table. Where one has a group, groups are told; where none has, order and capitals tell them.
        table: What the records should hold.
        numbers: How figures are written.
        absent: What a row means that other years have and one has not: a `zero`, an `empty` cell or an `error`.
        years: The years of the table, each one after the other; `years_with_figures` finds them. Records of other years
            are not looked at.

    Returns:
        The tidy cells. A row's number is its line in a CSV file with a header, a cell's number its column there.

    Raises:
        SourceError: EmptyFileError, MissingYearError, AbsentRecordError, MissingLabelError or WrongTableError; or
            `SourceErrors` with all that is wrong.
    """
    wanted = set(years)
    known = [record for record in records if record.year in wanted]
    _check_years(known, years, table)
    blocks = arrange(known, table)
    _check_groups(blocks, table)
    rows, nameless = _rows(blocks, table)
    if not rows:
        raise EmptyFileError("no record has a name", remedy="check the field of names", table=table.name)
    raise_all(_absences(rows, table, years) if absent == "error" else ())
    cells = _Cells(table, numbers, absent, years)
    frame = cells.frame(rows)
    aside = sorted((*nameless, *cells.unreadable), key=lambda error: (error.row or 0, error.column or 0))
    return Reading(
        frame,
        (),
        tuple(aside),
        file_lines=1 + len(rows) + len(nameless),
        rows=len(rows),
        notices=cells.notices(),
    )


def years_with_figures(
    records: Iterable[Record], table: TableSpec, numbers: Numbers, first: int, last: int | None
) -> range:
    """The years of a table: from the first that is asked for to the last that was published.

    A year that is not published yet is delivered without records, or with zeros or nothing in each of them.

    Args:
        records: Of any years.
        table: What the records should hold.
        numbers: How figures are written.
        first: First year.
        last: Last year where it is declared; None for the last one that has a figure above zero, or a mark other than
            `empty`.

    Returns:
        Empty where no year has a figure.
    """
    if last is not None:
        return range(first, last + 1)
    published = first - 1
    for record in records:
        if record.year > published and _is_published(record, table, numbers):
            published = record.year
    return range(first, published + 1)


def _is_published(record: Record, table: TableSpec, numbers: Numbers) -> bool:
    return any(
        _has_meaning(figure, numbers, measure) for figure, measure in zip(record.figures, table.measures, strict=True)
    )


def _has_meaning(figure: object, numbers: Numbers, measure: Measure) -> bool:
    try:
        cell = parse_figure(figure, numbers, measure)
    except SourceError:
        # What cannot be read is something: it is quarantined, not left out with its year.
        return True
    return cell.value != 0 if cell.mark is None else cell != EMPTY


def _check_years(records: Sequence[Record], years: Sequence[int], table: TableSpec) -> None:
    if not records:
        raise EmptyFileError(
            "no year has a record with a figure",
            remedy="check where the records stand and which years are asked for, in the connection file",
            table=table.name,
        )
    found = {record.year for record in records}
    missing = [year for year in years if year not in found]
    if missing:
        raise MissingYearError(
            f"{_listed(missing)} of {years[0]} to {years[-1]} {'has' if len(missing) == 1 else 'have'} no record",
            remedy="ask again; if the source has no such year, narrow `years` of the connection file",
            table=table.name,
            value=_listed(missing),
        )


def _check_groups(blocks: Sequence[Block], table: TableSpec) -> None:
    """Refuse the records of another table: one with groups has categories."""
    rows = [row for block in blocks for row in block.rows.values()]
    if table.layout == "grouped" and len(rows) > 1 and not any(block.label for block in blocks):
        raise WrongTableError(
            "no record is a category in capital letters, but this table has groups",
            remedy="check that these are the records of this table; if a field names the category, declare it as "
            "`fields.group`",
            table=table.name,
            row=2,
            value=rows[0].label,
        )


def _rows(blocks: Iterable[Block], table: TableSpec) -> tuple[list[_Row], list[SourceError]]:
    """Number the rows, and set aside what has neither name nor figure."""
    named: list[_Row] = []
    aside: list[SourceError] = []
    broken: list[SourceError] = []
    for number, (row, group, kind) in enumerate(_in_order(blocks), start=2):
        defect = defect_of_name(row.label)
        if defect is None:
            named.append(_Row(number, row.label, group, kind, row.records))
        elif all(is_nothing(_text(figure)) for record in row.records.values() for figure in record.figures):
            aside.append(_no_row(row, number, defect, table))
        else:
            broken.append(_missing_label(row, number, defect, table))
    raise_all(broken)
    return named, aside


def _in_order(blocks: Iterable[Block]) -> Iterator[tuple[RecordRow, str | None, Literal["total", "leaf"]]]:
    """Rows with their group and kind: a category without children is a leaf, and stands in no group."""
    for block in blocks:
        has_children = any(defect_of_name(row.label) is None for row in block.rows.values())
        group = block.label if has_children else None
        if block.total is not None:
            yield block.total, group, "total" if has_children else "leaf"
        for row in block.rows.values():
            yield row, group, "leaf"


def _text(figure: object) -> str:
    return "" if figure is None else str(figure)


def _place(row: RecordRow) -> str:
    return next(iter(row.records.values())).place


def _no_row(row: RecordRow, number: int, defect: str, table: TableSpec) -> SourceError:
    return NoRowError(
        f"{_place(row)}: {defect}",
        remedy="nothing if it is a note; if it is a row, its source must name it",
        table=table.name,
        row=number,
        value=row.label[:200],
        outcome="row_quarantined",
    )


def _missing_label(row: RecordRow, number: int, defect: str, table: TableSpec) -> SourceError:
    return MissingLabelError(
        f"{_place(row)}: {defect}",
        remedy="write the name of its product, cultivar or country where the record comes from, or correct "
        "`fields.item` of the connection file",
        table=table.name,
        row=number,
        value=row.label[:60],
    )


def _absences(rows: Iterable[_Row], table: TableSpec, years: Sequence[int]) -> Iterator[SourceError]:
    for row in rows:
        missing = [year for year in years if year not in row.records]
        if missing:
            of_group = f" of {row.group}" if row.group and row.kind == "leaf" else ""
            yield AbsentRecordError(
                f"{row.label!r}{of_group} has no record in {_listed(missing)}, but in other years",
                remedy="say under `absent` of the connection file what that means: `zero` if the source leaves out "
                "zeros, `empty` if it is unknown, `error` if it must not happen",
                table=table.name,
                row=row.number,
                value=row.label,
            )


def _listed(years: Sequence[int]) -> str:
    shown = ", ".join(map(str, years[:5]))
    return shown if len(years) <= 5 else f"{shown} and {len(years) - 5} more years"


class _Cells:
    """The cells of a table, and what was found while they were read."""

    def __init__(self, table: TableSpec, numbers: Numbers, absent: Absent, years: Sequence[int]) -> None:
        self._table = table
        self._numbers = numbers
        self._absent = _ABSENT_CELLS.get(absent)
        before, block = _COLUMNS_BEFORE_FIGURES[table.layout], len(table.measures)
        self._slots = [
            (before + position * block + offset + 1, year, offset, measure)
            for position, year in enumerate(years)
            for offset, measure in enumerate(table.measures)
        ]
        self.unreadable: list[SourceError] = []
        self._nulls = 0

    def frame(self, rows: Iterable[_Row]) -> pd.DataFrame:
        """One row for each cell, with the columns of a reading."""
        records = []
        for row in rows:
            item = clean_item(row.label)
            for column, year, offset, measure in self._slots:
                cell = self._cell(row, column, year, offset, measure)
                place = (row.number, column, row.group, row.label, item, row.kind)
                records.append((*place, measure.measure, measure.unit, year, cell.value, cell.mark))
        types = {name: "int64" if name in _INTEGERS else "float64" if name == "value" else "str" for name in COLUMNS}
        return pd.DataFrame(records, columns=list(COLUMNS)).astype(types)

    def notices(self) -> tuple[Finding, ...]:
        """Say so where it is not known why a figure is missing."""
        if not self._nulls:
            return ()
        are = "cell is" if self._nulls == 1 else "cells are"
        return (
            Finding(
                outcome="watch",
                rule="marks_not_carried",
                reason=f"{self._nulls} {are} null; whether nd, * or + was meant is not carried; read as empty",
                remedy="nothing, if the source keeps no marks: forecasts take all of them as missing",
                found=str(self._nulls),
            ),
        )

    def _cell(self, row: _Row, column: int, year: int, offset: int, measure: Measure) -> Cell:
        record = row.records.get(year)
        if record is None:
            if self._absent is None:
                msg = f"{row.label} has no record in {year}"
                raise ValueError(msg)
            return self._absent
        figure = record.figures[offset]
        try:
            cell = parse_figure(figure, self._numbers, measure)
        except SourceError as error:
            self.unreadable.append(self._placed(error, record, row.number, column, f"{year} {measure.unit}"))
            return UNREADABLE
        if cell == EMPTY and not isinstance(figure, str):
            self._nulls += 1
        return cell

    def _placed(self, error: SourceError, record: Record, row: int, column: int, label: str) -> SourceError:
        return type(error)(
            f"{record.place}: {error.reason}",
            remedy=error.remedy,
            table=self._table.name,
            row=row,
            column=column,
            column_label=label,
            value=error.value,
            outcome="cell_quarantined",
        )
