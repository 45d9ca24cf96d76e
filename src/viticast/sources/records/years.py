"""The years of a table that comes as records: nothing but the records tells which there are."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from viticast.sources.connections.numbers import Numbers
from viticast.sources.errors import EmptyFileError, MissingYearError, SourceError
from viticast.sources.records.figures import EMPTY, parse_figure
from viticast.sources.records.record import Record
from viticast.sources.tables import Measure, TableSpec

_MOST_LISTED = 5
_FULL = 5
"""A year of fewer records may be one of zeros that the source leaves out."""


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


def check_years(records: Sequence[Record], years: Sequence[int], table: TableSpec, *, may_lack: bool) -> None:
    """Refuse years without a record, unless it is said what that means and it may be true.

    Raises:
        SourceError: EmptyFileError where there is no record at all, or MissingYearError.
    """
    if not records:
        raise EmptyFileError(
            "no year has a record with a figure",
            remedy="check where the records stand and which years are asked for, in the connection file",
            table=table.name,
        )
    counts = Counter(record.year for record in records)
    missing = [year for year in years if year not in counts]
    if may_lack:
        missing = [year for year in missing if _stands_between_full_years(year, counts)]
    if missing:
        raise MissingYearError(
            f"{listed(missing)} of {years[0]} to {years[-1]} {'has' if len(missing) == 1 else 'have'} no record",
            remedy="ask again; if the source has no such year, narrow `years` of the connection file, or say under "
            f"`absent` what it means: of a year between years of {_FULL} records or more nothing is believed",
            table=table.name,
            value=listed(missing),
        )


def _stands_between_full_years(year: int, counts: Mapping[int, int]) -> bool:
    """A whole year without records is no year of zeros where the years around it have many: it did not come."""
    before = [other for other in counts if other < year]
    after = [other for other in counts if other > year]
    return bool(before and after) and min(counts[max(before)], counts[min(after)]) >= _FULL


def listed(years: Sequence[int]) -> str:
    """Years for a message, the first few of many."""
    shown = ", ".join(map(str, years[:_MOST_LISTED]))
    return shown if len(years) <= _MOST_LISTED else f"{shown} and {len(years) - _MOST_LISTED} more years"


def left_out(records: Iterable[Record], years: Sequence[int]) -> tuple[str, ...]:
    """Say which years at the end have records and no figure above zero, so that they are not in the table.

    Returns:
        A sentence for a person to read, or nothing.
    """
    later = sorted({record.year for record in records if years and record.year > years[-1]})
    if not later:
        return ()
    return (
        f"{listed(later)}: no figure above zero, left out as not published yet; `years.last` of the connection file "
        "would keep it",
    )
