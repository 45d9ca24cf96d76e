"""The compiled inner loop of the smoothing members: the same numbers as NumPy's, many times faster."""

import logging
import pickle
from collections.abc import Callable
from functools import wraps
from typing import TypeVar, cast

import numba
import numpy as np
from numba.core.dispatcher import Dispatcher

from viticast.forecasting.arrays import Floats, Ints

logger = logging.getLogger(__name__)

Function = TypeVar("Function", bound=Callable[..., None])

DAMAGES = (
    *(OSError, EOFError, pickle.UnpicklingError, ValueError, TypeError, LookupError),
    *(AttributeError, ImportError, OverflowError, MemoryError, AssertionError, RuntimeError),
)
"""What loading raises where files of the cache cannot be opened or hold anything but what was written."""


def _compiled(function: Function) -> Function:
    """Compile at the first call and keep the result on disk, where there is a place for it."""
    try:
        cached = _compile(function, cache=True)
    except RuntimeError:
        # a read-only installation without a home: compile in every process
        return cast("Function", _compile(function, cache=False))
    chosen = cached

    @wraps(function)
    def call(*arguments: object) -> None:
        nonlocal chosen
        used = chosen
        try:
            used(*arguments)
        except DAMAGES as error:
            if used is not cached:
                raise
            told, folder = f"{type(error).__name__}: {error}", cached.stats.cache_path
            logger.warning("Compiling without the cache in %s, which is damaged; delete it (%s)", folder, told)
            chosen = _compile(function, cache=False)
            chosen(*arguments)

    return cast("Function", call)


def _compile(function: Function, cache: bool) -> "Dispatcher[Function]":
    # contract: multiply and add in one step; nothing that reorders sums or supposes that there is no NaN
    return numba.njit(cache=cache, nogil=True, error_model="numpy", fastmath={"contract"})(function)


@_compiled
def smooth(
    y: Floats,
    lengths: Ints,
    level0: Floats,
    trend0: Floats,
    alpha: Floats,
    beta: Floats,
    phi: Floats,
    by_level: Floats,
    by_trend: Floats,
    products: Floats,
    taus: Floats,
    tiny: float,
    out: Floats,
) -> None:
    """Fill `out` (taus, series, steps); `smoothing.average_by_numpy` says with what."""
    points, steps = len(alpha), out.shape[2]
    level, trend = np.empty(points), np.empty(points)
    squares, with_level, with_trend = np.empty(points), np.empty(points), np.empty(points)
    for row in range(len(y)):
        level[:], trend[:] = level0[row], trend0[row]
        squares[:], with_level[:], with_trend[:] = 0.0, 0.0, 0.0
        for t in range(lengths[row]):
            value, unit_level, unit_trend = y[row, t], by_level[0, t], by_trend[0, t]
            for g in range(points):
                damped = phi[g] * trend[g]
                predicted = level[g] + damped
                error = value - predicted
                level[g] = predicted + alpha[g] * error
                trend[g] = damped + beta[g] * error
                squares[g] += error * error
                with_level[g] += error * unit_level[g]
                with_trend[g] += error * unit_trend[g]
        at = lengths[row] - 1
        least = np.inf
        for g in range(points):
            a, b, c = products[0, at, g], products[1, at, g], products[2, at, g]
            determinant = a * c - b * b
            more_level = (c * with_level[g] - b * with_trend[g]) / determinant
            more_trend = (a * with_trend[g] - b * with_level[g]) / determinant
            squares[g] = max(squares[g] - more_level * with_level[g] - more_trend * with_trend[g], 0.0) + tiny
            level[g] += more_level * by_level[1, at, g] + more_trend * by_trend[1, at, g]
            trend[g] += more_level * by_level[2, at, g] + more_trend * by_trend[2, at, g]
            least = min(least, squares[g])
        for g in range(points):
            squares[g] = np.log(squares[g] / least)
        for number in range(len(taus)):
            power = lengths[row] / (2 * taus[number])
            total, mean = 0.0, 0.0
            for g in range(points):
                with_level[g] = np.exp(-power * squares[g])
                total += with_level[g]
                mean += with_level[g] * level[g]
            mean /= total
            for g in range(points):
                with_level[g] *= trend[g] / total
            for step in range(steps):
                for g in range(points):
                    with_level[g] *= phi[g]
                    mean += with_level[g]
                out[number, row, step] = mean
