"""What a candidate is: a name, where it applies, and one function."""

from collections.abc import Callable
from typing import Literal, Protocol

import numpy as np

from viticast.forecasting.arrays import Floats
from viticast.forecasting.batch import Batch

Kind = Literal["flat", "trended", "learner"]


class Candidate(Protocol):
    """A way to forecast many series at once."""

    @property
    def name(self) -> str:
        """As it stands in backtests and in a spec."""

    @property
    def kind(self) -> Kind:
        """How it may be combined with others."""

    @property
    def regular_only(self) -> bool:
        """Whether it needs a long history without zeros."""

    @property
    def is_global(self) -> bool:
        """Whether it learns from all series of a batch, so that a forecast depends on the whole batch."""

    @property
    def is_slow(self) -> bool:
        """Whether it fits series one by one; it is left out of the origins inside the panel."""

    def forecast(self, batch: Batch, steps: int, seed: int) -> Floats:
        """Forecasts of the `steps` values after each history, shape (series, steps), in units of the batch.

        A row that the candidate cannot forecast is NaN.
        """


def one_by_one(batch: Batch, steps: int, shortest: int, forecast_one: Callable[[Floats, int], Floats]) -> Floats:
    """Forecasts of a model that fits one series at a time; NaN for histories that are too short or do not change."""
    out = np.full((len(batch.y), steps), np.nan)
    for row, length in enumerate(batch.lengths):
        y = batch.y[row, :length]
        if length >= shortest and np.ptp(y) > 0:
            out[row] = forecast_one(y, steps)
    return out
