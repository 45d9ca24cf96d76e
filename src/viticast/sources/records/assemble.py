"""From records to the table that a CSV file of the same figures would be read as."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Literal

from viticast.contracts.columns import LAST_YEAR
from viticast.sources.cells import Cell
from viticast.sources.connections.numbers import Numbers
from viticast.sources.delimited import Line
from viticast.sources.errors import (
    AbsentRecordError,
    EmptyFileError,
    RepeatedRecordError,
    SourceError,
    WrongTableError,
    WrongYearError,
    raise_all,
)
from viticast.sources.findings import Finding
from viticast.sources.header import Columns
from viticast.sources.reader import Reading, tidy
from viticast.sources.records.figures import EMPTY, parse_figure
from viticast.sources.records.named import NamedRows, name_rows
from viticast.sources.records.order import Block, arrange
from viticast.sources.records.record import Record
from viticast.sources.records.years import check_years, listed
from viticast.sources.rows import Row
from viticast.sources.tables import Measure, TableSpec

Absent = Literal["zero", "empty", "error"]

_ABSENT_CELLS = {"zero": Cell(0.0, None), "empty": EMPTY}
_COLUMNS_BEFORE_FIGURES = {"grouped": 3, "countries": 2}
"""A CSV file has a number, the control of grouped tables, and a label before its figures."""


def assemble(
    records: Sequence[Record], table: TableSpec, numbers: Numbers, absent: Absent, years: Sequence[int]
) -> Reading:
    """Put records together to the table that a CSV file of the same figures would be read as.

    Args:
        records: In the order of years, and within a year in the order of the table: each with one figure for each
            measure of the table. Where one has a group, groups are told; where none has, order and capitals tell them.
        table: What the records should hold.
        numbers: How figures are written.
        absent: What a row means that other years have and one has not: a `zero`, an `empty` cell or an `error`. A year
            without any record means the same of all rows.
        years: The years of the table, each one after the other; `years_with_figures` finds them. Records of other years
            are not looked at.

    Returns:
        The tidy cells. A row's number is its line in a CSV file with a header, a cell's number its column there.

    Raises:
        SourceError: EmptyFileError, MissingYearError, AbsentRecordError, MissingLabelError or WrongTableError; or
            `SourceErrors` with all that is wrong.
    """
    raise_all(_years_out_of_bounds(records, table))
    wanted = set(years)
    known = [record for record in records if record.year in wanted]
    check_years(known, years, table, may_lack=absent != "error")
    blocks = arrange(known, table)
    _check_groups(blocks, table)
    named = name_rows(blocks, table)
    if not named.rows:
        raise EmptyFileError("no record has a name", remedy="check the field of names", table=table.name)
    if absent == "error" or table.layout == "countries":
        # two products of one name may differ in the years whose zeros are left out; countries have one name each
        raise_all(_repeats(named, table))
    if absent == "error":
        raise_all(_absences(named, table, years))
    columns = _columns(table, years)
    figures = _Figures(named, columns, numbers, absent, len(table.measures))
    frame, unreadable = tidy(named.rows, columns, table, figures.read)
    aside = sorted((*named.set_aside, *unreadable), key=lambda error: (error.row or 0, error.column or 0))
    return Reading(
        frame,
        (),
        tuple(aside),
        file_lines=1 + len(named.rows) + len(named.set_aside),
        rows=len(named.rows),
        notices=(*_notices(figures.nulls), *_no_totals(named, table)),
    )


def _years_out_of_bounds(records: Sequence[Record], table: TableSpec) -> Iterator[SourceError]:
    outside = sorted({record.year for record in records if not table.first_year <= record.year <= LAST_YEAR})
    if outside:
        yield WrongYearError(
            f"there are records of {listed(outside)}, and the table's years are {table.first_year} to {LAST_YEAR}",
            remedy="check the field of the year; have the source leave out records of other years",
            table=table.name,
            value=listed(outside),
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


def _repeats(named: NamedRows, table: TableSpec) -> Iterator[SourceError]:
    by_name: dict[tuple[str | None, str], list[Row]] = defaultdict(list)
    for row in named.rows:
        by_name[row.group_label, row.item_label].append(row)
    for (group, label), rows in by_name.items():
        first, *others = (set(named.records[row.line.number]) for row in rows)
        again = sorted(set().union(*others))
        if again and any(other != first for other in others):
            of_group = f" of {group}" if group and group != label else ""
            yield RepeatedRecordError(
                f"{label!r}{of_group} has several records in {listed(again)}, and one in other years: its figures "
                "would be counted twice",
                remedy="have the source give one record for each label and year; where two things have one name, tell "
                "them apart by `fields.group` or by another label",
                table=table.name,
                row=rows[1].line.number,
                value=label,
            )


def _absences(named: NamedRows, table: TableSpec, years: Sequence[int]) -> Iterator[SourceError]:
    for row in named.rows:
        missing = [year for year in years if year not in named.records[row.line.number]]
        if missing:
            of_group = f" of {row.group_label}" if row.group_label and row.row_kind == "leaf" else ""
            yield AbsentRecordError(
                f"{row.item_label!r}{of_group} has no record in {listed(missing)}, but in other years",
                remedy="say under `absent` of the connection file what that means: `zero` if the source leaves out "
                "zeros, `empty` if it is unknown, `error` if it must not happen",
                table=table.name,
                row=row.line.number,
                value=row.item_label,
            )


def _columns(table: TableSpec, years: Sequence[int]) -> Columns:
    """The columns of a file of the same figures."""
    before = _COLUMNS_BEFORE_FIGURES[table.layout]
    return Columns(
        control=1 if table.layout == "grouped" else None,
        label=before - 1,
        first_figure=before,
        years=tuple(years),
        repairs=(),
    )


class _Figures:
    """Reads the figures of records as the cells of lines.

    Attributes:
        nulls: How many of them were null so far.
    """

    def __init__(self, named: NamedRows, columns: Columns, numbers: Numbers, absent: Absent, measures: int) -> None:
        self._measures = measures
        self._records = named.records
        self._columns = columns
        self._numbers = numbers
        self._absent = _ABSENT_CELLS.get(absent, EMPTY)
        self.nulls = 0

    def read(self, line: Line, position: int, measure: Measure) -> Cell:
        """Read the figure at a position of a line.

        Raises:
            SourceError: What `parse_figure` raises, with the place of the record.
        """
        records = self._records[line.number]
        block, offset = divmod(position - self._columns.first_figure, self._measures)
        record = records.get(self._columns.years[block])
        if record is None:
            return self._absent
        figure = record.figures[offset]
        try:
            cell = parse_figure(figure, self._numbers, measure)
        except SourceError as error:
            reason = f"{record.place}: {error.reason}"
            raise type(error)(reason, remedy=error.remedy, value=error.value) from None
        self.nulls += cell == EMPTY and not isinstance(figure, str)
        return cell


def _no_totals(named: NamedRows, table: TableSpec) -> tuple[Finding, ...]:
    """Say so where no category has its total."""
    kinds = {row.row_kind for row in named.rows}
    if table.layout != "grouped" or len(named.rows) < 2 or "total" in kinds:
        return ()
    return (
        Finding(
            outcome="watch",
            rule="no_totals",
            reason="no category has its total: leaves cannot be held against it, and what was published as a total "
            "alone is missing",
            remedy="nothing, if the source has no totals; else name their field or label in the connection file "
            "(`total`, `label_of_total`)",
        ),
    )


def _notices(nulls: int) -> tuple[Finding, ...]:
    """Say so where it is not known why a figure is missing."""
    if not nulls:
        return ()
    return (
        Finding(
            outcome="watch",
            rule="marks_not_carried",
            reason=f"{nulls} {'cell is' if nulls == 1 else 'cells are'} null; whether nd, * or + was meant is not "
            "carried; read as empty",
            remedy="nothing, if the source keeps no marks: forecasts take all of them as missing",
            found=str(nulls),
        ),
    )
