import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viticast.forecasting.members.damped import MEMBERS as DAMPED
from viticast.forecasting.members.holt import MEMBERS as HOLT
from viticast.forecasting.members.ses import MEMBERS as SES
from viticast.forecasting.smoothing import (
    LEVEL_VARIANCE,
    TREND_VARIANCE,
    Grid,
    average_by_kernel,
    average_by_numpy,
)

GRIDS = [SES[0].grid, HOLT[0].grid, DAMPED[0].grid]


def aligned(*histories):
    lengths = np.array([len(history) for history in histories])
    y = np.full((len(histories), lengths.max()), np.nan)
    for row, history in enumerate(histories):
        y[row, : len(history)] = history
    return y, lengths


def average(y, lengths, grid, tau, steps):
    return average_by_kernel(y, lengths, grid, (tau,), steps)[0]


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


@pytest.mark.parametrize(("alpha", "beta", "phi"), [(0.3, 0.0, 0.0), (1.0, 0.0, 0.0), (0.5, 0.1, 0.9), (0.9, 0.5, 1.0)])
def test_one_grid_point_is_exponential_smoothing_with_least_squares_states(alpha, beta, phi):
    y = np.cumsum(np.random.default_rng(1).normal(0.5, 1, 20)) + 30
    grid = Grid.of((alpha,), (beta / alpha,), (phi,))
    ahead = average(y[None, :], np.array([20]), grid, 16.0, 4)[0]
    np.testing.assert_allclose(ahead, by_least_squares(y, alpha, beta, phi, 4), rtol=1e-8)


@pytest.mark.parametrize("grid", GRIDS, ids=["ses", "holt", "damped"])
def test_the_kernel_computes_what_numpy_does(grid):
    random = np.random.default_rng(5)
    histories = [random.normal(0, 0.1, n).cumsum() + 0.5 for n in (1, 2, 3, 4, 7, 20, 20, 61, 120)]
    y, lengths = aligned(*histories, np.full(30, 0.7), np.linspace(0, 1, 25), np.full(9, np.nan))
    one, other = (average(y, lengths, grid, (2.0, 16.0), 6) for average in (average_by_kernel, average_by_numpy))
    np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)
    assert np.isnan(one[:, -1]).all()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=30), min_size=1, max_size=5),
    st.sampled_from(GRIDS),
)
def test_kernel_and_numpy_agree_on_any_history(histories, grid):
    y, lengths = aligned(*histories)
    one, other = (average(y, lengths, grid, (2.0, 16.0), 4) for average in (average_by_kernel, average_by_numpy))
    assert np.isfinite(one).all()
    np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-9)


def test_no_series_are_no_forecasts():
    assert average(np.empty((0, 3)), np.empty(0, dtype=np.int64), GRIDS[0], 2.0, 4).shape == (0, 4)


@pytest.mark.parametrize("grid", GRIDS, ids=["ses", "holt", "damped"])
def test_series_of_different_lengths_do_not_touch_each_other(grid):
    random = np.random.default_rng(2)
    y, lengths = aligned(*(random.normal(10, 2, n) for n in (3, 20, 7, 1, 12)))
    together = average(y, lengths, grid, 16.0, 3)
    alone = [average(y[[row], :n], np.array([n]), grid, 16.0, 3)[0] for row, n in enumerate(lengths)]
    np.testing.assert_array_equal(together, alone)


def test_a_small_tau_is_near_the_best_point_and_a_large_one_near_the_mean():
    y = np.cumsum(np.random.default_rng(3).normal(0, 1, 40))[None, :]
    grid, length = GRIDS[0], np.array([40])
    points = [average(y, length, Grid.of((alpha,)), 1.0, 1)[0, 0] for alpha in grid.alpha]
    assert average(y, length, grid, 1e9, 1)[0, 0] == pytest.approx(np.mean(points))
    assert np.abs(average(y, length, grid, 1e-6, 1)[0, 0] - points).min() < 1e-6


def test_a_constant_history_is_continued():
    for grid in GRIDS:
        ahead = average(np.full((1, 12), 7.0), np.array([12]), grid, 16.0, 5)
        np.testing.assert_allclose(ahead, 7.0, rtol=1e-6)


def test_a_line_is_continued_where_the_trend_does_not_fade():
    ahead = average(np.arange(20.0)[None, :], np.array([20]), GRIDS[1], 16.0, 3)[0]
    np.testing.assert_allclose(ahead, [20, 21, 22], rtol=1e-4)
