"""The order of rows: a table of a database has none of its own, and categories are told by it."""

from decimal import Decimal

from viticast.sources.database.dump import Row
from viticast.sources.findings import Finding


def in_order(rows: tuple[Row, ...], position: int | None) -> tuple[tuple[Row, ...], str | None]:
    """Sorts rows by a column that numbers them.

    The `id` of Embrapa's files is no such column wherever a number stands twice: ProcessaAmericanas has 29 between 10
    and 11. Such rows stay as the database keeps them.

    Args:
        rows: As the database keeps them.
        position: Of the column, None where there is none.

    Returns:
        The rows, and why they are not sorted: None where they are.
    """
    if position is None:
        return rows, "there is no column to order them by"
    keys = [_number(row[position]) for row in rows]
    numbers = [key for key in keys if key is not None]
    if len(numbers) < len(keys):
        return rows, "the column that should order them has a value that is no number"
    seen: set[Decimal] = set()
    twice = next((key for key in numbers if key in seen or seen.add(key)), None)  # type: ignore[func-returns-value]
    if twice is not None:
        return rows, f"the column that should order them has {twice} twice"
    ordered = sorted(zip(numbers, range(len(rows)), strict=True))
    return tuple(rows[index] for _, index in ordered), None


def not_ordered(why: str) -> Finding:
    """What is said of rows that are taken as they stand."""
    return Finding(
        outcome="watch",
        rule="order_of_the_database",
        reason=f"rows are read in the order in which the database keeps them: {why}",
        remedy="nothing if categories and their rows are right; else name a column that numbers the rows under `order` "
        "of the connection file",
    )


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return Decimal(value.strip()) if value.strip().isdecimal() else None
    if isinstance(value, int | float | Decimal):
        number = Decimal(value)
        return number if number.is_finite() else None
    return None
