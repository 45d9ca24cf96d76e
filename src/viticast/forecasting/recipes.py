"""The few ways in which members and learners are mixed for a class, before the panel's own past weighs them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from viticast.forecasting.arrays import Floats
from viticast.forecasting.classes import EMPTY, INACTIVE, REGULAR, SHORT
from viticast.forecasting.learners import LEARNERS

CORE = ("damped", "log_damped", "holt", "dynamic_theta", "log_dynamic_theta")
"""Trends on both scales: damped and Theta kinds, and one that does not fade. Their mean beats each of them."""

STEADY = ("log_ses", "sharp_log_ses")
"""No trend, on the log scale: what is left of a series with zeros or shocks."""

NAIVE = "naive"


@dataclass(frozen=True)
class Recipe:
    """Shares of members and learners. Without any it is zero."""

    name: str
    shares: tuple[tuple[str, float], ...]

    @property
    def learners(self) -> tuple[str, ...]:
        """The learners among its parts."""
        return tuple(name for name, _ in self.shares if name in LEARNERS)


def recipes_of_class(series_class: int, learners: tuple[str, ...]) -> tuple[Recipe, ...]:
    """The recipes of a class; the first is the one that stands where the panel's past is too short to tell."""
    if series_class in (INACTIVE, EMPTY):
        return (Recipe("zero", ()),)
    core, steady, naive = _even("core", CORE), _even("steady", STEADY), _even("naive", (NAIVE,))
    if series_class == REGULAR:
        plain = (core, _mixed("core_and_steady", core, steady), steady, naive)
        if not learners:
            return plain
        # never more than half: at past origins learners alone look better than they then turn out to be
        learnt = _even("learners", learners)
        return (*plain, *(_mixed(f"{recipe.name}_and_learners", recipe, learnt) for recipe in plain[:2]))
    anchored = _mixed("steady_and_naive", steady, naive)
    if series_class == SHORT:
        return (anchored, naive, steady, _mixed("core_and_naive", core, naive), core)
    return (steady, anchored, naive, _even("median3", ("median3",)), _mixed("core_and_steady", core, steady))


def blend(shares: Mapping[str, float], forecasts: Mapping[str, Floats], shape: tuple[int, ...]) -> Floats:
    """The mean of the forecasts by their shares; one that has none for a series leaves its share to the others.

    Where no part has a forecast the last value stands in.
    """
    total, weight = np.zeros(shape), np.zeros(shape)
    if not shares:
        return total
    for name, share in shares.items():
        part = forecasts.get(name)
        if part is None or share <= 0:
            continue
        known = np.isfinite(part)
        total += np.where(known, share * part, 0.0)
        weight += np.where(known, share, 0.0)
    whole = np.where(weight > 0, total / np.where(weight > 0, weight, 1.0), forecasts[NAIVE])
    return np.nan_to_num(whole)


def _even(name: str, parts: tuple[str, ...]) -> Recipe:
    return Recipe(name, tuple((part, 1 / len(parts)) for part in parts))


def _mixed(name: str, one: Recipe, other: Recipe) -> Recipe:
    shares: dict[str, float] = {}
    for recipe in (one, other):
        for part, share in recipe.shares:
            shares[part] = shares.get(part, 0.0) + share / 2
    return Recipe(name, tuple(shares.items()))
