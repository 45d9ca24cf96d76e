"""The optimised Theta model, on a line through the whole history or on one that is refitted every year."""

from dataclasses import dataclass

from viticast.forecasting.arrays import Floats
from viticast.forecasting.histories import Histories
from viticast.forecasting.theta import optimised_theta


@dataclass(frozen=True)
class Theta:
    """Simple smoothing plus a share of a linear trend, weight and share by least squares over a grid."""

    name: str
    is_dynamic: bool
    on_logs: bool

    def forecast(self, histories: Histories, steps: int) -> Floats:
        """NaN on the log scale for a series with negative values."""
        if not self.on_logs:
            return optimised_theta(histories.y, histories.lengths, steps, self.is_dynamic)
        return histories.logs.back(optimised_theta(histories.logs.z, histories.lengths, steps, self.is_dynamic))


MEMBERS = (
    Theta("theta", is_dynamic=False, on_logs=False),
    Theta("log_theta", is_dynamic=False, on_logs=True),
    Theta("dynamic_theta", is_dynamic=True, on_logs=False),
    Theta("log_dynamic_theta", is_dynamic=True, on_logs=True),
)
