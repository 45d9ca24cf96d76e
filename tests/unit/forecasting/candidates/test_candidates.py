import numpy as np
import pytest

from viticast.forecasting.batch import Batch
from viticast.forecasting.candidates import REGISTRY


def batch(*histories):
    lengths = np.array([len(history) for history in histories])
    y = np.full((len(histories), lengths.max()), np.nan)
    for row, history in enumerate(histories):
        y[row, : len(history)] = history
    return Batch(y, lengths, np.ones(len(histories)), np.zeros(len(histories), dtype=np.int64))


def walks(count, years, seed=0):
    random = np.random.default_rng(seed)
    return [np.exp(np.cumsum(random.normal(0.02, 0.1, years))) for _ in range(count)]


def test_naive_holds_the_last_value():
    assert REGISTRY["naive"].forecast(batch([1, 2], [5]), 2, 0).tolist() == [[2, 2], [5, 5]]


def test_drift_goes_on_as_from_first_to_last():
    assert REGISTRY["drift"].forecast(batch([1, 9, 5], [5]), 2, 0).tolist() == [[7, 9], [5, 5]]


def test_the_median_of_three_ignores_one_odd_year():
    assert REGISTRY["median3"].forecast(batch([9, 1, 100, 3], [4, 6]), 1, 0).tolist() == [[3], [5]]


@pytest.mark.parametrize("name", ["log_ses", "log_ses_slow"])
def test_log_smoothing_lies_between_the_values_and_takes_zeros(name):
    ahead = REGISTRY[name].forecast(batch([4, 8, 4, 8], [0, 4, 0, 4]), 3, 0)
    assert ((ahead[0] > 4) & (ahead[0] < 8)).all()
    assert ((ahead[1] >= 0) & (ahead[1] < 4)).all()


def test_a_smaller_tau_trusts_the_last_level_of_a_random_walk_more():
    history = walks(1, 60, seed=4)[0]
    errors = [
        abs(REGISTRY[name].forecast(batch(history), 1, 0)[0, 0] - history[-1]) for name in ("log_ses", "log_ses_slow")
    ]
    assert errors[0] < errors[1]


@pytest.mark.parametrize("name", ["damped", "log_damped", "ets", "theta"])
def test_a_trend_is_continued_but_not_beyond_itself(name):
    ahead = REGISTRY[name].forecast(batch(np.linspace(1, 3, 21)), 3, 0)[0]
    assert (np.diff(np.append(3.0, ahead)) > 0).all()
    assert ahead[-1] < 3.6


@pytest.mark.parametrize("name", ["log_ses", "log_damped"])
def test_there_is_no_log_of_a_negative_value(name):
    assert np.isnan(REGISTRY[name].forecast(batch([1, -2, 3]), 2, 0)).all()


@pytest.mark.parametrize("name", ["ets", "theta"])
def test_statsmodels_is_not_asked_about_what_it_cannot_fit(name):
    ahead = REGISTRY[name].forecast(batch(np.ones(12), [1, 2, 3]), 2, 0)
    assert np.isnan(ahead).all()


def test_boosting_learns_what_all_series_share():
    zigzag = [5 + (-1) ** (np.arange(30) + shift) * 1.0 for shift in range(40)]
    ahead = REGISTRY["boosting"].forecast(batch(*zigzag), 2, 0)
    last = np.array([history[-1] for history in zigzag])
    assert (np.sign(ahead[:, 0] - last) == np.sign(5 - last)).all()
    np.testing.assert_allclose(ahead[:, 1], last, atol=0.2)


def test_boosting_gives_the_same_twice_and_nothing_from_few_changes():
    data = batch(*walks(30, 30))
    boosting = REGISTRY["boosting"]
    np.testing.assert_array_equal(boosting.forecast(data, 3, 5), boosting.forecast(data, 3, 5))
    assert np.isnan(boosting.forecast(batch(*walks(3, 12)), 3, 5)).all()


@pytest.mark.parametrize("name", REGISTRY)
def test_every_candidate_answers_in_shape(name):
    ahead = REGISTRY[name].forecast(batch(*walks(25, 30), [0.5], [1.0, 0.0]), 4, 0)
    assert ahead.shape == (27, 4)
    assert np.isfinite(ahead[:25]).all()
