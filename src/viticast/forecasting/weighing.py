"""How much each recipe counts in a class and tree: as the panel's own past says, no more surely than it can."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from viticast.forecasting.arrays import Floats, Ints
from viticast.forecasting.metrics import MASE_CAP
from viticast.forecasting.recipes import Recipe

FEWEST_TRIALS = 30
"""Fewer series-origins than this say nothing: the default of the class stands."""

CLASS_COUNTS_AS = 200
"""The past of a class weighs in a tree like so many series-origins of its own."""

SMALLEST_SHARE = 0.02
"""A recipe that would count less is left out."""

LEAST_ERROR = 0.002
"""Standard error of a relative loss that no panel is trusted below."""

TINY = 1e-12

Basis = Literal["only_recipe", "too_little_past", "past"]
"""Why shares are what they are: the class has one recipe, its default stands, or its past weighed its recipes."""


@dataclass
class Trial:
    """Losses of a recipe at origins before the one it is weighed for, in each of some trees of series.

    `mase`, `relative` and `count` hold one array for each origin, with an entry for each tree: the sums of capped
    MASE and of the symmetric relative error over its series, and how many they are.
    """

    trees: int = 1
    mase: list[Floats] = field(default_factory=list)
    relative: list[Floats] = field(default_factory=list)
    count: list[Floats] = field(default_factory=list)

    def add(self, yhat: Floats, actual: Floats, scale: Floats, tree: Ints) -> None:
        """Score forecasts (series, steps) of one origin against what came; NaN is not scored."""
        scored = np.isfinite(actual)
        usable = (scale > 0) & scored.any(axis=1)
        error = np.where(scored, np.abs(actual - yhat), 0.0)[usable]
        size = np.where(scored, np.abs(actual) + np.abs(yhat), 0.0)[usable]
        steps = scored[usable].sum(axis=1)
        mase = np.minimum(error.sum(axis=1) / steps / scale[usable], MASE_CAP)
        relative = np.where(size > 0, error / np.where(size > 0, size, 1.0), 0.0).sum(axis=1) / steps
        for kept, values in ((self.mase, mase), (self.relative, relative), (self.count, np.ones(len(steps)))):
            kept.append(np.bincount(tree[usable], weights=values, minlength=self.trees).astype(np.float64))


@dataclass(frozen=True)
class Choice:
    """The shares of members and learners in the forecasts of a class and tree, and why.

    Attributes:
        shares: Of members and learners; they sum to 1, and none is a forecast of zero.
        recipes: Shares of the recipes that they come from.
        basis: Why they are so.
        class_past: Past series-origins of the class.
        tree_past: Those of them that lie in the tree.
        best: Name of the recipe with the least loss there.
        default: Name of the recipe that stands where there is too little past.
        saved_percent: How much less loss the best had than the default, in per cent of that.
    """

    shares: dict[str, float]
    recipes: dict[str, float]
    basis: Basis
    class_past: int
    tree_past: int
    best: str
    default: str
    saved_percent: float = 0.0


def weigh(trials: dict[Recipe, Trial], has_zeros: bool) -> tuple[Choice, ...]:
    """Shares of the recipes of a class in each tree.

    A share is exp(-z^2 / 2), where z is how far the recipe's loss lies above the least, in standard errors. The loss is
    capped MASE relative to the default's and, where the class has no zeros, the mean of that and sMAPE's. It is the
    tree's own and that of the whole class, mixed by how much past the tree has. Its standard error is taken over
    the origins, which share their shocks, and not over the series.
    """
    default = next(iter(trials))
    counts = np.sum([np.zeros(trials[default].trees), *trials[default].count], axis=0)
    count = int(np.sum(counts))
    if len(trials) == 1 or count < FEWEST_TRIALS:
        return tuple(unweighed(tuple(trials), count, int(own)) for own in counts)
    of_class = {recipe: _losses(trial, trials[default], has_zeros, slice(None)) for recipe, trial in trials.items()}
    choices = []
    for tree, own in enumerate(counts):
        of_tree = {recipe: _losses(trial, trials[default], has_zeros, tree) for recipe, trial in trials.items()}
        trust = own / (own + CLASS_COUNTS_AS)
        losses = {recipe: trust * of_tree[recipe] + (1 - trust) * loss for recipe, loss in of_class.items()}
        choices.append(_weigh(losses, default, count, int(own)))
    return tuple(choices)


def unweighed(recipes: Sequence[Recipe], class_past: int, tree_past: int) -> Choice:
    """The default of a class, its first recipe: what stands where its past does not weigh them."""
    default = recipes[0]
    basis: Basis = "only_recipe" if len(recipes) == 1 else "too_little_past"
    return Choice(dict(default.shares), {default.name: 1.0}, basis, class_past, tree_past, default.name, default.name)


def _weigh(losses: dict[Recipe, Floats], default: Recipe, class_past: int, tree_past: int) -> Choice:
    least = min(losses, key=lambda recipe: float(losses[recipe].sum()))
    raw = {recipe: float(np.exp(-0.5 * _excess(loss, losses[least]) ** 2)) for recipe, loss in losses.items()}
    total = sum(raw.values())
    kept = {recipe: value for recipe, value in raw.items() if value >= SMALLEST_SHARE * total}
    shares = {recipe: value / sum(kept.values()) for recipe, value in kept.items()}
    saved = 100 * (1 - float(losses[least].sum()) / max(float(losses[default].sum()), TINY))
    recipes = {recipe.name: share for recipe, share in shares.items()}
    return Choice(_parts(shares), recipes, "past", class_past, tree_past, least.name, default.name, saved)


def _losses(trial: Trial, reference: Trial, has_zeros: bool, tree: int | slice) -> Floats:
    """What each origin adds to the relative loss; they sum to it."""
    mase = _shares(trial.mase, reference.mase, tree)
    return mase if has_zeros else (mase + _shares(trial.relative, reference.relative, tree)) / 2


def _shares(losses: list[Floats], reference: list[Floats], tree: int | slice) -> Floats:
    of_tree, of_reference = (np.array([np.sum(at[tree]) for at in each]) for each in (losses, reference))
    total = float(of_reference.sum())
    shares: Floats = of_tree / total if total > 0 else np.zeros(len(losses))
    return shares


def _excess(loss: Floats, least: Floats) -> float:
    """Loss above the least, in standard errors over the origins."""
    above = loss - least
    origins = len(above)
    spread = float(above.std(ddof=1)) * np.sqrt(origins) if origins > 1 else 1.0
    return float(above.sum()) / max(spread, LEAST_ERROR)


def _parts(recipes: dict[Recipe, float]) -> dict[str, float]:
    shares: dict[str, float] = {}
    for recipe, weight in recipes.items():
        for part, share in recipe.shares:
            shares[part] = shares.get(part, 0.0) + weight * share
    return shares


def learners_of(choices: Sequence[Choice], names: Sequence[str]) -> tuple[str, ...]:
    """The learners that have a share in any class."""
    return tuple(name for name in names if any(choice.shares.get(name, 0.0) > 0 for choice in choices))
