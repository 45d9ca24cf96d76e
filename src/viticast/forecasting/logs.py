"""The log scale of a batch, with room for zeros."""

import numpy as np

from viticast.forecasting.arrays import Floats

HIGHEST = np.log(20.0)
"""No log forecast goes beyond twenty times the largest value seen: exp of a trend explodes."""


def to_log(y: Floats) -> tuple[Floats, Floats]:
    """Log of `y + c` and `c`: half the smallest positive value where a series has zeros, else 0.

    A series with a negative value has no log scale: its row is NaN.
    """
    positive = np.where(y > 0, y, np.inf).min(axis=1)
    has_zero = (y == 0).any(axis=1)
    shift = np.where(has_zero & np.isfinite(positive), positive / 2, 0.0)[:, None]
    usable = ~(y < 0).any(axis=1, keepdims=True) & np.isfinite(positive)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(usable, np.log(y + shift), np.nan), shift


def from_log(z: Floats, shift: Floats) -> Floats:
    """The values whose logs are `z`, never below zero."""
    values: Floats = np.maximum(np.exp(np.minimum(z, HIGHEST)) - shift, 0.0)
    return values
