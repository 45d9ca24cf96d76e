"""Exponential smoothing of many series at once, averaged over a grid of its parameters.

The forecast is the mean over the grid, weighted by exp(-(n / 2) log(SSE / min SSE) / tau): averaging is steadier than
picking the best point. Initial states are concentrated out: the errors are linear in them and their unit responses do
not depend on the series, so that one pass and a 2x2 system for each grid point give the least-squares states.
"""

from dataclasses import dataclass

import numpy as np

from viticast.forecasting.arrays import Floats, Ints

LEVEL_VARIANCE, TREND_VARIANCE = 1e3, 3.0
"""Prior variance of the initial states, in units of the variance of the one-step errors."""

_TINY = 1e-12
_ROWS_AT_ONCE = 1_000


@dataclass(frozen=True)
class Grid:
    """Smoothing parameters, one entry for each grid point: level, trend, and damping of the trend."""

    alpha: Floats
    beta: Floats
    phi: Floats


def level_grid() -> Grid:
    """Simple smoothing: twelve weights of the last value, no trend."""
    alpha = np.array([0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97, 1.0])
    return Grid(alpha, np.zeros_like(alpha), np.zeros_like(alpha))


def damped_grid() -> Grid:
    """Damped trend: 6 weights of the level, 6 ratios of trend to level, 5 dampings."""
    alpha, ratio, phi = np.meshgrid(
        [0.1, 0.3, 0.5, 0.7, 0.9, 1.0],
        [0.0, 0.05, 0.15, 0.3, 0.6, 1.0],
        [0.8, 0.87, 0.92, 0.96, 0.98],
        indexing="ij",
    )
    return Grid(alpha.ravel(), (alpha * ratio).ravel(), phi.ravel())


def grid_average(y: Floats, lengths: Ints, grid: Grid, tau: float, steps: int) -> Floats:
    """Forecasts of shape (series, steps) of histories `y` (series, years), aligned left."""
    out = np.empty((len(y), steps))
    order = np.argsort(-lengths, kind="stable")
    for begin in range(0, len(y), _ROWS_AT_ONCE):
        rows = order[begin : begin + _ROWS_AT_ONCE]
        out[rows] = _average(y[rows], lengths[rows], grid, tau, steps)
    return out


def _average(y: Floats, lengths: Ints, grid: Grid, tau: float, steps: int) -> Floats:
    has_trend = bool((grid.phi > 0).any())
    slope = (y[np.arange(len(y)), lengths - 1] - y[:, 0]) / np.maximum(lengths - 1, 1) if has_trend else 0 * y[:, 0]
    level0, trend0 = y[:, 0] - slope, slope
    unit_level = _responses(grid, int(lengths.max()), 1.0, 0.0)
    unit_trend = _responses(grid, int(lengths.max()), 0.0, 1.0)
    level, trend, squares, with_level, with_trend = _pass(y, lengths, grid, level0, trend0, unit_level, unit_trend)
    at = lengths - 1
    a = np.cumsum(unit_level.prediction**2, axis=0)[at] + 1 / LEVEL_VARIANCE
    b = np.cumsum(unit_level.prediction * unit_trend.prediction, axis=0)[at]
    c = np.cumsum(unit_trend.prediction**2, axis=0)[at] + 1 / TREND_VARIANCE
    determinant = a * c - b**2
    more_level = (c * with_level - b * with_trend) / determinant
    more_trend = (a * with_trend - b * with_level) / determinant
    squares = np.maximum(squares - more_level * with_level - more_trend * with_trend, 0.0) + _TINY
    level = level + more_level * unit_level.level[at] + more_trend * unit_trend.level[at]
    trend = trend + more_level * unit_level.trend[at] + more_trend * unit_trend.trend[at]
    logs = np.log(squares)
    weights = np.exp(-(lengths[:, None] / 2) * (logs - logs.min(axis=1, keepdims=True)) / tau)
    weights /= weights.sum(axis=1, keepdims=True)
    damping = np.cumsum(grid.phi[:, None] ** np.arange(1, steps + 1)[None, :], axis=1)
    forecast: Floats = (weights * level).sum(axis=1)[:, None] + (weights * trend) @ damping
    return forecast


@dataclass(frozen=True)
class _Responses:
    """What one unit of an initial state adds to prediction, level and trend after each year: (years, grid)."""

    prediction: Floats
    level: Floats
    trend: Floats


def _responses(grid: Grid, years: int, level0: float, trend0: float) -> _Responses:
    level, trend = np.full_like(grid.alpha, level0), np.full_like(grid.alpha, trend0)
    prediction, levels, trends = (np.empty((years, len(grid.alpha))) for _ in range(3))
    for t in range(years):
        prediction[t] = level + grid.phi * trend
        level = (1 - grid.alpha) * prediction[t]
        trend = grid.phi * trend - grid.beta * prediction[t]
        levels[t], trends[t] = level, trend
    return _Responses(prediction, levels, trends)


def _pass(
    y: Floats, lengths: Ints, grid: Grid, level0: Floats, trend0: Floats, by_level: _Responses, by_trend: _Responses
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Run the recursion from the prior states; rows are sorted by falling length, so that the active ones lead."""
    shape = (len(y), len(grid.alpha))
    level = np.broadcast_to(level0[:, None], shape).copy()
    trend = np.broadcast_to(trend0[:, None], shape).copy()
    squares, with_level, with_trend = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for t in range(int(lengths.max())):
        n = int(np.searchsorted(-lengths, -t, side="left"))
        damped = grid.phi * trend[:n]
        predicted = level[:n] + damped
        error = y[:n, t, None] - predicted
        level[:n] = predicted + grid.alpha * error
        trend[:n] = damped + grid.beta * error
        squares[:n] += error * error
        with_level[:n] += error * by_level.prediction[t]
        with_trend[:n] += error * by_trend.prediction[t]
    return level, trend, squares, with_level, with_trend
