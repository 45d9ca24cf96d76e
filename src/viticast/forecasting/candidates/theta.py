"""The Theta model of statsmodels: half the trend of the history plus simple smoothing."""

import warnings
from dataclasses import dataclass

import numpy as np

from viticast.forecasting.arrays import Floats
from viticast.forecasting.batch import Batch
from viticast.forecasting.candidates.base import Kind, one_by_one

SHORTEST = 5


@dataclass(frozen=True)
class Theta:
    """The two-line Theta model, no season."""

    name: str = "theta"
    kind: Kind = "trended"
    regular_only: bool = True
    is_global: bool = False
    is_slow: bool = True

    def forecast(self, batch: Batch, steps: int, seed: int) -> Floats:
        """NaN for histories that are too short or do not change."""
        return one_by_one(batch, steps, SHORTEST, _one)


def _one(y: Floats, steps: int) -> Floats:
    from statsmodels.tsa.forecasting.theta import ThetaModel  # noqa: PLC0415 - slow to import

    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            fitted = ThetaModel(y, period=1, deseasonalize=False).fit(disp=False)
            return np.asarray(fitted.forecast(steps), dtype=np.float64)
    except (np.linalg.LinAlgError, ValueError):
        # the optimiser of statsmodels gives up on some extreme histories; the other members stand in
        return np.full(steps, np.nan)


CANDIDATES = (Theta(),)
