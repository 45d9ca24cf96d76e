"""Gradient boosting of what comes h years ahead, from what the members say and how the series moved."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from viticast.forecasting.arrays import Floats
from viticast.forecasting.histories import Histories
from viticast.forecasting.learners.boosting import FEWEST_ROWS, LAGS, MOST_ROWS, changes_of
from viticast.forecasting.members import REGISTRY

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingRegressor

HORIZON = 6
"""Years ahead that it learns; further ones move as the members do from there on."""

ORIGINS = 12
"""Origins before that at which it learns, one learning example for each of them, each series and each year ahead."""

SHORTEST = 8
"""Years of a history before an origin to learn from."""

ASKED = ("damped", "log_damped", "holt", "dynamic_theta", "log_dynamic_theta")
HEARD = (*ASKED, "sharp_ses", "sharp_log_holt", "drift", "recent_drift")


@dataclass(frozen=True)
class LearntCorrections:
    """A model of what the mean of `ASKED` misses, in mean absolute changes of the series."""

    model: "HistGradientBoostingRegressor"

    def forecast(self, histories: Histories, steps: int) -> Floats:
        """Beyond the learnt horizon its last correction stands."""
        x, middle, size = _describe(histories, steps)
        learnt = x[:, : min(steps, HORIZON)]
        correction = self.model.predict(learnt.reshape(-1, x.shape[2])).reshape(learnt.shape[:2])
        at = np.minimum(np.arange(steps), HORIZON - 1)
        forecast: Floats = middle + correction[:, at] * size[:, None]
        return forecast


@dataclass(frozen=True)
class Stacked:
    """HistGradientBoosting with absolute loss on the errors of the members at earlier origins; direct."""

    name: str = "boosted_members"

    def learn(self, histories: Histories, seed: int) -> LearntCorrections | None:
        """Learns from every origin that has a year after it."""
        xs, targets = [], []
        for lag in range(1, ORIGINS + 1):
            rows = np.flatnonzero(histories.lengths - lag >= SHORTEST)
            if len(rows) == 0:
                continue
            x, middle, size = _describe(histories.before(rows, lag), HORIZON)
            at = histories.lengths[rows, None] - lag + np.arange(HORIZON)[None, :]
            known = at < histories.lengths[rows, None]
            came = np.take_along_axis(histories.y[rows], np.minimum(at, histories.y.shape[1] - 1), axis=1)
            xs.append(x[known])
            targets.append(((came - middle) / size[:, None])[known])
        if sum(map(len, targets)) < FEWEST_ROWS:
            return None
        x, target = np.concatenate(xs), np.concatenate(targets)
        usable = np.flatnonzero(np.isfinite(target))
        if len(usable) > MOST_ROWS:
            usable = np.random.default_rng(seed).choice(usable, MOST_ROWS, replace=False)
        from sklearn.ensemble import HistGradientBoostingRegressor  # noqa: PLC0415 - slow to import

        model = HistGradientBoostingRegressor(
            loss="absolute_error",
            max_iter=120,
            learning_rate=0.06,
            max_leaf_nodes=15,
            min_samples_leaf=100,
            max_features=0.5,
            early_stopping=False,
            random_state=seed,
        )
        return LearntCorrections(model.fit(x[usable], target[usable]))


def _describe(histories: Histories, steps: int) -> tuple[Floats, Floats, Floats]:
    """Features (series, steps, features) free of scale, the mean of the members, and the mean size of a change."""
    changes, size = changes_of(histories, on_logs=False)
    recent = np.column_stack([np.full((len(changes), LAGS + 1), np.nan), changes])[:, -LAGS - 1 :]
    said = {name: REGISTRY[name].forecast(histories, steps) for name in HEARD}
    middle = np.nanmean(np.stack([said[name] for name in ASKED]), axis=0)
    last = histories.last
    seen = np.isfinite(changes)
    count = np.maximum(seen.sum(axis=1), 1)
    mean = np.where(seen, changes, 0.0).sum(axis=1) / count
    spread = np.sqrt(np.where(seen, (changes - mean[:, None]) ** 2, 0.0).sum(axis=1) / count)
    of_series = [*recent.T, np.log(histories.lengths), mean, spread, np.log(np.maximum(np.abs(last), 1e-9) / size)]
    shape = middle.shape
    blocks = [np.broadcast_to(values[:, None], shape) for values in of_series]
    blocks += [(forecast - middle) / size[:, None] for forecast in said.values()]
    blocks += [(middle - last[:, None]) / size[:, None], np.broadcast_to(np.arange(1.0, steps + 1)[None, :], shape)]
    return np.stack(blocks, axis=-1), middle, size


LEARNERS = (Stacked(),)
