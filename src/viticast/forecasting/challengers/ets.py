"""Damped-trend ETS of statsmodels, a few iterations from its heuristic start."""

from dataclasses import dataclass

import numpy as np

from viticast.forecasting.arrays import Floats
from viticast.forecasting.challengers.one_by_one import one_by_one
from viticast.forecasting.histories import HIGHEST, Histories

SHORTEST = 10
"""The heuristic start of statsmodels reads ten values."""


@dataclass(frozen=True)
class Ets:
    """Additive error, damped additive trend, on the log scale where it exists."""

    name: str = "statsmodels_ets"

    def forecast(self, histories: Histories, steps: int) -> Floats:
        """NaN for histories that are too short or do not change."""
        return one_by_one(histories, steps, SHORTEST, _one)


def _one(y: Floats, steps: int) -> Floats:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel  # noqa: PLC0415 - slow to import

    on_logs = bool(y.min() > 0)
    model = ETSModel(
        np.log(y) if on_logs else y,
        error="add",
        trend="add",
        damped_trend=True,
        initialization_method="heuristic",
    )
    ahead = np.asarray(model.fit(disp=0, maxiter=20).forecast(steps), dtype=np.float64)
    return np.exp(np.minimum(ahead, HIGHEST)) if on_logs else ahead


CHALLENGERS = (Ets(),)
