"""From text to fields: the delimiter differs by file and by vintage, so it is found, never assumed."""

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from viticast.sources.cells import holds_figure
from viticast.sources.errors import (
    EmptyFileError,
    FieldCountError,
    NoRowError,
    SourceError,
    TruncatedFileError,
    UnknownDelimiterError,
    raise_all,
)

DELIMITERS = (";", "\t")
_FEWEST_FIELDS = 3
_FETCH_AGAIN = "fetch the file again, whole"

# A field that is longer than a line of any table is refused by what it holds, not by the csv module.
csv.field_size_limit(2**31 - 1)


@dataclass(frozen=True)
class Line:
    """One line of a file.

    Attributes:
        number: The first line being 1.
        fields: What stands between the delimiters.
        is_cut: The file ends within the line, so that its last field may have been longer.
    """

    number: int
    fields: tuple[str, ...]
    is_cut: bool = False


@dataclass(frozen=True)
class Lines:
    """The lines of a file.

    Attributes:
        kept: Lines of equally many fields, in their order.
        set_aside: Lines that are neither header nor row and hold no figure.
        total: Lines that are not blank.
    """

    kept: tuple[Line, ...]
    set_aside: tuple[SourceError, ...]
    total: int


def split_lines(text: str, table: str) -> Lines:
    r"""Split a table, whose lines end in `\n`, into lines of equally many fields.

    Blank lines are skipped but counted in the numbers of the others. A line without any figure may have any number of
    fields, and is set aside; a line with figures may not, because a sum would be smaller without it.

    Raises:
        SourceError: UnknownDelimiterError, TruncatedFileError, FieldCountError or EmptyFileError.
    """
    texts = text.split("\n")
    numbered = [(number, line) for number, line in enumerate(texts, start=1) if line.strip()]
    if not numbered:
        raise EmptyFileError("the file has no line", remedy=_FETCH_AGAIN, table=table)
    delimiter = _sniff([line for _, line in numbered], table)
    lines = [Line(number, _fields(line, delimiter), is_cut=number == len(texts)) for number, line in numbered]
    return keep_rows(lines, _usual_count([line.fields for line in lines]), table)


def keep_rows(lines: Sequence[Line], width: int, table: str) -> Lines:
    """Set lines aside that are neither header nor row and hold no figure.

    Args:
        lines: Lines that are not blank.
        width: Number of fields of a row.
        table: File stem of the table.

    Raises:
        SourceError: TruncatedFileError, FieldCountError or EmptyFileError.
    """
    raise_all(_uneven(line, width, table) for line in lines if len(line.fields) != width and _has_figure(line.fields))
    notes = {line.number for line in lines if not _has_figure(line.fields) and _is_note(line, width)}
    kept = tuple(line for line in lines if line.number not in notes)
    if not kept:
        raise EmptyFileError("no line of the file has a figure", remedy=_FETCH_AGAIN, table=table)
    aside = [set_aside(line, "the line has no figure and is no row", table) for line in lines if line.number in notes]
    return Lines(kept, tuple(aside), total=len(lines))


def set_aside(line: Line, reason: str, table: str) -> NoRowError:
    """What is recorded of a line that is left out."""
    return NoRowError(
        reason,
        remedy="nothing if it is a note or a footer; if it is a row, write its name and figures",
        table=table,
        row=line.number,
        value=" ".join(" ".join(line.fields).split())[:200],
        outcome="row_quarantined",
    )


def _fields(line: str, delimiter: str) -> tuple[str, ...]:
    return tuple(next(csv.reader([line], delimiter=delimiter)))


def _has_figure(fields: Sequence[str]) -> bool:
    return any(holds_figure(field) for field in fields)


def _is_note(line: Line, width: int) -> bool:
    """Tell whether a line without figures cannot be a row: it has another width, or text in its first field alone."""
    return len(line.fields) != width or not any(field.strip() for field in line.fields[1:])


def _counts(lines: Sequence[Sequence[str]]) -> "Counter[int]":
    """How many lines have how many fields, among lines with figures where there are any."""
    return Counter(len(fields) for fields in lines if _has_figure(fields)) or Counter(map(len, lines))


def _usual_count(lines: Sequence[Sequence[str]]) -> int:
    """The commonest number of fields; of equally common ones the largest, as a cut file has short lines, never long."""
    counts = _counts(lines)
    return max(counts, key=lambda count: (counts[count], count))


def _sniff(lines: list[str], table: str) -> str:
    usual = {
        # of equally common numbers the first, which is the header's
        delimiter: _counts([_fields(line, delimiter) for line in lines]).most_common(1)[0][0]
        for delimiter in DELIMITERS
    }
    best = max(DELIMITERS, key=lambda delimiter: usual[delimiter])
    if usual[best] < _FEWEST_FIELDS:
        raise UnknownDelimiterError(
            f"the fields of {lines[0][:40]!r} are separated neither by ';' nor by tabs",
            remedy="use the CSV as the site offers it",
            table=table,
            row=1,
            value=lines[0][:40],
        )
    return best


def _uneven(line: Line, width: int, table: str) -> SourceError:
    found = len(line.fields)
    if found > width:
        return FieldCountError(
            f"{found} fields where the others have {width}",
            remedy="remove the extra delimiter, or fetch the file again",
            table=table,
            row=line.number,
            value=line.fields[-1],
        )
    cut = "the file ends in the middle of a line" if line.is_cut else "the line is short"
    return TruncatedFileError(
        f"{cut}: {found} fields where the others have {width}",
        remedy=_FETCH_AGAIN,
        table=table,
        row=line.number,
        value=line.fields[-1],
    )
