"""The rows that a page lists, and how many it leaves to the lake."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

LISTED = 200
"""A reader looks through so many rows; all of them are in the lake."""


@dataclass(frozen=True)
class Listing:
    """The first rows of a frame.

    Attributes:
        rows: Each as a mapping of its columns, None where a cell is empty.
        more: How many rows were left out.
    """

    rows: list[dict[str, Any]]
    more: int


def listing(frame: pd.DataFrame, limit: int = LISTED) -> Listing:
    """The first rows of a frame, ready for a template."""
    shown = frame.head(limit).astype(object)
    shown = shown.where(shown.notna(), None)
    rows = [{str(name): value for name, value in row.items()} for row in shown.to_dict("records")]
    return Listing(rows, len(frame) - len(rows))
