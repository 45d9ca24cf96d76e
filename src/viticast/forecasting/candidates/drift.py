"""The straight line through the first and the last value."""

from dataclasses import dataclass

import numpy as np

from viticast.forecasting.arrays import Floats
from viticast.forecasting.batch import Batch
from viticast.forecasting.candidates.base import Kind


@dataclass(frozen=True)
class Drift:
    """The last observation plus the mean change of the history for each step."""

    name: str = "drift"
    kind: Kind = "trended"
    regular_only: bool = False
    is_global: bool = False
    is_slow: bool = False

    def forecast(self, batch: Batch, steps: int, seed: int) -> Floats:
        """A history of one value has no change, and is held."""
        change = (batch.last - batch.y[:, 0]) / np.maximum(batch.lengths - 1, 1)
        return batch.last[:, None] + change[:, None] * np.arange(1, steps + 1)[None, :]


CANDIDATES = (Drift(),)
