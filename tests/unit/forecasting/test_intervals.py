import numpy as np
import pytest

from viticast.forecasting.classes import EMPTY, INACTIVE, REGULAR
from viticast.forecasting.features import Features
from viticast.forecasting.intervals import PROBABILITIES, SUMS, describe, learn_errors, persistence_of

STEPS = 3


def learn(errors, classes=None, widening=0.0, origins=1):
    """Errors of series whose only regressors are constant but for the horizon."""
    rows = len(errors)
    x = np.zeros((rows, STEPS, 2))
    x[:, :, 1] = np.log(np.arange(1, STEPS + 1))
    numbers = np.full(rows, REGULAR) if classes is None else classes
    origin = np.arange(rows) % origins
    return learn_errors(x, np.ones(rows), errors, numbers, origin, widening), x, numbers


def coverage(model, x, classes, errors, level):
    size = model.size(x, np.ones(len(x)))
    tail = np.full(size.shape, (1 - level) / 2)
    low, high = size * model.bound(tail, classes), size * model.bound(1 - tail, classes)
    return ((errors >= low) & (errors <= high)).mean(axis=0)


@pytest.mark.parametrize("level", [0.5, 0.8, 0.95])
def test_skewed_errors_that_grow_with_the_horizon_are_covered_at_each(level):
    random = np.random.default_rng(1)
    errors = (random.lognormal(0, 1, (4000, STEPS)) - 1) * np.array([1.0, 2.0, 4.0])
    model, x, classes = learn(errors[:2000])
    np.testing.assert_allclose(coverage(model, x, classes, errors[2000:], level), level, atol=0.03)


def test_a_class_with_wider_errors_gets_wider_bounds():
    random = np.random.default_rng(2)
    classes = np.repeat([REGULAR, INACTIVE], 1000)
    errors = random.normal(0, 1, (2000, STEPS)) * np.where(classes == REGULAR, 1, 9)[:, None]
    model, x, _ = learn(errors, classes)
    np.testing.assert_allclose(coverage(model, x, classes, errors, 0.95), 0.95, atol=0.02)
    assert coverage(model, x[:1000], classes[:1000], errors[:1000], 0.95).max() < 0.98


def test_steady_sums_are_not_as_wide_as_the_leaves_of_their_class():
    random = np.random.default_rng(5)
    pools = np.repeat([REGULAR, SUMS], 1000)
    errors = random.normal(0, 1, (2000, STEPS)) * np.where(pools == SUMS, 0.2, 2)[:, None]
    model, x, _ = learn(errors, pools)
    sums = pools == SUMS
    np.testing.assert_allclose(coverage(model, x[sums], pools[sums], errors[sums], 0.8), 0.8, atol=0.03)
    np.testing.assert_allclose(coverage(model, x[~sums], pools[~sums], errors[~sums], 0.8), 0.8, atol=0.03)


def test_a_steady_sum_is_told_from_a_restless_one_where_leaves_tell_nothing():
    """The recent change of a sum says how far it will be off; that of the leaves, far more of them, says nothing."""
    random = np.random.default_rng(6)
    pools = np.repeat([REGULAR, SUMS], [8000, 800])
    recent = np.exp(random.normal(0, 1, len(pools)))
    size = np.where(pools == SUMS, recent, 1.0)
    same = np.ones(len(pools))
    known = Features(same, same, same, recent, same, same, 20 * same, 0 * same)
    x = describe(known, np.ones((len(pools), STEPS)), pools)
    errors = random.normal(0, 1, (len(pools), STEPS)) * size[:, None]
    model = learn_errors(x, same, errors, pools, np.zeros(len(pools), dtype=int), 0.0)
    sums = np.flatnonzero(pools == SUMS)
    expected = model.size(x, same)[sums, 0]
    assert np.corrcoef(np.log(expected), np.log(recent[sums]))[0, 1] > 0.99
    slope = np.polyfit(np.log(recent[sums]), np.log(expected), 1)[0]
    assert slope == pytest.approx(1, abs=0.15)


def test_fewer_series_get_wider_bounds():
    errors = np.random.default_rng(3).normal(0, 1, (400, STEPS))
    narrow, wide = learn(errors)[0], learn(errors, widening=1.0, origins=4)[0]
    np.testing.assert_allclose(wide.quantiles[REGULAR], 1.1 * narrow.quantiles[REGULAR])


def test_beyond_the_outermost_quantile_bounds_go_on_widening():
    model, _, classes = learn(np.random.default_rng(9).normal(0, 1, (5000, STEPS)))
    upper = [model.bound(np.full((1, STEPS), p), classes[:1])[0, 0] for p in (0.99, 0.995, 0.999, 0.9999)]
    assert (np.diff(upper) > 0).all()
    lower = model.bound(np.full((1, STEPS), 0.0001), classes[:1])[0, 0]
    assert lower < model.bound(np.full((1, STEPS), 0.005), classes[:1])[0, 0] < 0


def test_quantiles_rise_and_change_sign_in_the_middle():
    errors = 5 + np.random.default_rng(4).normal(0, 1, (500, STEPS))
    quantiles = learn(errors)[0].quantiles
    assert (np.diff(quantiles, axis=-1) >= 0).all()
    assert (quantiles[..., PROBABILITIES <= 0.5] <= 0).all()
    assert (quantiles[..., PROBABILITIES >= 0.5] >= 0).all()


@pytest.mark.parametrize("silent", [INACTIVE, EMPTY])
def test_a_silent_series_has_an_upper_bound_above_zero(silent):
    errors = np.zeros((1000, STEPS))
    errors[:5] = 3.0
    errors[500:600] = 1.0
    classes = np.where(np.arange(1000) < 500, silent, REGULAR)
    model, _, _ = learn(errors, classes)
    assert model.bound(np.full((1, STEPS), 0.975), np.array([silent])).min() > 0


def test_with_too_little_past_the_interval_grows_with_the_horizon():
    model, x, classes = learn(np.full((4, STEPS), np.nan))
    bound = model.size(x, np.ones(4)) * model.bound(np.full((4, STEPS), 0.975), classes)
    assert (np.diff(bound, axis=1) > 0).all()
    assert bound[0, 0] > 1.96


def test_persistence_is_the_correlation_of_successive_errors():
    random = np.random.default_rng(6)
    first = random.normal(0, 1, 5000)
    pairs = np.column_stack([first, 0.6 * first + 0.8 * random.normal(0, 1, 5000)])
    assert persistence_of(pairs) == pytest.approx(0.6, abs=0.03)
    assert 0 < persistence_of(pairs[:3]) < 1
