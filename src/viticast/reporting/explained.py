"""How each forecast was made, for the script of the page: every distinct explanation once."""

import json
from dataclasses import dataclass
from typing import Any

import pandas as pd

SHARED = [
    "members",
    "recipes",
    "basis",
    "class_past",
    "tree_past",
    "best_recipe",
    "default_recipe",
    "saved_percent",
]
"""What all series of one class and tree have in common, in the order in which the script reads it."""

UNEXPLAINED = (-1, 0)
"""A series without figures has no forecast, and so no explanation."""


@dataclass(frozen=True)
class Explained:
    """The explanations of a page.

    Attributes:
        distinct: One list for each, in the order of `SHARED`; members and recipes as pairs of name and share.
        of_series: Series -> position in `distinct`, and 1 where the forecast was moved to add up to its parent.
    """

    distinct: list[list[Any]]
    of_series: dict[str, tuple[int, int]]


def explained(explanations: pd.DataFrame) -> Explained:
    """Joins series of the same explanation.

    Args:
        explanations: As `contracts.reports.Explanations` describes.
    """
    places: dict[tuple[Any, ...], int] = {}
    of_series = {}
    for sid, is_scaled, *shared in explanations[["series_id", "is_scaled_to_parent", *SHARED]].itertuples(index=False):
        of_series[str(sid)] = (places.setdefault(tuple(shared), len(places)), int(is_scaled))
    return Explained([_row(shared) for shared in places], of_series)


def _row(shared: tuple[Any, ...]) -> list[Any]:
    named = dict(zip(SHARED, shared, strict=True))
    pairs = {name: [list(pair) for pair in json.loads(named[name]).items()] for name in ("members", "recipes")}
    return list((named | pairs).values())
