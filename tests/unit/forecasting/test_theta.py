import numpy as np
import pytest

from viticast.forecasting.theta import ALPHAS, FIRST_SCORED, LEVEL_VARIANCE, THETAS, optimised_theta


def line(y):
    """Intercept and slope of the least-squares line over 1, 2, ..."""
    t = np.arange(1, len(y) + 1)
    slope = np.polyfit(t, y, 1)[0] if len(y) > 1 else 0.0
    return y.mean() - slope * t.mean(), slope


def one_point(y, alpha, theta, steps, is_dynamic):
    """Step by step, with the first level by a general solver: penalised squares and forecasts."""
    share, n = 1 - 1 / theta, len(y)

    def run(first):
        level, errors = first, []
        for t in range(n):
            a, b = line(y[:t] if is_dynamic else y) if t or not is_dynamic else (0.0, 0.0)
            added = (1 - alpha) ** t * a + (1 - (1 - alpha) ** (t + 1)) / alpha * b
            if not is_dynamic or t >= FIRST_SCORED:
                errors.append(y[t] - level - share * added)
            level += alpha * (y[t] - level)
        return np.array(errors), level

    base, one = run(y[0])[0], run(y[0] + 1)[0]
    unit = base - one
    move = unit @ base / (unit @ unit + 1 / LEVEL_VARIANCE)
    errors, level = run(y[0] + move)
    a, b = line(y)
    ahead = []
    for step in range(steps):
        t = n + step
        mean = level + share * ((1 - alpha) ** t * a + (1 - (1 - alpha) ** (t + 1)) / alpha * b)
        ahead.append(mean)
        level += alpha * (mean - level)
    return errors @ errors + move**2 / LEVEL_VARIANCE, np.array(ahead)


@pytest.mark.parametrize("is_dynamic", [False, True])
def test_the_best_point_is_that_of_the_recursion_step_by_step(is_dynamic):
    random = np.random.default_rng(8)
    lengths = np.array([12, 30, 21])
    y = np.full((3, 30), np.nan)
    for row, n in enumerate(lengths):
        y[row, :n] = np.cumsum(random.normal(0.3, 1, n)) + 10
    ahead = optimised_theta(y, lengths, 4, is_dynamic)
    for row, n in enumerate(lengths):
        points = [one_point(y[row, :n], a, t, 4, is_dynamic) for a in ALPHAS for t in THETAS]
        best = min(points, key=lambda point: point[0])
        near = np.array([point[1] for point in points if point[0] < best[0] * 1.1])
        assert (ahead[row] >= near.min(axis=0) - 1e-9).all()
        assert (ahead[row] <= near.max(axis=0) + 1e-9).all()


@pytest.mark.parametrize("is_dynamic", [False, True])
def test_a_constant_is_continued_and_a_line_goes_on_upwards(is_dynamic):
    y = np.stack([np.full(20, 3.0), np.arange(20.0)])
    ahead = optimised_theta(y, np.array([20, 20]), 3, is_dynamic)
    np.testing.assert_allclose(ahead[0], 3.0, rtol=1e-9)
    assert (np.diff(np.append(19.0, ahead[1])) > 0).all()
    assert ahead[1, -1] <= 22.0 + 1e-6


@pytest.mark.parametrize("is_dynamic", [False, True])
def test_one_to_four_values_are_enough(is_dynamic):
    y = np.array([[5.0, np.nan, np.nan, np.nan], [5, 6, np.nan, np.nan], [5, 6, 4, np.nan], [5, 6, 4, 7]])
    ahead = optimised_theta(y, np.array([1, 2, 3, 4]), 3, is_dynamic)
    assert np.isfinite(ahead).all()
    np.testing.assert_allclose(ahead[0], 5.0)


def test_a_history_without_numbers_has_no_forecast():
    ahead = optimised_theta(np.array([[np.nan, np.nan, np.nan], [1.0, 2.0, 3.0]]), np.array([3, 3]), 2, False)
    assert np.isnan(ahead[0]).all()
    assert np.isfinite(ahead[1]).all()
