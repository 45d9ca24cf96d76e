"""The last value again: what every other method must beat."""

from dataclasses import dataclass

import numpy as np

from viticast.forecasting.arrays import Floats
from viticast.forecasting.batch import Batch
from viticast.forecasting.candidates.base import Kind


@dataclass(frozen=True)
class Naive:
    """The last observation, held."""

    name: str = "naive"
    kind: Kind = "flat"
    regular_only: bool = False
    is_global: bool = False
    is_slow: bool = False

    def forecast(self, batch: Batch, steps: int, seed: int) -> Floats:
        """The same value for every step."""
        return np.repeat(batch.last[:, None], steps, axis=1)


CANDIDATES = (Naive(),)
