"""Simple smoothing of the logs: the steady choice where a series has zeros or a short life."""

from dataclasses import dataclass

from viticast.forecasting.arrays import Floats
from viticast.forecasting.batch import Batch
from viticast.forecasting.candidates.base import Kind
from viticast.forecasting.logs import from_log, to_log
from viticast.forecasting.smoothing import grid_average, level_grid


@dataclass(frozen=True)
class LogSes:
    """Log-scale simple exponential smoothing; a small `tau` trusts the best smoothing weight more."""

    name: str
    tau: float
    kind: Kind = "flat"
    regular_only: bool = False
    is_global: bool = False
    is_slow: bool = False

    def forecast(self, batch: Batch, steps: int, seed: int) -> Floats:
        """NaN for a series with negative values."""
        z, shift = to_log(batch.y)
        return from_log(grid_average(z, batch.lengths, level_grid(), self.tau, steps), shift)


CANDIDATES = (LogSes("log_ses", tau=2.0), LogSes("log_ses_slow", tau=16.0))
