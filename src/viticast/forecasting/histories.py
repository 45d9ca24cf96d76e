"""What a member is given: the history of some series up to their origins, aligned and free of scale."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from viticast.forecasting.arrays import Bools, Floats, Ints
from viticast.forecasting.panel import Panel, fill_gaps

HIGHEST = float(np.log(20.0))
"""No log forecast goes beyond twenty times the largest value seen: exp of a trend explodes."""


@dataclass(frozen=True)
class Logs:
    """Logs of `y + shift` of each history: half the smallest positive value where it has zeros, else nothing.

    A history with a negative value has no logs: its row is NaN.
    """

    z: Floats
    shift: Floats

    def back(self, ahead: Floats) -> Floats:
        """The values whose logs are `ahead`, never below zero."""
        values: Floats = np.maximum(np.exp(np.minimum(ahead, HIGHEST)) - self.shift[:, None], 0.0)
        return values


@dataclass(frozen=True)
class Histories:
    """Histories from the first non-zero value to the last observation before the origin.

    Attributes:
        y: Shape (series, years), aligned left, divided by `unit`; NaN after the end of a history.
        lengths: Years of each history, at least 1.
        unit: Largest absolute value of each history.
        gap: Years between the last observation and the origin.
    """

    y: Floats
    lengths: Ints
    unit: Floats
    gap: Ints
    _shared: dict[object, Floats] = field(default_factory=dict)

    @property
    def last(self) -> Floats:
        """The last observation of each series."""
        return self.y[np.arange(len(self.y)), self.lengths - 1]

    @cached_property
    def logs(self) -> Logs:
        """The histories on the log scale."""
        positive = np.where(self.y > 0, self.y, np.inf).min(axis=1)
        has_zero = (self.y == 0).any(axis=1)
        shift = np.where(has_zero & np.isfinite(positive), positive / 2, 0.0)
        usable = ~(self.y < 0).any(axis=1) & np.isfinite(positive)
        with np.errstate(divide="ignore", invalid="ignore"):
            return Logs(np.where(usable[:, None], np.log(self.y + shift[:, None]), np.nan), shift)

    def before(self, rows: Ints, years: int) -> "Histories":
        """Some of the histories as they were so many years before they end; each must be longer."""
        lengths = self.lengths[rows] - years
        y = self.y[rows, : int(lengths.max(initial=1))]
        y = np.where(np.arange(y.shape[1])[None, :] < lengths[:, None], y, np.nan)
        return Histories(y, lengths, self.unit[rows], np.zeros(len(rows), dtype=np.int64))

    def shared(self, key: object, compute: Callable[[], Floats]) -> Floats:
        """What several members need, computed once."""
        if key not in self._shared:
            self._shared[key] = compute()
        return self._shared[key]


def cut_histories(panel: Panel, rows: Ints, cuts: Ints, max_history: int) -> Histories:
    """Histories of `rows` up to `cuts`. Every row must have a non-zero value at or before its cut."""
    values = panel.values[rows]
    seen: Bools = panel.observed[rows] & (panel.columns <= cuts[rows, None])
    end = seen.shape[1] - 1 - seen[:, ::-1].argmax(axis=1)
    start = np.maximum((seen & (values != 0)).argmax(axis=1), end - max_history + 1)
    lengths = (end - start + 1).astype(np.int64)
    at = start[:, None] + np.arange(int(lengths.max(initial=1)))[None, :]
    y = np.take_along_axis(values, np.minimum(at, seen.shape[1] - 1), axis=1)
    y = fill_gaps(np.where(at <= end[:, None], y, np.nan))
    # rows without a history have no largest value
    unit = np.nanmax(np.abs(y), axis=1, initial=0.0)
    # a history cut to max_history may have kept zeros only
    unit = np.where(unit > 0, unit, 1.0)
    return Histories(y / unit[:, None], lengths, unit, (cuts[rows] - end).astype(np.int64))
