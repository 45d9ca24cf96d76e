"""The median of the last three values: naive that one odd year does not move."""

from dataclasses import dataclass

import numpy as np

from viticast.forecasting.arrays import Floats
from viticast.forecasting.histories import Histories


@dataclass(frozen=True)
class MedianOfThree:
    """The median of the last three observations, held."""

    name: str = "median3"

    def forecast(self, histories: Histories, steps: int) -> Floats:
        """Of fewer than three values, the median of those."""
        at = histories.lengths[:, None] - 1 - np.arange(3)[None, :]
        last = np.where(at >= 0, np.take_along_axis(histories.y, np.maximum(at, 0), axis=1), np.nan)
        return np.repeat(np.nanmedian(last, axis=1)[:, None], steps, axis=1)


MEMBERS = (MedianOfThree(),)
