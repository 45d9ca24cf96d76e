"""How much each recipe of a class counts: as the panel's own past says, and no more surely than it can."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from viticast.forecasting.arrays import Floats
from viticast.forecasting.metrics import MASE_CAP
from viticast.forecasting.recipes import Recipe

FEWEST_TRIALS = 30
"""Fewer series-origins than this say nothing: the default of the class stands."""

SMALLEST_SHARE = 0.02
"""A recipe that would count less is left out."""

LEAST_ERROR = 0.002
"""Standard error of a relative loss that no panel is trusted below."""


@dataclass
class Trial:
    """Losses of a recipe at origins before the one it is weighed for, one entry for each of them."""

    mase: list[float] = field(default_factory=list)
    relative: list[float] = field(default_factory=list)
    count: list[int] = field(default_factory=list)

    def add(self, yhat: Floats, actual: Floats, scale: Floats) -> None:
        """Score forecasts (series, steps) of one origin against what came; NaN is not scored."""
        scored = np.isfinite(actual)
        usable = (scale > 0) & scored.any(axis=1)
        error = np.where(scored, np.abs(actual - yhat), 0.0)[usable]
        size = np.where(scored, np.abs(actual) + np.abs(yhat), 0.0)[usable]
        steps = scored[usable].sum(axis=1)
        self.mase.append(float(np.minimum(error.sum(axis=1) / steps / scale[usable], MASE_CAP).sum()))
        relative = np.where(size > 0, error / np.where(size > 0, size, 1.0), 0.0)
        self.relative.append(float((relative.sum(axis=1) / steps).sum()))
        self.count.append(int(usable.sum()))


@dataclass(frozen=True)
class Choice:
    """The shares of members and learners in the forecasts of a class, and why."""

    shares: dict[str, float]
    recipes: dict[str, float]
    reason: str


def weigh(trials: dict[Recipe, Trial], has_zeros: bool) -> Choice:
    """Share of each recipe: exp(-z^2 / 2), where z is how far its loss lies above the least, in standard errors.

    The loss is capped MASE relative to the default's and, where the class has no zeros, the mean of that and sMAPE's.
    Its standard error is taken over the origins, which share their shocks, and not over the series.
    """
    default = next(iter(trials))
    count = sum(trials[default].count)
    if len(trials) == 1:
        return _choice({default: 1.0}, "the only recipe of the class")
    if count < FEWEST_TRIALS:
        return _choice({default: 1.0}, f"default of the class: only {count} past series-origins to judge by")
    losses = {recipe: _losses(trial, trials[default], has_zeros) for recipe, trial in trials.items()}
    least = min(losses, key=lambda recipe: float(losses[recipe].sum()))
    raw = {recipe: float(np.exp(-0.5 * _excess(loss, losses[least]) ** 2)) for recipe, loss in losses.items()}
    total = sum(raw.values())
    kept = {recipe: value for recipe, value in raw.items() if value >= SMALLEST_SHARE * total}
    shares = {recipe: value / sum(kept.values()) for recipe, value in kept.items()}
    saved = 100 * (1 - float(losses[least].sum()))
    return _choice(
        shares,
        f"by {count} past series-origins, of which {least.name!r} did best: "
        f"{saved:.1f} % less loss than the default {default.name!r}",
    )


def _losses(trial: Trial, reference: Trial, has_zeros: bool) -> Floats:
    """What each origin adds to the relative loss; they sum to it."""
    mase = _shares(trial.mase, reference.mase)
    return mase if has_zeros else (mase + _shares(trial.relative, reference.relative)) / 2


def _shares(losses: list[float], reference: list[float]) -> Floats:
    total = sum(reference)
    return np.array(losses) / total if total > 0 else np.zeros(len(losses))


def _excess(loss: Floats, least: Floats) -> float:
    """Loss above the least, in standard errors over the origins."""
    above = loss - least
    origins = len(above)
    spread = float(above.std(ddof=1)) * np.sqrt(origins) if origins > 1 else 1.0
    return float(above.sum()) / max(spread, LEAST_ERROR)


def _choice(recipes: dict[Recipe, float], reason: str) -> Choice:
    shares: dict[str, float] = {}
    for recipe, weight in recipes.items():
        for part, share in recipe.shares:
            shares[part] = shares.get(part, 0.0) + weight * share
    return Choice(shares, {recipe.name: weight for recipe, weight in recipes.items()}, reason)


def learners_of(choices: Sequence[Choice], names: Sequence[str]) -> tuple[str, ...]:
    """The learners that have a share in any class."""
    return tuple(name for name in names if any(choice.shares.get(name, 0.0) > 0 for choice in choices))
