"""Damped-trend ETS of statsmodels, a few iterations from its heuristic start."""

import warnings
from dataclasses import dataclass

import numpy as np

from viticast.forecasting.arrays import Floats
from viticast.forecasting.batch import Batch
from viticast.forecasting.candidates.base import Kind, one_by_one

SHORTEST = 10
"""The heuristic start of statsmodels reads ten values."""


@dataclass(frozen=True)
class Ets:
    """Additive error, damped additive trend, on the log scale where it exists."""

    name: str = "ets"
    kind: Kind = "trended"
    regular_only: bool = True
    is_global: bool = False
    is_slow: bool = True

    def forecast(self, batch: Batch, steps: int, seed: int) -> Floats:
        """NaN for histories that are too short or do not change."""
        return one_by_one(batch, steps, SHORTEST, _one)


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
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            ahead = np.asarray(model.fit(disp=0, maxiter=20).forecast(steps), dtype=np.float64)
    except (np.linalg.LinAlgError, ValueError):
        # the optimiser of statsmodels gives up on some extreme histories; the other members stand in
        return np.full(steps, np.nan)
    return np.exp(np.minimum(ahead, np.log(20.0))) if on_logs else ahead


CANDIDATES = (Ets(),)
