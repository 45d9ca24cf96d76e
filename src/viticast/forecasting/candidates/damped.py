"""Damped trend, averaged over the grid of its smoothing parameters, on the raw and on the log scale."""

from dataclasses import dataclass

from viticast.forecasting.arrays import Floats
from viticast.forecasting.batch import Batch
from viticast.forecasting.candidates.base import Kind
from viticast.forecasting.logs import from_log, to_log
from viticast.forecasting.smoothing import damped_grid, grid_average

TAU = 16.0


@dataclass(frozen=True)
class Damped:
    """Exponential smoothing with a trend that fades."""

    name: str
    on_logs: bool
    kind: Kind = "trended"
    regular_only: bool = True
    is_global: bool = False
    is_slow: bool = False

    def forecast(self, batch: Batch, steps: int, seed: int) -> Floats:
        """NaN on the log scale for a series with negative values."""
        if not self.on_logs:
            return grid_average(batch.y, batch.lengths, damped_grid(), TAU, steps)
        z, shift = to_log(batch.y)
        return from_log(grid_average(z, batch.lengths, damped_grid(), TAU, steps), shift)


CANDIDATES = (Damped("damped", on_logs=False), Damped("log_damped", on_logs=True))
