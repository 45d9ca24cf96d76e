"""One figure of a record: a number of JSON or of a database, a text in a declared locale, or a mark."""

import re
from decimal import Decimal
from functools import lru_cache
from math import isnan

from viticast.sources.cells import Cell, check_bounds, may_be_grouped, no_number
from viticast.sources.connections.numbers import Numbers
from viticast.sources.errors import NegativeNumberError, NotANumberError, SourceError, ThousandsSeparatorError
from viticast.sources.tables import Measure

_CORRECT = "correct the figure where it comes from"
_DECLARE = "or declare how figures are written under `numbers` of the connection file"
_LONGEST_SHOWN = 60
_SEPARATORS = {" ": "[ \u00a0\u202f]", "'": "['\u2019]"}
"""What is typed for a separator: a blank or an apostrophe of any kind."""

EMPTY = Cell(None, "empty")


def parse_figure(value: object, numbers: Numbers, measure: Measure) -> Cell:
    """Read a figure: a number, a text of the declared locale, or a mark.

    Numbers need no locale. None and NaN are the mark `empty`. A text that does not fit the locale is refused, never
    guessed: `1.234` is 1234 only where a point is declared to separate thousands.

    Args:
        value: As an API or a database delivers it.
        numbers: The locale of texts.
        measure: What the figure should be, with its bounds.

    Raises:
        SourceError: NotANumberError, ThousandsSeparatorError, NegativeNumberError or OutOfBoundsError, without place.
    """
    if value is None:
        return EMPTY
    if isinstance(value, str):
        return _parse_text(value, numbers, measure)
    # True would count as 1
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise _refused(NotANumberError, f"{_shown(value)} is not a number", value)
    if value.is_nan() if isinstance(value, Decimal) else isinstance(value, float) and isnan(value):
        return EMPTY
    if value < 0:
        raise _refused(NegativeNumberError, f"{_shown(value)} is negative", value)
    return _cell(value, _shown(value), measure)


def _parse_text(text: str, numbers: Numbers, measure: Measure) -> Cell:
    stripped = text.strip()
    words = _words(numbers)
    folded = _fold(stripped)
    if folded in words:
        mark = words[folded]
        return _cell(0, stripped, measure) if mark is None else Cell(None, mark)
    match = _pattern_of(numbers.thousands, numbers.decimal).fullmatch(stripped)
    if match is None or len(stripped) > _LONGEST_SHOWN or (not numbers.thousands and may_be_grouped(stripped)):
        raise _no_number(stripped)
    whole = re.sub("[^0-9]", "", match["whole"])
    return _cell(float(f"{whole}.{match['decimals'] or 0}"), stripped, measure)


def _cell(value: float | Decimal, text: str, measure: Measure) -> Cell:
    check_bounds(value, text, measure)
    # Adding zero turns -0.0 into 0.0: they are one figure, and must have one hash.
    return Cell(float(value) + 0.0, None)


@lru_cache
def _words_of(marks: tuple[tuple[str, str], ...], zero: tuple[str, ...]) -> dict[str, str | None]:
    return {**{_fold(text): mark for text, mark in marks}, **{_fold(text): None for text in zero}}


def _words(numbers: Numbers) -> dict[str, str | None]:
    """Folded text -> its mark, or None where it means zero."""
    return _words_of(tuple(numbers.marks.items()), numbers.zero)


@lru_cache
def _pattern_of(thousands: str, decimal: str) -> "re.Pattern[str]":
    separator = _SEPARATORS.get(thousands, re.escape(thousands))
    # 0.123 has no thousands: its point was meant as another sign
    grouped = rf"|[1-9][0-9]{{0,2}}(?:{separator}[0-9]{{3}})+" if thousands else ""
    return re.compile(rf"(?P<whole>[0-9]+{grouped})(?:{re.escape(decimal)}(?P<decimals>[0-9]+))?")


def _fold(text: str) -> str:
    return "".join(text.split()).casefold()


def _no_number(text: str) -> SourceError:
    kind = type(no_number(text))
    if kind is ThousandsSeparatorError:
        return _refused(kind, f"{_shown(text)!r} may have a thousands separator that is not the declared one", text)
    what = "negative" if kind is NegativeNumberError else "not a number"
    return _refused(kind, f"{_shown(text)!r} is {what}", text)


def _refused(kind: type[SourceError], reason: str, value: object) -> SourceError:
    return kind(reason, remedy=f"{_CORRECT}, {_DECLARE}", value=_shown(value))


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else str(value) if isinstance(value, Decimal) else repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
