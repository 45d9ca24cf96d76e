"""Forecasts that add up: each parent's is shared out over its children in proportion to their own."""

from dataclasses import dataclass

import numpy as np

from viticast.forecasting.arrays import Floats, Ints
from viticast.forecasting.panel import Panel, PanelError

LARGEST_MOVE = 0.5
"""The share of its own forecast by which a child may be moved on account of its size."""


@dataclass(frozen=True)
class Hierarchy:
    """Rows of the panel by parent, from the roots down. `families` is empty for a panel without a hierarchy."""

    families: tuple[tuple[int, Ints], ...]
    groups: Ints
    """Number of each series' parent, or -1: the siblings share it."""


def build_hierarchy(panel: Panel, parents: dict[str, str]) -> Hierarchy:
    """Read the parents of the series that the panel has.

    Raises:
        PanelError: A parent is not a series of the panel, or a series lies under itself.
    """
    row = {name: at for at, name in enumerate(panel.ids)}
    groups = np.full(len(row), -1, dtype=np.int64)
    for child, parent in parents.items():
        if child not in row:
            continue
        if parent not in row:
            raise PanelError(f"{parent!r}, the parent of {child!r}, is not in the panel; add it or drop the link")
        groups[row[child]] = row[parent]
    depth = _depths(groups, panel.ids)
    order = sorted({int(parent) for parent in groups if parent >= 0}, key=lambda parent: (depth[parent], parent))
    return Hierarchy(tuple((parent, np.flatnonzero(groups == parent)) for parent in order), groups)


def share_out(hierarchy: Hierarchy, forecasts: Floats, cuts: Ints, weights: Floats) -> Floats:
    """Top-down: roots keep their forecasts, and children take up what they lack or exceed.

    The difference is shared in proportion to the squares of the children's forecasts: the variance of an error grows
    with the size of its series, so the large ones own most of it, and the small ones, of which a total says little,
    hardly move. Where that would move one by more than LARGEST_MOVE, all are scaled by the same factor.

    `forecasts` has shape (series, steps) after `cuts`. Where the children's forecasts sum to zero and the parent's
    does not, `weights` (one for each series, e.g. its recent level) share it out, and if they are zero too, equally.
    A year is shared out where the parent and all its children are forecast; one that some already know is left.
    """
    if not hierarchy.families:
        return forecasts
    steps = forecasts.shape[1]
    offset = cuts - cuts.min()
    at = offset[:, None] + np.arange(steps)[None, :]
    years = np.full((len(forecasts), int(offset.max()) + steps), np.nan)
    np.put_along_axis(years, at, forecasts, axis=1)
    for parent, children in hierarchy.families:
        years[children] = _shared(years[parent], years[children], weights[children])
    return np.take_along_axis(years, at, axis=1)


def _shared(parent: Floats, children: Floats, weights: Floats) -> Floats:
    total = children.sum(axis=0)
    both = np.isfinite(parent) & np.isfinite(total)
    even = weights if weights.sum() > 0 else np.ones_like(weights)
    # proportions are taken before the product: total may be far smaller than parent
    own = children / np.where(total > 0, total, 1.0)
    proportions = np.where(total > 0, own, (even / even.sum())[:, None])
    square = proportions**2
    move = (parent / np.where(total > 0, total, 1.0) - 1) * proportions / np.maximum(square.sum(axis=0), 1e-300)
    gentle = (total > 0) & (np.abs(move).max(axis=0) <= LARGEST_MOVE)
    shared = np.where(gentle, children * (1 + move), proportions * parent)
    return np.where(both, shared, children)


def _depths(groups: Ints, ids: tuple[str, ...]) -> list[int]:
    depths = []
    for start in range(len(groups)):
        at, depth = start, 0
        while groups[at] >= 0:
            at, depth = int(groups[at]), depth + 1
            if depth > len(groups):
                raise PanelError(f"the hierarchy runs in a circle at {ids[start]!r}; a series cannot lie under itself")
        depths.append(depth)
    return depths
