"""Forecasts that add up: each parent's is shared out over its children in proportion to their own."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from viticast.forecasting.arrays import Bools, Floats, Ints
from viticast.forecasting.panel import Panel, PanelError

LARGEST_FACTOR = 2.0
"""By no more than this is a child moved, up or down, on account of its size."""


@dataclass(frozen=True)
class Hierarchy:
    """Rows of the panel by parent, from the roots down. `families` is empty for a panel without a hierarchy."""

    families: tuple[tuple[int, Ints], ...]
    groups: Ints
    """Number of each series' parent, or -1: the siblings share it."""

    @cached_property
    def leaves(self) -> Bools:
        """The series under which there is none: every series of a panel without a hierarchy."""
        return ~np.isin(np.arange(len(self.groups)), self.groups)

    @cached_property
    def roots(self) -> tuple[int, ...]:
        """The series that have children and no parent, in the order of their trees."""
        return tuple(sorted(int(parent) for parent, _ in self.families if self.groups[parent] < 0))

    @cached_property
    def trees(self) -> Ints:
        """Number of the root above each series, from 0 on; all 0 for a panel without a hierarchy."""
        if not self.families:
            return np.zeros(len(self.groups), dtype=np.int64)
        above = np.where(self.groups >= 0, self.groups, np.arange(len(self.groups)))
        while (above[above] != above).any():
            above = above[above]
        # series without children or parent are one family, so that each is not judged by itself
        number = {root: at for at, root in enumerate(self.roots)}
        return np.array([number.get(int(root), len(number)) for root in above], dtype=np.int64)


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
    hardly move. Where that would move one by more than a factor of two, a parent within the tree yields and takes its
    children's sum; under a root all children are scaled alike.

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
    for parent, children in reversed(hierarchy.families):
        if hierarchy.groups[parent] >= 0:
            _, is_gentle = _moved(years[parent], years[children])
            total = years[children].sum(axis=0)
            years[parent] = np.where(is_gentle | ~np.isfinite(years[parent] + total), years[parent], total)
    for parent, children in hierarchy.families:
        years[children] = _shared(years[parent], years[children], weights[children])
    return np.take_along_axis(years, at, axis=1)


def _shared(parent: Floats, children: Floats, weights: Floats) -> Floats:
    """Children that sum to the parent, year by year, where both are known."""
    total = children.sum(axis=0)
    even = weights if weights.sum() > 0 else np.ones_like(weights)
    # proportions are taken before the product: total may be far smaller than parent
    own = children / np.where(total > 0, total, 1.0)
    proportions = np.where(total > 0, own, (even / even.sum())[:, None])
    moved, is_gentle = _moved(parent, children)
    shared = np.where(is_gentle, moved, proportions * parent)
    return np.where(np.isfinite(parent) & np.isfinite(total), shared, children)


def _moved(parent: Floats, children: Floats) -> tuple[Floats, Bools]:
    """Children with the difference shared by their squares, and in which years that moves none too far."""
    total = children.sum(axis=0)
    proportions = children / np.where(total > 0, total, 1.0)
    squares = (proportions**2).sum(axis=0)
    lacking = parent / np.where(total > 0, total, 1.0) - 1
    move = lacking * proportions / np.where(squares > 0, squares, 1.0)
    fits: Bools = (total > 0) & (squares > 0)
    fits &= (move.min(axis=0) >= 1 / LARGEST_FACTOR - 1) & (move.max(axis=0) <= LARGEST_FACTOR - 1)
    return np.where(fits, children * (1 + move), children), fits


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
