"""The Theta model of statsmodels: half the trend of the history plus simple smoothing."""

from dataclasses import dataclass

import numpy as np

from viticast.forecasting.arrays import Floats
from viticast.forecasting.challengers.one_by_one import one_by_one
from viticast.forecasting.histories import Histories

SHORTEST = 5


@dataclass(frozen=True)
class Theta:
    """The two-line Theta model, no season."""

    name: str = "statsmodels_theta"

    def forecast(self, histories: Histories, steps: int) -> Floats:
        """NaN for histories that are too short or do not change."""
        return one_by_one(histories, steps, SHORTEST, _one)


def _one(y: Floats, steps: int) -> Floats:
    from statsmodels.tsa.forecasting.theta import ThetaModel  # noqa: PLC0415 - slow to import

    fitted = ThetaModel(y, period=1, deseasonalize=False).fit(disp=False)
    return np.asarray(fitted.forecast(steps), dtype=np.float64)


CHALLENGERS = (Theta(),)
