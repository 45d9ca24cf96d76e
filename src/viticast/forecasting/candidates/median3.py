"""The median of the last three values: naive that one odd year does not move."""

from dataclasses import dataclass

import numpy as np

from viticast.forecasting.arrays import Floats
from viticast.forecasting.batch import Batch
from viticast.forecasting.candidates.base import Kind


@dataclass(frozen=True)
class MedianOfThree:
    """The median of the last three observations, held."""

    name: str = "median3"
    kind: Kind = "flat"
    regular_only: bool = False
    is_global: bool = False
    is_slow: bool = False

    def forecast(self, batch: Batch, steps: int, seed: int) -> Floats:
        """Of fewer than three values, the median of those."""
        at = batch.lengths[:, None] - 1 - np.arange(3)[None, :]
        last = np.where(at >= 0, np.take_along_axis(batch.y, np.maximum(at, 0), axis=1), np.nan)
        return np.repeat(np.nanmedian(last, axis=1)[:, None], steps, axis=1)


CANDIDATES = (MedianOfThree(),)
