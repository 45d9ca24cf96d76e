"""Numbers as a Brazilian or an English reader writes them."""

import math
from typing import Any

from viticast.reporting.context import Language

_STEPS = ((1e9, "billion"), (1e6, "million"), (1e3, "thousand"))
_SUFFIX = {
    "pt": {"billion": "bi", "million": "mi", "thousand": "mil"},
    "en": {"billion": "bn", "million": "m", "thousand": "k"},
}
_UNIT = {"USD": "US$"}
_MISSING = "–"


def unit_name(unit: str) -> str:
    """A unit as it is printed: US$ for USD."""
    return _UNIT.get(unit, unit)


def number(value: float | None, language: Language, decimals: int = 0) -> str:
    """A number with grouped thousands, 1.234,5 in Portuguese and 1,234.5 in English; a dash where there is none."""
    if value is None or math.isnan(value):
        return _MISSING
    text = f"{value:,.{decimals}f}".replace("-", "−")
    return text.translate(str.maketrans(",.", ".,")) if language == "pt" else text


def compact(value: float | None, language: Language) -> str:
    """A number in three figures with mil, mi or bi: 457,8 mi."""
    if value is None or math.isnan(value):
        return _MISSING
    for size, name in _STEPS:
        # 999,950 would be written 1000,0 mil: the next suffix begins where rounding reaches it
        if abs(value) >= size * 0.99995:
            scaled = value / size
            return f"{number(scaled, language, 1 if abs(scaled) < 1000 else 0)} {_SUFFIX[language][name]}"
    return number(value, language, 0 if value == round(value) or abs(value) >= 10 else 1)


def amount(value: float | None, unit: str, language: Language) -> str:
    """A compact number with its unit: 457,8 mi L, US$ 151,4 mi."""
    text = compact(value, language)
    if text == _MISSING:
        return text
    return f"US$ {text}" if unit == "USD" else f"{text} {unit}"


def interval(low: float, high: float, language: Language) -> str:
    """Two bounds: 61,3–314,0 mi where they share a suffix, 40,2 mi–1,6 bi where they do not."""
    lower, upper = compact(low, language), compact(high, language)
    number_of, _, suffix = lower.partition(" ")
    if suffix and upper.endswith(f" {suffix}"):
        return f"{number_of}–{upper}"
    return f"{lower}–{upper}"


def direction(change: float | None) -> str:
    """Up or down for a change that is more than its rounding to a tenth of a percent, else even."""
    if change is None or math.isnan(change) or abs(change) < 0.0005:
        return "even"
    return "up" if change > 0 else "down"


def percent(value: float | None, language: Language, decimals: int = 1, *, signed: bool = False) -> str:
    """A share as a percentage, 0.123 as 12,3 %; `signed` writes + before a growth."""
    if value is None or math.isnan(value) or math.isinf(value):
        return _MISSING
    sign = "+" if signed and round(value * 100, decimals) > 0 else ""
    return f"{sign}{number(value * 100, language, decimals)}\u00a0%"


def chart_locale(language: Language) -> dict[str, Any]:
    """The number format of Vega (a d3 locale) for the language."""
    if language == "pt":
        return {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["R$ ", ""], "minus": "−"}
    return {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["$", ""], "minus": "−"}


def axis_expression(language: Language) -> str:
    """A Vega expression that labels an axis with mil, mi and bi."""
    plain = "format(datum.value, ',.3~r')"
    expression = plain
    for size, name in reversed(_STEPS):
        scaled = f"format(datum.value / {size:.0f}, ',.3~r') + ' {_SUFFIX[language][name]}'"
        expression = f"abs(datum.value) >= {size:.0f} ? {scaled} : ({expression})"
    return expression
