"""From the names of columns back to the header of the file that pandas read."""

import re

from viticast.sources.database.dump import Dump

_INDEX_NAMES = ("index", "level_0")
_NUMBERED = re.compile(r"(.+)\.([1-9][0-9]*)", re.DOTALL)
_UNNAMED = re.compile(r"Unnamed: ([0-9]+)")


def running_index(rows: Dump) -> int:
    """How many columns stand before those of the file: the index that `to_sql` writes unless it is told not to."""
    is_index = rows.names[0] in _INDEX_NAMES and [row[0] for row in rows.rows] == list(range(len(rows.rows)))
    return int(is_index)


def header_of(names: tuple[str, ...]) -> tuple[str, ...]:
    """The first line of the file: the names, or a row of figures where the file has no header.

    pandas numbers names that stand twice (`1970.1`), which the reader of headers knows. In a row of figures `0.1` would
    be read as a figure, and an empty field has become `Unnamed: 5`: both are undone.
    """
    if not names[0].strip().isdecimal():
        return names
    seen: dict[str, int] = {}
    fields: list[str] = []
    for position, name in enumerate(names):
        original = _original(name, position, seen)
        seen[original] = seen.get(original, 0) + 1
        fields.append(original)
    return tuple(fields)


def _original(name: str, position: int, seen: dict[str, int]) -> str:
    unnamed = _UNNAMED.fullmatch(name)
    if unnamed and int(unnamed[1]) == position:
        return ""
    numbered = _NUMBERED.fullmatch(name)
    if numbered and seen.get(numbered[1]) == int(numbered[2]):
        return numbered[1]
    return name
