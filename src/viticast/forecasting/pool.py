"""Forecasts of members and learners at the origins of a panel, each computed once and then shared."""

from dataclasses import dataclass, field

import numpy as np

from viticast.forecasting.arrays import Floats, Ints
from viticast.forecasting.challengers import CHALLENGERS
from viticast.forecasting.classes import EMPTY, REGULAR, classify
from viticast.forecasting.histories import Histories, cut_histories
from viticast.forecasting.learners import LEARNERS, Learnt
from viticast.forecasting.members import REGISTRY
from viticast.forecasting.panel import ROWS_AT_ONCE, Panel
from viticast.forecasting.spec import ForecastSpec

LONGEST_GAP = 5
"""A history that ended longer ago than this is forecast as if it had ended so many years ago."""

FARTHEST = 20.0
"""No forecast goes beyond so many times the largest absolute value that a series has had."""


@dataclass
class Pool:
    """Forecasts for a panel. It reads values up to the origins it is asked about, and no others."""

    panel: Panel
    spec: ForecastSpec
    _classes: dict[bytes, Ints] = field(default_factory=dict)
    _members: dict[tuple[bytes, int], dict[str, Floats]] = field(default_factory=dict)
    _learners: dict[tuple[bytes, bytes, int, str], Floats] = field(default_factory=dict)
    _learnt: dict[tuple[bytes, str], Learnt | None] = field(default_factory=dict)

    def classes(self, cuts: Ints) -> Ints:
        """Class of each series at `cuts`."""
        key = cuts.tobytes()
        if key not in self._classes:
            self._classes[key] = classify(self.panel, cuts, self.spec)
        return self._classes[key]

    def members(self, cuts: Ints, steps: int) -> dict[str, Floats]:
        """For each member an array (series, steps): the years after `cuts`; NaN where it has no forecast."""
        key = (cuts.tobytes(), steps)
        if key not in self._members:
            self._members[key] = self._forecast_members(cuts, steps)
        return self._members[key]

    def learners(self, cuts: Ints, learnt_at: Ints, steps: int, names: tuple[str, ...]) -> dict[str, Floats]:
        """As `members`, of learners that saw the panel up to `learnt_at`, of regular series only."""
        out = {}
        for name in names:
            key = (cuts.tobytes(), learnt_at.tobytes(), steps, name)
            if key not in self._learners:
                self._learners[key] = self._forecast_learner(name, cuts, learnt_at, steps)
            out[name] = self._learners[key]
        return out

    def tracked(self, cuts: Ints, steps: int, names: tuple[str, ...]) -> dict[str, Floats]:
        """As `members`, of members and challengers by name; challengers forecast regular series only."""
        members = self.members(cuts, steps)
        regular = np.flatnonzero(self.classes(cuts) == REGULAR)
        out = {}
        for name in names:
            if name in members:
                out[name] = members[name]
                continue
            out[name] = np.full((len(cuts), steps), np.nan)
            if len(regular):
                histories = cut_histories(self.panel, regular, cuts, self.spec.max_history)
                ahead = CHALLENGERS[name].forecast(histories, steps + _gap(histories))
                out[name][regular] = self._finished(ahead, histories, steps)
        return out

    def _forecast_members(self, cuts: Ints, steps: int) -> dict[str, Floats]:
        classes = self.classes(cuts)
        # of a series without a value, or with zeros only, every member says zero
        nothing = max(self.spec.lower or 0.0, 0.0)
        out = {name: np.full((len(cuts), steps), nothing) for name in REGISTRY}
        rows = np.flatnonzero(classes != EMPTY)
        for begin in range(0, len(rows), ROWS_AT_ONCE):
            some = rows[begin : begin + ROWS_AT_ONCE]
            histories = cut_histories(self.panel, some, cuts, self.spec.max_history)
            further = steps + _gap(histories)
            for name, member in REGISTRY.items():
                out[name][some] = self._finished(member.forecast(histories, further), histories, steps)
        return out

    def _forecast_learner(self, name: str, cuts: Ints, learnt_at: Ints, steps: int) -> Floats:
        out = np.full((len(cuts), steps), np.nan)
        rows = np.flatnonzero(self.classes(cuts) == REGULAR)
        learnt = self._learn(name, learnt_at)
        if learnt is None or len(rows) == 0:
            return out
        histories = cut_histories(self.panel, rows, cuts, self.spec.max_history)
        out[rows] = self._finished(learnt.forecast(histories, steps + _gap(histories)), histories, steps)
        return out

    def _learn(self, name: str, cuts: Ints) -> Learnt | None:
        key = (cuts.tobytes(), name)
        if key not in self._learnt:
            rows = np.flatnonzero(self.classes(cuts) == REGULAR)
            if len(rows) > self.spec.sample:
                rows = np.sort(np.random.default_rng(self.spec.seed).choice(rows, self.spec.sample, replace=False))
            learnt = None
            if len(rows):
                histories = cut_histories(self.panel, rows, cuts, self.spec.max_history)
                learnt = LEARNERS[name].learn(histories, self.spec.seed)
            self._learnt[key] = learnt
        return self._learnt[key]

    def _finished(self, ahead: Floats, histories: Histories, steps: int) -> Floats:
        """From after the last value to after the origin, and from units of the history to those of the series."""
        if histories.gap.any():
            gap = np.minimum(histories.gap, LONGEST_GAP)
            ahead = np.take_along_axis(ahead, gap[:, None] + np.arange(steps)[None, :], axis=1)
        # a forecast that is not a number is no forecast, whatever made it so
        bounded = np.where(np.isfinite(ahead), np.clip(ahead, -FARTHEST, FARTHEST), np.nan) * histories.unit[:, None]
        return bounded if self.spec.lower is None else np.maximum(bounded, self.spec.lower)


def _gap(histories: Histories) -> int:
    return int(np.minimum(histories.gap, LONGEST_GAP).max(initial=0))
