"""From text to fields: the delimiter differs by file and by vintage, so it is found, never assumed."""

import csv
from collections import Counter
from dataclasses import dataclass

from viticast.sources.errors import (
    EmptyFileError,
    FieldCountError,
    SourceError,
    TruncatedFileError,
    UnknownDelimiterError,
    raise_all,
)

DELIMITERS = (";", "\t")
_FEWEST_FIELDS = 3
_FETCH_AGAIN = "fetch the file again, whole"


@dataclass(frozen=True)
class Line:
    """The fields of one line of a file, the first line being 1."""

    number: int
    fields: tuple[str, ...]


def split_lines(text: str, table: str) -> tuple[tuple[Line, ...], tuple[str, ...]]:
    """Split a table into lines of equally many fields; blank lines are skipped but counted.

    Returns:
        The lines, and what was read in spite of a defect.

    Raises:
        SourceError: UnknownDelimiterError, TruncatedFileError, FieldCountError or EmptyFileError.
    """
    numbered = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    if not numbered:
        raise EmptyFileError("the file has no line", remedy=_FETCH_AGAIN, table=table)
    delimiter = _sniff([line for _, line in numbered], table)
    lines = tuple(Line(number, _fields(line, delimiter)) for number, line in numbered)
    ends_whole = text.endswith("\n")
    raise_all(_uneven(lines, table, ends_whole=ends_whole))
    return lines, () if ends_whole else ("the last line does not end: its last figure may have been cut",)


# A field that is longer than a line of any table is refused by what it holds, not by the csv module.
csv.field_size_limit(2**31 - 1)


def _fields(line: str, delimiter: str) -> tuple[str, ...]:
    return tuple(next(csv.reader([line], delimiter=delimiter)))


def _usual_count(lines: list[str], delimiter: str) -> int:
    return Counter(len(_fields(line, delimiter)) for line in lines).most_common(1)[0][0]


def _sniff(lines: list[str], table: str) -> str:
    best = max(DELIMITERS, key=lambda delimiter: _usual_count(lines, delimiter))
    if _usual_count(lines, best) < _FEWEST_FIELDS:
        raise UnknownDelimiterError(
            f"the fields of {lines[0][:40]!r} are separated neither by ';' nor by tabs",
            remedy="use the CSV as the site offers it",
            table=table,
            row=1,
            value=lines[0][:40],
        )
    return best


def _uneven(lines: tuple[Line, ...], table: str, *, ends_whole: bool) -> list[SourceError]:
    # the longest line sets the measure where lines are few: a cut file has short lines, never long ones
    counts = Counter(len(line.fields) for line in lines)
    usual = max(counts, key=lambda count: (counts[count], count))
    errors: list[SourceError] = []
    for line in lines:
        found = len(line.fields)
        if found < usual:
            cut = (
                "the file ends in the middle of a line" if line is lines[-1] and not ends_whole else "the line is short"
            )
            errors.append(
                TruncatedFileError(
                    f"{cut}: {found} fields where the others have {usual}",
                    remedy=_FETCH_AGAIN,
                    table=table,
                    row=line.number,
                    value=line.fields[-1],
                )
            )
        elif found > usual:
            errors.append(
                FieldCountError(
                    f"{found} fields where the others have {usual}",
                    remedy="remove the extra delimiter, or fetch the file again",
                    table=table,
                    row=line.number,
                    value=line.fields[-1],
                )
            )
    return errors
