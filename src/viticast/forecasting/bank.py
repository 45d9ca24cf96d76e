"""Forecasts of the candidates, each computed once for a series and an origin and then shared."""

from dataclasses import dataclass, field

import numpy as np

from viticast.forecasting.arrays import Bools, Floats, Ints
from viticast.forecasting.batch import cut_batch
from viticast.forecasting.candidates import REGISTRY, Candidate
from viticast.forecasting.classes import EMPTY, REGULAR, classify
from viticast.forecasting.panel import Panel
from viticast.forecasting.spec import ForecastSpec

LONGEST_GAP = 5
"""A history that ended longer ago than this is forecast as if it had ended so many years ago."""

FARTHEST = 20.0
"""No forecast goes beyond so many times the largest absolute value that a series has had."""


@dataclass
class Bank:
    """The candidates' forecasts for a panel. It reads values up to the origins it is asked about, and no others."""

    panel: Panel
    spec: ForecastSpec
    _classes: dict[bytes, Ints] = field(default_factory=dict)
    _local: dict[tuple[str, int, int], tuple[Floats, Bools]] = field(default_factory=dict)
    _global: dict[tuple[str, int, bytes], Floats] = field(default_factory=dict)

    @property
    def members(self) -> list[Candidate]:
        """The candidates that the spec lets take part."""
        return [REGISTRY[name] for name in self.spec.candidates]

    def classes(self, cuts: Ints) -> Ints:
        """Class of each series at `cuts`."""
        key = cuts.tobytes()
        if key not in self._classes:
            self._classes[key] = classify(self.panel, cuts, self.spec)
        return self._classes[key]

    def forecasts(self, cuts: Ints, steps: int, with_slow: bool) -> dict[str, Floats]:
        """For each candidate an array (series, steps): the years after `cuts`; NaN where it does not apply."""
        return {
            member.name: self._forecast(member, cuts, steps)
            for member in self.members
            if with_slow or not member.is_slow
        }

    def _forecast(self, member: Candidate, cuts: Ints, steps: int) -> Floats:
        classes = self.classes(cuts)
        applies = classes == REGULAR if member.regular_only else classes != EMPTY
        if member.is_global:
            key = (member.name, steps, cuts.tobytes())
            if key not in self._global:
                self._global[key] = self._compute(member, np.flatnonzero(applies), cuts, steps)
            return self._global[key]
        out = self._from_cells(member, cuts, steps, applies)
        if not member.regular_only:
            # of a series without a value, or with zeros only, every candidate says zero
            out[classes == EMPTY] = max(self.spec.lower or 0.0, 0.0)
        return out

    def _from_cells(self, member: Candidate, cuts: Ints, steps: int, applies: Bools) -> Floats:
        """Look up what is known by years before each series' end; compute the rest in one call."""
        lags = self.panel.last - cuts
        cells = {int(lag): self._cell(member.name, steps, int(lag)) for lag in np.unique(lags)}
        known = np.zeros(len(cuts), dtype=bool)
        for lag, (_, is_known) in cells.items():
            known[lags == lag] = is_known[lags == lag]
        rows = np.flatnonzero(applies & ~known)
        fresh = self._compute(member, rows, cuts, steps)
        out = np.full((len(cuts), steps), np.nan)
        for lag, (values, is_known) in cells.items():
            new = rows[lags[rows] == lag]
            values[new] = fresh[new]
            is_known[new] = True
            of_lag = (lags == lag) & applies
            out[of_lag] = values[of_lag]
        return out

    def _cell(self, name: str, steps: int, lag: int) -> tuple[Floats, Bools]:
        key = (name, steps, lag)
        if key not in self._local:
            count = len(self.panel.ids)
            self._local[key] = (np.full((count, steps), np.nan), np.zeros(count, dtype=bool))
        return self._local[key]

    def _compute(self, member: Candidate, rows: Ints, cuts: Ints, steps: int) -> Floats:
        out = np.full((len(cuts), steps), np.nan)
        if len(rows) == 0:
            return out
        batch = cut_batch(self.panel, rows, cuts, self.spec.max_history)
        gap = np.minimum(batch.gap, LONGEST_GAP)
        ahead = member.forecast(batch, steps + int(gap.max()), self.spec.seed)
        ahead = np.take_along_axis(ahead, gap[:, None] + np.arange(steps)[None, :], axis=1)
        # a forecast that is not a number is no forecast, whatever made it so
        ahead = np.where(np.isfinite(ahead), np.clip(ahead, -FARTHEST, FARTHEST), np.nan) * batch.unit[:, None]
        out[rows] = ahead if self.spec.lower is None else np.maximum(ahead, self.spec.lower)
        return out
