"""Gradient boosting of the next change of a series from its last five, on scaled and on log differences."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from viticast.forecasting.arrays import Floats, Ints
from viticast.forecasting.histories import Histories

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingRegressor

LAGS = 5
FEWEST_ROWS = 500
"""Of fewer changes a model with leaves of two hundred learns nothing."""

MOST_ROWS = 400_000
"""Of more changes a sample is learnt from: time and memory stay bounded, and accuracy no longer gains."""


@dataclass(frozen=True)
class LearntChanges:
    """A model of changes, applied one year after the other."""

    model: "HistGradientBoostingRegressor"
    on_logs: bool

    def forecast(self, histories: Histories, steps: int) -> Floats:
        """NaN on the log scale for a series with negative values."""
        changes, size = changes_of(histories, self.on_logs)
        window = _padded(changes)[:, -LAGS:]
        ahead = np.empty((len(changes), steps))
        for step in range(steps):
            ahead[:, step] = self.model.predict(window)
            window = np.column_stack([window[:, 1:], ahead[:, step]])
        total = np.cumsum(ahead, axis=1) * size[:, None]
        if not self.on_logs:
            return histories.last[:, None] + total
        last = histories.logs.z[np.arange(len(changes)), histories.lengths - 1]
        return histories.logs.back(last[:, None] + total)


@dataclass(frozen=True)
class Boosting:
    """HistGradientBoosting with absolute loss; recursive."""

    name: str
    on_logs: bool

    def learn(self, histories: Histories, seed: int) -> LearntChanges | None:
        """Learns from every change that has one before it."""
        changes, _ = changes_of(histories, self.on_logs)
        x, target = _examples(changes)
        if len(target) < FEWEST_ROWS:
            return None
        if len(target) > MOST_ROWS:
            kept = np.random.default_rng(seed).choice(len(target), MOST_ROWS, replace=False)
            x, target = x[kept], target[kept]
        from sklearn.ensemble import HistGradientBoostingRegressor  # noqa: PLC0415 - slow to import

        model = HistGradientBoostingRegressor(
            loss="absolute_error",
            max_iter=150,
            learning_rate=0.08,
            max_leaf_nodes=31,
            min_samples_leaf=200,
            early_stopping=False,
            random_state=seed,
        )
        return LearntChanges(model.fit(x, target), self.on_logs)


def changes_of(histories: Histories, on_logs: bool) -> tuple[Floats, Floats]:
    """Changes aligned right, and what they were divided by: their mean size in a series, or nothing if of logs."""
    y = histories.logs.z if on_logs else histories.y
    changes = np.diff(_right_aligned(y, histories.lengths), axis=1)
    if on_logs:
        return changes, np.ones(len(changes))
    counted = np.isfinite(changes).sum(axis=1)
    size = np.nansum(np.abs(changes), axis=1) / np.maximum(counted, 1)
    size = np.where(size > 0, size, 1.0)
    return changes / size[:, None], size


def _right_aligned(y: Floats, lengths: Ints) -> Floats:
    width = y.shape[1]
    at = np.arange(width)[None, :] - (width - lengths)[:, None]
    return np.where(at >= 0, np.take_along_axis(y, np.maximum(at, 0), axis=1), np.nan)


def _padded(changes: Floats) -> Floats:
    return np.column_stack([np.full((len(changes), LAGS), np.nan), changes])


def _examples(changes: Floats) -> tuple[Floats, Floats]:
    """Five changes and the one after them, for every year that has at least the last of the five."""
    padded = _padded(changes)
    row, year = np.nonzero(np.isfinite(changes[:, 1:]) & np.isfinite(changes[:, :-1]))
    at = year[:, None] + 1 + np.arange(LAGS)[None, :]
    return padded[row[:, None], at], changes[row, year + 1]


LEARNERS = (Boosting("boosted_changes", on_logs=False), Boosting("boosted_log_changes", on_logs=True))
