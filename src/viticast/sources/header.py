"""The columns of a table: which hold labels, and which year and measure each figure belongs to."""

import re
from dataclasses import dataclass
from itertools import islice

from viticast.contracts.columns import LAST_YEAR
from viticast.sources.cells import MARKS_BY_TEXT
from viticast.sources.delimited import Line
from viticast.sources.errors import (
    DuplicatedYearError,
    HeaderError,
    SourceError,
    WrongTableError,
    YearOrderError,
)
from viticast.sources.tables import HEADER_NAMES, TableSpec

_YEAR = re.compile(r"([0-9]{4})(\.[0-9])?")
_FIGURE = re.compile(r"[-−]?[0-9][0-9.,]*")
_FETCH_AGAIN = "fetch the file again, and check that it is the file of this table"


@dataclass(frozen=True)
class Columns:
    """Where things stand in a file.

    Attributes:
        control: Position of the control column from 0, None where the file has none.
        label: Position of the column of labels.
        first_figure: Position of the first figure.
        years: One year for each block of as many figures as the table has measures.
        repairs: What was understood by rule in spite of a defect.
    """

    control: int | None
    label: int
    first_figure: int
    years: tuple[int, ...]
    repairs: tuple[str, ...]


def read_columns(lines: tuple[Line, ...], table: TableSpec) -> tuple[Columns, tuple[Line, ...]]:
    """Understand the header, or the columns of a file that has none.

    Returns:
        The columns, and the lines below the header.

    Raises:
        SourceError: WrongTableError, HeaderError, DuplicatedYearError or YearOrderError.
    """
    first = lines[0]
    if first.fields[0].strip().isdecimal():
        return _columns_without_header(lines, table), lines
    names = [field.strip().casefold() for field in first.fields]
    width = next((position for position, name in enumerate(names) if _YEAR.fullmatch(name)), len(names))
    _check_names(names[:width], first, table)
    _refuse_second_header(names, lines[1:], table)
    repairs: list[str] = []
    if table.layout == "grouped" and width == 2:
        repairs.append("no control column: categories are told by their capitals alone")
    _check_blocks(len(names) - width, first, table)
    years, mislabelled = _years_of_header(first, width, lines[1:], table)
    columns = Columns(
        control=1 if width == 3 else None,
        label=width - 1,
        first_figure=width,
        years=years,
        repairs=(*repairs, *mislabelled),
    )
    return columns, lines[1:]


def _check_names(names: list[str], line: Line, table: TableSpec) -> None:
    expected = HEADER_NAMES[table.item_kind]
    grouped = table.layout == "grouped"
    shapes = [["id", label] for label in expected] + [["id", "control", label] for label in expected if grouped]
    if names not in shapes:
        found = ", ".join(islice(names, 4))
        raise WrongTableError(
            f"the header starts with {found!r}, which is not a table of {table.item_kind} rows",
            remedy=_FETCH_AGAIN,
            table=table.name,
            row=line.number,
            value=found,
        )


def _refuse_second_header(names: list[str], body: tuple[Line, ...], table: TableSpec) -> None:
    """Refuse a file that holds two tables: the second header would be read as a row of years."""
    for line in body:
        if [field.strip().casefold() for field in line.fields] == names:
            raise HeaderError(
                "the header stands a second time",
                remedy=_FETCH_AGAIN,
                table=table.name,
                row=line.number,
                value=", ".join(names[:4]),
            )


def _check_blocks(figures: int, line: Line, table: TableSpec) -> None:
    block = len(table.measures)
    if figures == 0 or figures % block:
        raise WrongTableError(
            f"{figures} columns of figures cannot be {block} for each year",
            remedy=_FETCH_AGAIN,
            table=table.name,
            row=line.number,
            value=str(figures),
        )
    if table.first_year + figures // block - 1 > LAST_YEAR:
        raise WrongTableError(
            f"{figures} columns of figures would reach beyond the year {LAST_YEAR}",
            remedy=_FETCH_AGAIN,
            table=table.name,
            row=line.number,
            value=str(figures),
        )


def _columns_without_header(lines: tuple[Line, ...], table: TableSpec) -> Columns:
    has_control = len(lines[0].fields) > 2 and _is_text_column(lines, 2)
    if has_control and table.layout == "countries":
        raise WrongTableError(
            "the second and third columns are text, but a table of countries has one column of labels",
            remedy=_FETCH_AGAIN,
            table=table.name,
            row=lines[0].number,
            column=3,
            value=lines[0].fields[2],
        )
    width = 3 if has_control else 2
    figures = len(lines[0].fields) - width
    _check_blocks(figures, lines[0], table)
    years = tuple(range(table.first_year, table.first_year + figures // len(table.measures)))
    repairs = [f"no header line: years counted from {years[0]} by position, to {years[-1]}"]
    if table.layout == "grouped" and not has_control:
        repairs.append("no control column: categories are told by their capitals alone")
    return Columns(1 if has_control else None, width - 1, width, years, tuple(repairs))


def _is_text_column(lines: tuple[Line, ...], position: int) -> bool:
    texts = [line.fields[position].strip() for line in lines]
    figures = sum(text.casefold() in MARKS_BY_TEXT or bool(_FIGURE.fullmatch(text)) for text in texts)
    return figures * 2 < len(texts)


def _years_of_header(
    header: Line, width: int, rows: tuple[Line, ...], table: TableSpec
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    block = len(table.measures)
    starts = range(width, len(header.fields), block)
    years: list[int] = []
    repairs: list[str] = []
    for start in starts:
        year = _year_of_block(header, start, block, table)
        expected = years[-1] + 1 if years else table.first_year
        if year != expected:
            is_last = start + block == len(header.fields)
            if years and year == years[-1] and is_last and not _same_figures(rows, start, block):
                repairs.append(f"the header calls the last year {year} again: read by position as {expected}")
                year = expected
            else:
                raise _wrong_year(year, years, expected, header, start, table)
        years.append(year)
    return tuple(years), tuple(repairs)


def _year_of_block(header: Line, start: int, block: int, table: TableSpec) -> int:
    texts = [field.strip() for field in header.fields[start : start + block]]
    found = [_YEAR.fullmatch(text) for text in texts]
    years = {match[1] for match in found if match}
    if None in found or len(years) != 1:
        raise HeaderError(
            f"{' and '.join(map(repr, texts))} should be one year" + (" for each measure" if block > 1 else ""),
            remedy=_FETCH_AGAIN,
            table=table.name,
            row=header.number,
            column=start + 1,
            value=";".join(texts),
        )
    return int(years.pop())


def _same_figures(rows: tuple[Line, ...], start: int, block: int) -> bool:
    return all(row.fields[start : start + block] == row.fields[start - block : start] for row in rows)


def _wrong_year(year: int, before: list[int], expected: int, header: Line, start: int, table: TableSpec) -> SourceError:
    repeated = year in before
    kind = DuplicatedYearError if repeated else YearOrderError
    reason = f"the year {year} stands twice" if repeated else f"the year {year} stands where {expected} is due"
    return kind(
        reason,
        remedy="correct the header, or fetch the file again",
        table=table.name,
        row=header.number,
        column=start + 1,
        value=str(year),
    )
