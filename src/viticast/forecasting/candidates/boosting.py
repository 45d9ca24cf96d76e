"""One gradient boosting model for all regular series: the next change from the last five."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from viticast.forecasting.arrays import Floats, Ints
from viticast.forecasting.batch import Batch
from viticast.forecasting.candidates.base import Kind

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingRegressor

LAGS = 5
FEWEST_ROWS = 500
"""Of fewer changes a model with leaves of two hundred learns nothing."""


@dataclass(frozen=True)
class Boosting:
    """HistGradientBoosting with absolute loss on first differences, scaled by their mean size; recursive."""

    name: str = "boosting"
    kind: Kind = "learner"
    regular_only: bool = True
    is_global: bool = True
    is_slow: bool = False

    def forecast(self, batch: Batch, steps: int, seed: int) -> Floats:
        """NaN for every series where the panel has too few changes to learn from."""
        changes = np.diff(_right_aligned(batch.y, batch.lengths), axis=1)
        counted = np.isfinite(changes).sum(axis=1)
        size = np.nansum(np.abs(changes), axis=1) / np.maximum(counted, 1)
        scaled = changes / np.where(size > 0, size, 1.0)[:, None]
        model = _learn(scaled, seed)
        if model is None:
            return np.full((len(batch.y), steps), np.nan)
        window = np.full((len(scaled), LAGS), np.nan)
        width = min(LAGS, scaled.shape[1])
        window[:, LAGS - width :] = scaled[:, scaled.shape[1] - width :]
        ahead = np.empty((len(scaled), steps))
        for step in range(steps):
            ahead[:, step] = model.predict(window)
            window = np.column_stack([window[:, 1:], ahead[:, step]])
        forecast: Floats = batch.last[:, None] + np.cumsum(ahead, axis=1) * size[:, None]
        return forecast


def _right_aligned(y: Floats, lengths: Ints) -> Floats:
    width = y.shape[1]
    at = np.arange(width)[None, :] - (width - lengths)[:, None]
    return np.where(at >= 0, np.take_along_axis(y, np.maximum(at, 0), axis=1), np.nan)


def _learn(scaled: Floats, seed: int) -> "HistGradientBoostingRegressor | None":
    targets = [scaled[:, t] for t in range(1, scaled.shape[1])]
    padded = np.column_stack([np.full((len(scaled), LAGS - 1), np.nan), scaled])
    lags = [padded[:, t - 1 : t - 1 + LAGS] for t in range(1, scaled.shape[1])]
    if not targets:
        return None
    x, target = np.concatenate(lags), np.concatenate(targets)
    usable = np.isfinite(target) & np.isfinite(x[:, -1])
    if int(usable.sum()) < FEWEST_ROWS:
        return None
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
    return model.fit(x[usable], target[usable])


CANDIDATES = (Boosting(),)
