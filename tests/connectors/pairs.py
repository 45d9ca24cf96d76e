"""Few combinations of many settings, in which each two settings of different kinds meet."""

from collections.abc import Mapping, Sequence
from itertools import combinations, product
from typing import Any

Choice = dict[str, Any]


def all_pairs(settings: Mapping[str, Sequence[Any]]) -> list[Choice]:
    """Combinations in which each value of a setting meets each value of every other; the same each time.

    Args:
        settings: Name -> its values.
    """
    names = list(settings)
    left = {
        (one, a, other, b)
        for one, other in combinations(names, 2)
        for a, b in product(range(len(settings[one])), range(len(settings[other])))
    }
    found: list[Choice] = []
    while left:
        one, a, other, b = min(left)
        chosen = {one: a, other: b}
        for name in (name for name in names if name not in chosen):
            gains = [_gain(chosen, name, value, left, names) for value in range(len(settings[name]))]
            chosen[name] = gains.index(max(gains))
        left -= {(x, chosen[x], y, chosen[y]) for x, y in combinations(names, 2)}
        found.append({name: settings[name][chosen[name]] for name in names})
    return found


def _gain(chosen: dict[str, int], name: str, value: int, left: set[tuple[str, int, str, int]], names: list[str]) -> int:
    """How many pairs that did not meet yet would meet."""
    order = names.index(name)
    return sum(
        ((x, i, name, value) if names.index(x) < order else (name, value, x, i)) in left for x, i in chosen.items()
    )
