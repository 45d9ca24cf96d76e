"""Forecasts and their intervals at any origins of a panel: what `fit` does once and a backtest does again and again."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from viticast.forecasting.arrays import Bools, Floats, Ints
from viticast.forecasting.bank import Bank
from viticast.forecasting.classes import CLASSES, REGULAR
from viticast.forecasting.features import Features, features
from viticast.forecasting.intervals import SUMS, ErrorModel, describe, learn_errors
from viticast.forecasting.panel import Panel
from viticast.forecasting.reconcile import Hierarchy, build_hierarchy, share_out
from viticast.forecasting.routes import Route, routes_of_class
from viticast.forecasting.routing import Choice, Trial, choose
from viticast.forecasting.spec import ForecastSpec


@dataclass(frozen=True)
class Calibration:
    """What an origin learnt from the panel before it: the route of each class, and how large errors are."""

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


@dataclass
class Engine:
    """A panel with its spec; forecasts of candidates and routes are kept, so that origins share them."""

    panel: Panel
    spec: ForecastSpec
    _features: dict[bytes, Features] = field(default_factory=dict)
    _routed: dict[tuple[bytes, int, str], Floats] = field(default_factory=dict)

    @cached_property
    def bank(self) -> Bank:
        """The candidates' forecasts."""
        return Bank(self.panel, self.spec)

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
        """Choose routes and learn errors from origins before `cuts` whose targets do not lie after them."""
        choices = tuple(self._choose(cuts, number) for number in range(len(CLASSES)))
        return Calibration(choices, self._learn(cuts, tuple(choice.route for choice in choices)))

    def outlook(self, cuts: Ints, routes: tuple[Route, ...], steps: int, with_slow: bool) -> Outlook:
        """Forecast by the routes of the classes, and make children add up to their parents."""
        forecasts = self.bank.forecasts(cuts, steps, with_slow)
        classes, known = self.bank.classes(cuts), self.features(cuts)
        yhat = np.zeros((len(classes), steps))
        for number, route in enumerate(routes):
            rows = classes == number
            yhat[rows] = route.combine({name: values[rows] for name, values in forecasts.items()})
        yhat = share_out(self.hierarchy, yhat, cuts, np.nan_to_num(known.level), classes == REGULAR)
        if self.spec.lower is not None:
            yhat = np.maximum(yhat, self.spec.lower)
        quick = np.stack([forecasts[member.name] for member in self.bank.members if not member.is_slow])
        pools = np.where(self.hierarchy.leaves, classes, SUMS)
        return Outlook(yhat, classes, pools, known.unit, describe(known, _spread(quick), pools))

    def quantile(self, outlook: Outlook, model: ErrorModel, probability: Floats) -> Floats:
        """Forecast distribution at `probability`, which broadcasts over (series, steps)."""
        at = np.broadcast_to(probability, outlook.yhat.shape)
        size = model.size(outlook.regressors, outlook.unit)
        value: Floats = outlook.yhat + size * model.bound(at, outlook.pools)
        return value if self.spec.lower is None else np.maximum(value, self.spec.lower)

    def _choose(self, cuts: Ints, number: int) -> Choice:
        trials = {route: Trial() for route in routes_of_class(number, self.spec.candidates)}
        if len(trials) > 1:
            for inner, actual in self._inner(cuts):
                # sums would count the figures of their leaves again
                rows = (self.bank.classes(inner) == number) & self.hierarchy.leaves
                scale = self.features(inner).scale[rows]
                for route, trial in trials.items():
                    trial.add(self._route(inner, number, route, rows), actual[rows], scale)
        return choose(trials, self.spec.switch_margin)

    def _route(self, inner: Ints, number: int, route: Route, rows: Bools) -> Floats:
        key = (inner.tobytes(), number, route.name)
        if key not in self._routed:
            forecasts = self.bank.forecasts(inner, self.spec.horizon, with_slow=False)
            self._routed[key] = route.combine({name: values[rows] for name, values in forecasts.items()})
        return self._routed[key]

    def _learn(self, cuts: Ints, routes: tuple[Route, ...]) -> ErrorModel:
        x, unit, error, pools = [], [], [], []
        for inner, actual in self._inner(cuts):
            past = self.outlook(inner, routes, self.spec.horizon, with_slow=False)
            x.append(past.regressors)
            unit.append(past.unit)
            error.append(actual - past.yhat)
            pools.append(past.pools)
        if not x:
            now = self.outlook(cuts, routes, self.spec.horizon, with_slow=False)
            return learn_errors(now.regressors, now.unit, np.full_like(now.yhat, np.nan), now.pools, 1.0)
        return learn_errors(
            np.concatenate(x), np.concatenate(unit), np.concatenate(error), np.concatenate(pools), self.spec.widening
        )

    def _inner(self, cuts: Ints) -> list[tuple[Ints, Floats]]:
        """Origins before `cuts`, each with the values after it that `cuts` may see; NaN where there is none."""
        out = []
        for lag in range(1, self.spec.origins + 1):
            inner = np.maximum(cuts - lag, -1)
            ahead = np.arange(1, self.spec.horizon + 1)[None, :]
            actual = self.panel.actuals(inner, self.spec.horizon)
            begun = (inner >= self.panel.first)[:, None]
            out.append((inner, np.where(begun & (inner[:, None] + ahead <= cuts[:, None]), actual, np.nan)))
        return [(inner, actual) for inner, actual in out if np.isfinite(actual).any()]


def _spread(stack: Floats) -> Floats:
    """Standard deviation over the members that have a forecast."""
    has = np.isfinite(stack)
    count = np.maximum(has.sum(axis=0), 1)
    mean = np.where(has, stack, 0.0).sum(axis=0) / count
    spread: Floats = np.sqrt((np.where(has, stack - mean, 0.0) ** 2).sum(axis=0) / count)
    return spread
