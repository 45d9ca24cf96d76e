"""Exponential smoothing of many series at once, averaged over a grid of its parameters.

The forecast is the mean over the grid, weighted by exp(-(n / 2) log(SSE / min SSE) / tau): averaging is steadier than
picking the best point. Initial states are concentrated out: the errors are linear in them and their unit responses do
not depend on the series, so that one pass and a 2x2 system for each grid point give the least-squares states.

`average_by_numpy` says what is computed; `average_by_kernel` computes the same, compiled, and is what forecasts use.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from viticast.forecasting.arrays import Floats, Ints
from viticast.forecasting.kernel import smooth

LEVEL_VARIANCE, TREND_VARIANCE = 1e3, 3.0
"""Prior variance of the initial states, in units of the variance of the one-step errors."""

TINY = 1e-12
"""Added to a sum of squares, so that a perfect fit weighs no more than rounding lets it."""


@dataclass(frozen=True)
class Grid:
    """Smoothing parameters, one entry for each grid point: level, trend as a share of the level's, damping of it."""

    alpha: tuple[float, ...]
    ratio: tuple[float, ...]
    phi: tuple[float, ...]

    @classmethod
    def of(cls, alpha: tuple[float, ...], ratio: tuple[float, ...] = (0.0,), phi: tuple[float, ...] = (0.0,)) -> "Grid":
        """Every combination of the values. A damping of 0 is no trend, one of 1 an undamped trend."""
        points = np.meshgrid(alpha, ratio, phi, indexing="ij")
        return cls(*(tuple(values.ravel().tolist()) for values in points))

    @property
    def has_trend(self) -> bool:
        """Whether any point has a trend."""
        return any(phi > 0 for phi in self.phi)


@dataclass(frozen=True)
class Responses:
    """What does not depend on a series: the parameters, and what one unit of an initial state adds after each year.

    Attributes:
        alpha: Weight of an error in the level, one entry for each grid point.
        beta: Its weight in the trend.
        phi: Damping of the trend.
        by_level: Of one unit of initial level, shape (3, years, grid): the prediction of that year, then the level and
            the trend after it.
        by_trend: Of one unit of initial trend.
        products: Shape (3, years, grid), running sums with the prior added: predictions by level squared, by level
            times by trend, by trend squared.
    """

    alpha: Floats
    beta: Floats
    phi: Floats
    by_level: Floats
    by_trend: Floats
    products: Floats


@lru_cache(maxsize=32)
def responses(grid: Grid, years: int) -> Responses:
    """The responses of a grid over so many years."""
    alpha, phi = np.array(grid.alpha), np.array(grid.phi)
    beta = alpha * np.array(grid.ratio)
    by_level, by_trend = (_respond(alpha, beta, phi, years, *unit) for unit in ((1.0, 0.0), (0.0, 1.0)))
    products = np.stack(
        [
            np.cumsum(by_level[0] ** 2, axis=0) + 1 / LEVEL_VARIANCE,
            np.cumsum(by_level[0] * by_trend[0], axis=0),
            np.cumsum(by_trend[0] ** 2, axis=0) + 1 / TREND_VARIANCE,
        ]
    )
    return Responses(alpha, beta, phi, by_level, by_trend, products)


def average_by_kernel(y: Floats, lengths: Ints, grid: Grid, taus: tuple[float, ...], steps: int) -> Floats:
    """Forecasts of shape (taus, series, steps) of histories `y` (series, years), aligned left; NaN begets NaN."""
    out = np.empty((len(taus), len(y), steps))
    if len(y) == 0:
        return out
    known = responses(grid, _rounded_up(int(lengths.max())))
    level0, trend0 = prior_states(y, lengths, grid)
    smooth(
        np.ascontiguousarray(y),
        lengths,
        level0,
        trend0,
        known.alpha,
        known.beta,
        known.phi,
        known.by_level,
        known.by_trend,
        known.products,
        np.array(taus, dtype=np.float64),
        TINY,
        out,
    )
    return out


def average_by_numpy(y: Floats, lengths: Ints, grid: Grid, taus: tuple[float, ...], steps: int) -> Floats:
    """As `average_by_kernel`: all series step through the years together, those that still go on leading."""
    out = np.empty((len(taus), len(y), steps))
    order = np.argsort(-lengths, kind="stable")
    ranked, years = y[order], lengths[order]
    known = responses(grid, int(lengths.max(initial=1)))
    level, trend, squares, with_level, with_trend = _pass(ranked, years, grid, known)
    at = years - 1
    a, b, c = known.products[:, at]
    determinant = a * c - b**2
    more_level = (c * with_level - b * with_trend) / determinant
    more_trend = (a * with_trend - b * with_level) / determinant
    squares = np.maximum(squares - more_level * with_level - more_trend * with_trend, 0.0) + TINY
    level = level + more_level * known.by_level[1, at] + more_trend * known.by_trend[1, at]
    trend = trend + more_level * known.by_level[2, at] + more_trend * known.by_trend[2, at]
    logs = np.log(squares)
    damping = np.cumsum(known.phi[:, None] ** np.arange(1, steps + 1)[None, :], axis=1)
    for number, tau in enumerate(taus):
        weights = np.exp(-(years[:, None] / 2) * (logs - logs.min(axis=1, keepdims=True)) / tau)
        weights /= weights.sum(axis=1, keepdims=True)
        out[number, order] = (weights * level).sum(axis=1)[:, None] + (weights * trend) @ damping
    return out


def prior_states(y: Floats, lengths: Ints, grid: Grid) -> tuple[Floats, Floats]:
    """Level and trend from which a history starts before the data move them."""
    if not grid.has_trend:
        return y[:, 0].copy(), np.zeros(len(y))
    slope = (y[np.arange(len(y)), lengths - 1] - y[:, 0]) / np.maximum(lengths - 1, 1)
    return y[:, 0] - slope, slope


def _rounded_up(years: int) -> int:
    """A few lengths instead of all, so that responses are found again."""
    return 20 * -(-years // 20)


def _respond(alpha: Floats, beta: Floats, phi: Floats, years: int, level0: float, trend0: float) -> Floats:
    level, trend = np.full_like(alpha, level0), np.full_like(alpha, trend0)
    out = np.empty((3, years, len(alpha)))
    for t in range(years):
        prediction = level + phi * trend
        level = (1 - alpha) * prediction
        trend = phi * trend - beta * prediction
        out[:, t] = prediction, level, trend
    return out


def _pass(y: Floats, lengths: Ints, grid: Grid, known: Responses) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Run the recursion from the prior states; rows are sorted by falling length, so that the active ones lead."""
    shape = (len(y), len(known.alpha))
    level, trend = (np.broadcast_to(state[:, None], shape).copy() for state in prior_states(y, lengths, grid))
    squares, with_level, with_trend = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for t in range(int(lengths.max(initial=0))):
        n = int(np.searchsorted(-lengths, -t, side="left"))
        damped = known.phi * trend[:n]
        predicted = level[:n] + damped
        error = y[:n, t, None] - predicted
        level[:n] = predicted + known.alpha * error
        trend[:n] = damped + known.beta * error
        squares[:n] += error * error
        with_level[:n] += error * known.by_level[0, t]
        with_trend[:n] += error * known.by_trend[0, t]
    return level, trend, squares, with_level, with_trend
