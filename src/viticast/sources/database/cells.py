"""Values of a database as text: what tells labels, categories and notes apart, as in a file."""

from decimal import Decimal
from math import isnan

from viticast.sources.errors import MojibakeError


def text_of(value: object) -> str:
    """What would stand in a file for a value: nothing for NULL and NaN, a number in digits without an exponent."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | bytes):
        return repr(value)
    if isinstance(value, float):
        return "" if isnan(value) else _digits(Decimal(repr(value)))
    return _digits(value) if isinstance(value, Decimal) else str(value)


def _digits(value: Decimal) -> str:
    if not value.is_finite():
        return "" if value.is_nan() else str(value)
    return str(int(value)) if value == value.to_integral_value() else f"{value.normalize():f}"


def require_text(value: object, column: str, table: str, row: int | None = None) -> None:
    """Refuses bytes: a text of the database that is not UTF-8.

    Raises:
        SourceError: MojibakeError.
    """
    if isinstance(value, bytes):
        raise MojibakeError(
            f"{value[:20]!r} in column {column!r} is not UTF-8",
            remedy="have the table written again, as UTF-8",
            table=table,
            row=row,
            value=repr(value[:20]),
        )
