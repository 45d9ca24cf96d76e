"""The order of rows: a table of a database has none of its own, and categories are told by it."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from viticast.sources.database.dump import Row
from viticast.sources.findings import Finding


def in_order(rows: Sequence[Row], position: int | None) -> tuple[list[Row], str | None]:
    """Sorts rows by a column that numbers them.

    The `id` of Embrapa's files numbers all rows but one: ProcessaAmericanas has 29 between 10 and 11, and again behind
    28. A row whose number stands twice, or is none, stays behind the row that the database has before it.

    Args:
        rows: As the database keeps them: PostgreSQL puts a short row into a gap that a long one left.
        position: Of the column, None where there is none.

    Returns:
        The rows, and what kept some of them, or all, from being sorted; None where all are.
    """
    if position is None:
        return list(rows), "no column numbers them"
    numbers = [_number(row[position]) for row in rows]
    counts = Counter(numbers)
    sortable = {number for number, count in counts.items() if number is not None and count == 1}
    followers: dict[int | None, list[int]] = {}
    head: int | None = None
    for index, number in enumerate(numbers):
        if number in sortable:
            head = index
        else:
            followers.setdefault(head, []).append(index)
    heads = sorted((number, index) for index, number in enumerate(numbers) if number is not None and number in sortable)
    order = list(followers.get(None, ()))
    for _, index in heads:
        order += [index, *followers.get(index, ())]
    return [rows[index] for index in order], _why_not(counts)


def not_ordered(why: str) -> Finding:
    """What is said of rows whose order is not certain."""
    return Finding(
        outcome="watch",
        rule="order_of_the_database",
        reason=f"the order of rows is partly that in which the database keeps them: {why}",
        remedy="nothing if categories and their rows are right; else name a column that numbers the rows under `order` "
        "of the connection file",
    )


def _why_not(counts: "Counter[Decimal | None]") -> str | None:
    if counts[None]:
        return f"{counts[None]} rows have no number in the column that numbers them"
    twice = [str(number) for number, count in counts.items() if count > 1]
    return f"{', '.join(twice[:5])} stands twice in the column that numbers them" if twice else None


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return Decimal(value.strip()) if value.strip().isdecimal() else None
    if isinstance(value, int | float | Decimal):
        number = Decimal(value)
        return number if number.is_finite() else None
    return None
