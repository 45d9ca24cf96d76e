import numpy as np
import pytest

from viticast.forecasting.smoothing import (
    LEVEL_VARIANCE,
    TREND_VARIANCE,
    Grid,
    damped_grid,
    grid_average,
    level_grid,
)


def errors_of(y, level, trend, alpha, beta, phi):
    out = []
    for value in y:
        predicted = level + phi * trend
        out.append(value - predicted)
        level, trend = predicted + alpha * out[-1], phi * trend + beta * out[-1]
    return np.array(out), level, trend


def by_least_squares(y, alpha, beta, phi, steps):
    """The same forecast by solving for the initial states with a general solver."""
    slope = (y[-1] - y[0]) / (len(y) - 1) if phi else 0.0
    prior = np.array([y[0] - slope, slope])
    base, _, _ = errors_of(y, *prior, alpha, beta, phi)
    unit = [base - errors_of(y, *(prior + step), alpha, beta, phi)[0] for step in np.eye(2)]
    a = np.vstack([np.column_stack(unit), np.diag([LEVEL_VARIANCE**-0.5, TREND_VARIANCE**-0.5])])
    found, *_ = np.linalg.lstsq(a, np.append(base, [0, 0]), rcond=None)
    _, level, trend = errors_of(y, *(prior + found), alpha, beta, phi)
    return level + trend * np.cumsum(phi ** np.arange(1, steps + 1))


@pytest.mark.parametrize(
    ("alpha", "beta", "phi"), [(0.3, 0.0, 0.0), (1.0, 0.0, 0.0), (0.5, 0.1, 0.9), (0.9, 0.5, 0.98)]
)
def test_one_grid_point_is_exponential_smoothing_with_least_squares_states(alpha, beta, phi):
    y = np.cumsum(np.random.default_rng(1).normal(0.5, 1, 20)) + 30
    grid = Grid(np.array([alpha]), np.array([beta]), np.array([phi]))
    ahead = grid_average(y[None, :], np.array([20]), grid, 16.0, 4)[0]
    np.testing.assert_allclose(ahead, by_least_squares(y, alpha, beta, phi, 4), rtol=1e-8)


@pytest.mark.parametrize("grid", [level_grid(), damped_grid()])
def test_series_of_different_lengths_do_not_touch_each_other(grid):
    random = np.random.default_rng(2)
    lengths = np.array([3, 20, 7, 1, 12])
    y = np.full((5, 20), np.nan)
    for row, length in enumerate(lengths):
        y[row, :length] = random.normal(10, 2, length)
    together = grid_average(y, lengths, grid, 16.0, 3)
    alone = [grid_average(y[[row], :n], np.array([n]), grid, 16.0, 3)[0] for row, n in enumerate(lengths)]
    np.testing.assert_allclose(together, alone, rtol=1e-9)


def test_a_small_tau_is_near_the_best_point_and_a_large_one_near_the_mean():
    y = np.cumsum(np.random.default_rng(3).normal(0, 1, 40))[None, :]
    grid, length = level_grid(), np.array([40])
    points = [
        grid_average(y, length, Grid(*(np.array([value]) for value in (a, 0.0, 0.0))), 1.0, 1)[0, 0] for a in grid.alpha
    ]
    assert grid_average(y, length, grid, 1e9, 1)[0, 0] == pytest.approx(np.mean(points))
    assert np.abs(grid_average(y, length, grid, 1e-6, 1)[0, 0] - points).min() < 1e-6


def test_a_constant_history_is_continued():
    ahead = grid_average(np.full((1, 12), 7.0), np.array([12]), damped_grid(), 16.0, 5)
    np.testing.assert_allclose(ahead, 7.0, rtol=1e-6)
