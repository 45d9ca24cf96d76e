"""What a candidate is given: the history of some series up to their origins, aligned and free of scale."""

from dataclasses import dataclass

import numpy as np

from viticast.forecasting.arrays import Floats, Ints
from viticast.forecasting.panel import Panel


@dataclass(frozen=True)
class Batch:
    """Histories from the first non-zero value to the last observation before the origin.

    Attributes:
        y: Shape (series, years), aligned left, divided by `unit`; NaN after the end of a history.
        lengths: Years of each history, at least 1.
        unit: Largest absolute value of each history.
        gap: Years between the last observation and the origin.
    """

    y: Floats
    lengths: Ints
    unit: Floats
    gap: Ints

    @property
    def last(self) -> Floats:
        """The last observation of each series."""
        return self.y[np.arange(len(self.y)), self.lengths - 1]


def cut_batch(panel: Panel, rows: Ints, cuts: Ints, max_history: int) -> Batch:
    """Histories of `rows` up to `cuts`. Every row must have a non-zero value at or before its cut."""
    seen = panel.seen(cuts)[rows]
    end = seen.shape[1] - 1 - seen[:, ::-1].argmax(axis=1)
    start = np.maximum((seen & (panel.values[rows] != 0)).argmax(axis=1), end - max_history + 1)
    lengths = (end - start + 1).astype(np.int64)
    at = start[:, None] + np.arange(int(lengths.max(initial=1)))[None, :]
    y = np.take_along_axis(panel.filled[rows], np.minimum(at, seen.shape[1] - 1), axis=1)
    y = np.where(at <= end[:, None], y, np.nan)
    unit = np.nanmax(np.abs(y), axis=1)
    # a history cut to max_history may have kept zeros only
    unit = np.where(unit > 0, unit, 1.0)
    return Batch(y / unit[:, None], lengths, unit, (cuts[rows] - end).astype(np.int64))
