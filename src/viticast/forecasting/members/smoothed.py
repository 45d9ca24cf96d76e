"""What the smoothing members share: a grid, a scale, and how much the better points of the grid weigh."""

from dataclasses import dataclass

from viticast.forecasting.arrays import Floats
from viticast.forecasting.histories import Histories
from viticast.forecasting.smoothing import Grid, average_by_kernel

SHARP, SMOOTH = 2.0, 16.0
"""Small, a tau trusts the best points of a grid; large, it hardly tells them apart."""

TAUS = (SHARP, SMOOTH)


@dataclass(frozen=True)
class Smoothed:
    """Exponential smoothing, averaged over a grid."""

    name: str
    grid: Grid
    tau: float
    on_logs: bool

    def forecast(self, histories: Histories, steps: int) -> Floats:
        """NaN on the log scale for a series with negative values."""
        y = histories.logs.z if self.on_logs else histories.y
        both = histories.shared(
            (self.grid, self.on_logs, steps),
            lambda: average_by_kernel(y, histories.lengths, self.grid, TAUS, steps),
        )
        ahead: Floats = both[TAUS.index(self.tau)]
        return histories.logs.back(ahead) if self.on_logs else ahead


def variants(name: str, grid: Grid) -> tuple[Smoothed, ...]:
    """The member on both scales with both taus, `sharp` in the name where the best points count."""
    return (
        Smoothed(name, grid, SMOOTH, on_logs=False),
        Smoothed(f"sharp_{name}", grid, SHARP, on_logs=False),
        Smoothed(f"log_{name}", grid, SMOOTH, on_logs=True),
        Smoothed(f"sharp_log_{name}", grid, SHARP, on_logs=True),
    )
