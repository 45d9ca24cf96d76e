"""Names of tables and columns: matched as they are written, then without regard to case."""

from collections.abc import Iterable, Sequence


def matching(name: str, names: Iterable[str]) -> tuple[str, ...]:
    """Which of the names are meant by one.

    Returns:
        The name itself where it stands among them, or all that differ in case alone: none, one or several.
    """
    known = tuple(names)
    if name in known:
        return (name,)
    return tuple(other for other in known if other.casefold() == name.casefold())


def first_matching(wanted: Sequence[str], names: Sequence[str]) -> str | None:
    """The first of several spellings that the names have, as it stands there; None where they have none of them."""
    return next((found for name in wanted for found in matching(name, names)), None)
