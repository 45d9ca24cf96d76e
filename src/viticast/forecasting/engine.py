"""Forecasts and their intervals at any origins of a panel: what `fit` does once and a backtest does again and again."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from viticast.forecasting.arrays import Bools, Floats, Ints
from viticast.forecasting.classes import EMPTY, INACTIVE, REGULAR
from viticast.forecasting.features import Features, features
from viticast.forecasting.intervals import FEWEST_ERRORS, POOLS, SUMS, ErrorModel, describe, learn_errors
from viticast.forecasting.panel import Panel, check_lower
from viticast.forecasting.pool import Pool
from viticast.forecasting.recipes import Recipe, blend, recipes_of_class
from viticast.forecasting.reconcile import Hierarchy, build_hierarchy, share_out
from viticast.forecasting.spec import ForecastSpec
from viticast.forecasting.weighing import Choice, Trial, learners_of, weigh


@dataclass(frozen=True)
class Calibration:
    """What an origin learnt from the panel before it: shares in each class and tree, and how large errors are."""

    choices: tuple[Choice, ...]
    errors: ErrorModel


@dataclass(frozen=True)
class Outlook:
    """Forecasts after an origin, shape (series, steps), and what their intervals need."""

    yhat: Floats
    classes: Ints
    pools: Ints
    unit: Floats
    regressors: Floats

    def within(self, steps: int) -> "Outlook":
        """The first steps alone."""
        return replace(self, yhat=self.yhat[:, :steps], regressors=self.regressors[:, :steps])


@dataclass(frozen=True)
class Inner:
    """An origin before another: its cuts, those at which its learners learnt, and what the later one knows came."""

    cuts: Ints
    learnt_at: Ints
    actual: Floats


@dataclass
class Engine:
    """A panel with its spec; forecasts of members and learners are kept, so that origins share them."""

    panel: Panel
    spec: ForecastSpec
    _features: dict[bytes, Features] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse values below the bound, whoever asks for forecasts."""
        check_lower(self.panel, self.spec.lower)

    @cached_property
    def pool(self) -> Pool:
        """The forecasts of members and learners."""
        return Pool(self.panel, self.spec)

    @cached_property
    def hierarchy(self) -> Hierarchy:
        """The families of the panel."""
        return build_hierarchy(self.panel, self.spec.parents)

    def features(self, cuts: Ints) -> Features:
        """Features of all series at `cuts`."""
        key = cuts.tobytes()
        if key not in self._features:
            self._features[key] = features(self.panel, cuts, self.hierarchy.groups)
        return self._features[key]

    def calibrate(self, cuts: Ints) -> Calibration:
        """Weigh recipes and learn errors from origins before `cuts` whose targets do not lie after them."""
        # series that begin later must not move the draw
        begun = np.flatnonzero(self.panel.first <= cuts)
        if not self.spec.parents and len(begun) > self.spec.sample:
            rows = np.sort(np.random.default_rng(self.spec.seed).choice(begun, self.spec.sample, replace=False))
            return Engine(self.panel.take(rows), self.spec).calibrate(cuts[rows])
        choices = self._weigh(cuts)
        return Calibration(choices, self._learn_errors(cuts, choices))

    def outlook(self, cuts: Ints, learnt_at: Ints, choices: tuple[Choice, ...], steps: int) -> Outlook:
        """Forecast by the shares of the classes, and make children add up to their parents."""
        members = self.pool.members(cuts, steps)
        learners = self.pool.learners(cuts, learnt_at, steps, learners_of(choices, self.spec.learners))
        classes, known = self.pool.classes(cuts), self.features(cuts)
        yhat = np.zeros((len(classes), steps))
        groups = self.groups(classes)
        for number, choice in enumerate(choices):
            rows = np.flatnonzero(groups == number)
            parts = {name: values[rows] for name, values in (members | learners).items() if name in choice.shares}
            yhat[rows] = blend(choice.shares, {"naive": members["naive"][rows], **parts}, (len(rows), steps))
        yhat = share_out(self.hierarchy, yhat, cuts, np.nan_to_num(known.level))
        if self.spec.lower is not None:
            yhat = np.maximum(yhat, self.spec.lower)
        pools = np.where(self.hierarchy.leaves, classes, SUMS)
        return Outlook(yhat, classes, pools, known.unit, describe(known, _spread(members), pools))

    def quantile(self, outlook: Outlook, model: ErrorModel, probability: Floats) -> Floats:
        """Forecast distribution at `probability`, which broadcasts over (series, steps)."""
        at = np.broadcast_to(probability, outlook.yhat.shape)
        size = model.size(outlook.regressors, outlook.unit)
        value: Floats = outlook.yhat + size * model.bound(at, outlook.pools)
        return value if self.spec.lower is None else np.maximum(value, self.spec.lower)

    def exceedance(self, outlook: Outlook, model: ErrorModel, rows: Ints, steps: Ints, threshold: Floats) -> Floats:
        """Probability of more than `threshold` for the series `rows`, `steps` after their origin, from 0 on."""
        size = model.size(outlook.regressors, outlook.unit)[rows, steps]
        ratio = (threshold - outlook.yhat[rows, steps]) / size
        above: Floats = 1 - model.probability(ratio, outlook.pools[rows], steps)
        # what would lie below the bound lies at it
        return above if self.spec.lower is None else np.where(threshold < self.spec.lower, 1.0, above)

    def groups(self, classes: Ints) -> Ints:
        """Position in the choices of each series: whose past weighs its recipes."""
        return self._weighed(classes) * len(self.trees) + self.hierarchy.trees

    @cached_property
    def trees(self) -> tuple[str | None, ...]:
        """The root of each tree, in the order of `groups`; None for the series that are in none."""
        names = (*(self.panel.ids[root] for root in self.hierarchy.roots), None)
        return names[: int(self.hierarchy.trees.max(initial=0)) + 1]

    def recipes(self, number: int) -> tuple[Recipe, ...]:
        """What is weighed in a class, or in `SUMS`; the default first."""
        return recipes_of_class(REGULAR if number == SUMS else number, self.spec.learners)

    def _weighed(self, classes: Ints) -> Ints:
        """The class, and for regular series above the leaves one more, `SUMS`."""
        return np.where(self.hierarchy.leaves | (classes != REGULAR), classes, SUMS)

    def _weigh(self, cuts: Ints) -> tuple[Choice, ...]:
        """A choice for each class and tree."""
        trials = [{recipe: Trial(len(self.trees)) for recipe in self.recipes(number)} for number in range(POOLS)]
        for inner in self._inner(cuts):
            weighed, scale = self._weighed(self.pool.classes(inner.cuts)), self.features(inner.cuts).scale
            steps = self.spec.horizon
            forecasts = self.pool.members(inner.cuts, steps)
            forecasts = forecasts | self.pool.learners(inner.cuts, inner.learnt_at, steps, self.spec.learners)
            for number, of_class in enumerate(trials):
                rows = np.flatnonzero(weighed == number)
                if number in (INACTIVE, EMPTY) or len(rows) == 0:
                    continue
                parts = {name: values[rows] for name, values in forecasts.items()}
                for recipe, trial in of_class.items():
                    yhat = blend(dict(recipe.shares), parts, (len(rows), steps))
                    trial.add(yhat, inner.actual[rows], scale[rows], self.hierarchy.trees[rows])
        chosen = (weigh(of_class, number not in (REGULAR, SUMS)) for number, of_class in enumerate(trials))
        return tuple(choice for of_class in chosen for choice in of_class)

    def _learn_errors(self, cuts: Ints, choices: tuple[Choice, ...]) -> ErrorModel:
        """Errors change with the times: those of the latest origins; for sums, which are few, of earlier ones too."""
        past: list[Outlook] = []
        errors: list[Floats] = []
        is_sum = ~self.hierarchy.leaves
        for number, inner in enumerate(self._inner(cuts)):
            is_late = number <= self.spec.horizon
            if not is_late and _are_enough(errors, is_sum):
                break
            outlook = self.outlook(inner.cuts, inner.learnt_at, choices, self.spec.horizon + self._apart(inner.cuts))
            past.append(outlook.within(self.spec.horizon))
            errors.append(np.where(is_late | is_sum[:, None], inner.actual - past[-1].yhat, np.nan))
        if not past:
            past = [self.outlook(cuts, cuts, choices, self.spec.horizon)]
            errors = [np.full_like(past[0].yhat, np.nan)]
        return learn_errors(
            np.concatenate([outlook.regressors for outlook in past]),
            np.concatenate([outlook.unit for outlook in past]),
            np.concatenate(errors),
            np.concatenate([outlook.pools for outlook in past]),
            np.repeat(np.arange(len(past)), len(is_sum)),
            self.spec.widening,
        )

    def _apart(self, cuts: Ints) -> int:
        """Years between the ends of two series of one family: so much further the earlier must reach to add up."""
        families = (cuts[np.append(children, parent)] for parent, children in self.hierarchy.families)
        return max((int(ends.max() - ends.min()) for ends in families), default=0)

    def _inner(self, cuts: Ints) -> Iterator[Inner]:
        """Origins before `cuts`, each with the values after it that `cuts` may see; NaN where there is none."""
        ahead = np.arange(1, self.spec.horizon + 1)[None, :]
        last_year = self.panel.first_year + int(cuts.max())
        for lag in range(1, self.spec.origins + 1):
            inner = np.maximum(cuts - lag, -1)
            actual = self.panel.actuals(inner, self.spec.horizon)
            begun = (inner >= self.panel.first)[:, None]
            actual = np.where(begun & (inner[:, None] + ahead <= cuts[:, None]), actual, np.nan)
            if not np.isfinite(actual).any():
                continue
            # learners learn once for so many origins, at the earliest of them, in years that all origins share
            earlier = lag + (last_year - lag) % self.spec.refit
            yield Inner(inner, np.maximum(cuts - earlier, -1), actual)


def _are_enough(errors: list[Floats], is_sum: Bools) -> bool:
    """Whether there are errors of sums for quantiles of their own at each horizon, or there is no sum."""
    count = sum(np.isfinite(error[is_sum]).sum(axis=0) for error in errors)
    return not is_sum.any() or bool(np.all(count >= FEWEST_ERRORS))


def _spread(members: dict[str, Floats]) -> Floats:
    """Standard deviation over the members that have a forecast."""
    values = list(members.values())
    known = [np.isfinite(forecast) for forecast in values]
    count = np.maximum(sum(has.astype(float) for has in known), 1.0)
    mean = sum(np.where(has, forecast, 0.0) for has, forecast in zip(known, values, strict=True)) / count
    off = (np.where(has, forecast - mean, 0.0) ** 2 for has, forecast in zip(known, values, strict=True))
    spread: Floats = np.sqrt(sum(off) / count)
    return spread
