"""For models that fit one series at a time."""

import warnings
from collections.abc import Callable

import numpy as np

from viticast.forecasting.arrays import Floats
from viticast.forecasting.histories import Histories


def one_by_one(
    histories: Histories, steps: int, shortest: int, forecast_one: Callable[[Floats, int], Floats]
) -> Floats:
    """Forecasts of each series; NaN for one that is too short, does not change, or on which the model gives up."""
    out = np.full((len(histories.y), steps), np.nan)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for row, length in enumerate(histories.lengths):
            y = histories.y[row, :length]
            if length >= shortest and np.ptp(y) > 0:
                try:
                    out[row] = forecast_one(y, steps)
                except (np.linalg.LinAlgError, ValueError):
                    # the optimisers of statsmodels give up on some extreme histories
                    continue
    return out
