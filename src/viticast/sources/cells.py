"""The text of one cell: a value or a mark."""

import re
from dataclasses import dataclass
from decimal import Decimal

from viticast.sources.errors import (
    NegativeNumberError,
    NotANumberError,
    OutOfBoundsError,
    SourceError,
    ThousandsSeparatorError,
)
from viticast.sources.tables import Measure

MARKS_BY_TEXT = {"": "empty", "nd": "nd", "*": "*", "+": "+"}
_MOST_LETTERS_OF_A_FIGURE = 3
"""`1e6`, `12 kg` and `R$ 5` are figures, however badly written; a text with a year in it is not."""

_WHOLE = re.compile(r"[0-9]+")
_DECIMAL = re.compile(r"([0-9]+)[.,]([0-9]+)")
_GROUPED = re.compile(r"[0-9]{1,3}([. \u00a0\u202f'][0-9]{3})+([.,][0-9]+)?|[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_NEGATIVE = re.compile(r"[-\u2212][0-9][0-9.,]*")

_REMEDY = "correct the cell, or fetch the file again from the site"


@dataclass(frozen=True)
class Cell:
    """Either a value or the mark that stands for it."""

    value: float | None
    mark: str | None


def parse_cell(text: str, measure: Measure) -> Cell:
    """Read a cell: a whole number, a number with a decimal comma (or point), or a mark.

    A mark is missing, never zero. Thousands separators are refused: in a CSV they come from another source than the
    site, and `1.234` may be either reading.

    Raises:
        SourceError: NotANumberError, ThousandsSeparatorError, NegativeNumberError or OutOfBoundsError, without place.
    """
    stripped = text.strip()
    mark = MARKS_BY_TEXT.get(stripped.casefold())
    if mark is not None:
        return Cell(None, mark)
    value = _parse_number(stripped)
    check_bounds(value, stripped, measure)
    return Cell(value, None)


def check_bounds(value: float | Decimal, text: str, measure: Measure) -> None:
    """Refuse a number that the table cannot hold.

    Args:
        value: In the unit of the measure.
        text: How it was written, for the message.
        measure: What it should be.

    Raises:
        OutOfBoundsError: The number lies outside the bounds of the measure.
    """
    if not measure.minimum <= value <= measure.maximum:
        raise OutOfBoundsError(
            f"{text!r} lies outside the bounds {measure.minimum:,.0f} to {measure.maximum:,.0f} {measure.unit}",
            remedy=f"{_REMEDY}; if the figure is right, widen the table's bounds in conf/base/tables.yml",
            value=text,
        )


def may_be_grouped(text: str) -> bool:
    """Tell whether a text has a sign where thousands are separated: `1.234` and `1,234` may be either reading."""
    return bool(_GROUPED.fullmatch(text))


def holds_figure(text: str) -> bool:
    """Tell whether a text may be meant as a figure: it has a digit, and hardly a letter."""
    letters = sum(character.isalpha() for character in text)
    return letters <= _MOST_LETTERS_OF_A_FIGURE and any(character.isdigit() for character in text)


def is_nothing(text: str) -> bool:
    """Tell whether no figure is lost with a text: it is no figure, or it is zero."""
    return not holds_figure(text) or not any(character.isdigit() and character != "0" for character in text)


def no_number(text: str) -> SourceError:
    """Why a text is no number, for a caller to raise: a thousands separator, a minus sign, or anything else."""
    if _GROUPED.fullmatch(text):
        return ThousandsSeparatorError(
            f"{text!r} may have a thousands separator",
            remedy="write the figure without separators (1234567 or 1234567,89)",
            value=text,
        )
    if _NEGATIVE.fullmatch(text):
        return NegativeNumberError(f"{text!r} is negative", remedy=_REMEDY, value=text)
    return NotANumberError(f"{text!r} is not a number", remedy=_REMEDY, value=text)


def _parse_number(text: str) -> float:
    if _WHOLE.fullmatch(text):
        return float(text)
    decimal = _DECIMAL.fullmatch(text)
    if decimal and not _GROUPED.fullmatch(text):
        return float(f"{decimal[1]}.{decimal[2]}")
    raise no_number(text)
