"""The straight line through the last value and an earlier one."""

from dataclasses import dataclass

import numpy as np

from viticast.forecasting.arrays import Floats
from viticast.forecasting.histories import Histories

RECENT = 5


@dataclass(frozen=True)
class Drift:
    """The last observation plus the mean change of the last `window` years, or of all, for each step."""

    name: str
    window: int | None
    on_logs: bool

    def forecast(self, histories: Histories, steps: int) -> Floats:
        """A history of one value has no change, and is held; NaN on the log scale for one with negative values."""
        if not self.on_logs:
            return self._line(histories.y, histories, steps)
        return histories.logs.back(self._line(histories.logs.z, histories, steps))

    def _line(self, y: Floats, histories: Histories, steps: int) -> Floats:
        rows, end = np.arange(len(y)), histories.lengths - 1
        years = end if self.window is None else np.minimum(end, self.window)
        change = (y[rows, end] - y[rows, end - years]) / np.maximum(years, 1)
        line: Floats = y[rows, end][:, None] + change[:, None] * np.arange(1, steps + 1)[None, :]
        return line


MEMBERS = (
    Drift("drift", None, on_logs=False),
    Drift("log_drift", None, on_logs=True),
    Drift("recent_drift", RECENT, on_logs=False),
    Drift("log_recent_drift", RECENT, on_logs=True),
)
