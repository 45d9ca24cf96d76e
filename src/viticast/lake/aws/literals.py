"""Values as Athena takes them for the `?` of a statement: SQL literals, each of the type of its value."""

import math
from datetime import date, datetime

from viticast.lake.query import Value

LONGEST = 1024
"""Characters that Athena takes for one parameter."""

BIGINT = range(-(2**63), 2**63)


def literal(value: Value) -> str:
    """One parameter of a statement.

    Args:
        value: A moment is one without a time zone.

    Raises:
        ValueError: Athena has no such number, or takes no text of this length.
    """
    text = _literal(value)
    if len(text) > LONGEST:
        raise ValueError(f"a parameter of {len(text)} characters is longer than Athena takes ({LONGEST})")
    return text


def _literal(value: Value) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            doubled = value.replace("'", "''")
            return f"'{doubled}'"
        case int():
            if value not in BIGINT:
                raise ValueError(f"{value} is no bigint")
            return str(value)
        case float():
            return _double(value)
        case datetime():
            if value.tzinfo is not None:
                raise ValueError(f"{value} has a time zone, and the lake's moments have none")
            return f"TIMESTAMP '{value.isoformat(sep=' ', timespec='microseconds')}'"
        case date():
            return f"DATE '{value.isoformat()}'"


def _double(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError(f"{value} is no number that a statement can name")
    text = repr(value)
    # Without an exponent it would be a decimal, which compares in another way.
    return text if "e" in text else f"{text}e0"
