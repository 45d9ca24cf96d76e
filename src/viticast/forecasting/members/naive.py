"""The last value again: what every other method must beat."""

from dataclasses import dataclass

import numpy as np

from viticast.forecasting.arrays import Floats
from viticast.forecasting.histories import Histories


@dataclass(frozen=True)
class Naive:
    """The last observation, held."""

    name: str = "naive"

    def forecast(self, histories: Histories, steps: int) -> Floats:
        """The same value for every step."""
        return np.repeat(histories.last[:, None], steps, axis=1)


MEMBERS = (Naive(),)
