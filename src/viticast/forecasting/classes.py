"""The class of a series at an origin, from what could be seen then."""

import numpy as np

from viticast.forecasting.arrays import Bools, Floats, Ints
from viticast.forecasting.panel import Panel
from viticast.forecasting.spec import ForecastSpec

CLASSES = ("regular", "intermittent", "short", "inactive", "empty")
REGULAR, INTERMITTENT, SHORT, INACTIVE, EMPTY = range(5)


def classify(panel: Panel, cuts: Ints, spec: ForecastSpec) -> Ints:
    """Index into CLASSES for each series, from the values up to `cuts`.

    Empty has no non-zero value yet; inactive ends in zeros; short began less than `short_length` years ago;
    intermittent has a zero among its last `zero_window` values; the others are regular.
    """
    return np.concatenate([_of_rows(panel.take(rows), cuts[rows], spec) for rows in panel.chunks()])


def _of_rows(panel: Panel, cuts: Ints, spec: ForecastSpec) -> Ints:
    seen = panel.seen(cuts)
    zero = seen & (panel.values == 0)
    nonzero = seen & ~zero
    begun = np.cumsum(nonzero, axis=1) > 0
    age = (seen & begun).sum(axis=1)
    recent_zeros = _zeros_among_last(seen, zero, spec.inactive_years)
    observed = seen.sum(axis=1)
    out = np.full(len(panel.ids), REGULAR, dtype=np.int64)
    out[_zeros_among_last(seen & begun, zero, spec.zero_window) > 0] = INTERMITTENT
    out[age < spec.short_length] = SHORT
    out[(recent_zeros >= spec.inactive_years) & (observed >= spec.inactive_years)] = INACTIVE
    out[~nonzero.any(axis=1)] = EMPTY
    return out


def first_active(panel: Panel, cuts: Ints) -> Bools:
    """True from the first non-zero value of each series on, up to `cuts`."""
    seen = panel.seen(cuts)
    begun: Bools = np.cumsum(seen & (panel.values != 0), axis=1) > 0
    return begun & (panel.columns <= cuts[:, None])


def _zeros_among_last(seen: Bools, zero: Bools, count: int) -> Floats:
    """How many of the last `count` seen values of each series are zero."""
    after = np.cumsum(seen[:, ::-1], axis=1)[:, ::-1]
    counted: Floats = (zero & seen & (after <= count)).sum(axis=1).astype(float)
    return counted
