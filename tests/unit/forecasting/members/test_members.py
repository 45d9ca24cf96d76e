import numpy as np
import pytest
from tests.unit.forecasting.histories_of import histories_of, walks

from viticast.forecasting.members import REGISTRY

ON_LOGS = [name for name in REGISTRY if "log_" in name]


def forecast(name, *histories, steps=2):
    return REGISTRY[name].forecast(histories_of(*histories), steps)


def test_naive_holds_the_last_value():
    assert forecast("naive", [1, 2], [5]).tolist() == [[2, 2], [5, 5]]


def test_drift_goes_on_as_from_first_to_last():
    assert forecast("drift", [1, 9, 5], [5]).tolist() == [[7, 9], [5, 5]]


def test_recent_drift_looks_back_five_years():
    assert forecast("recent_drift", [100, 1, 2, 3, 4, 5, 6]).tolist() == [[7, 8]]


def test_log_drift_multiplies():
    np.testing.assert_allclose(forecast("log_drift", [0.1, 0.3, 0.4]), [[0.8, 1.6]])


def test_the_median_of_three_ignores_one_odd_year():
    assert forecast("median3", [9, 1, 100, 3], [4, 6], steps=1).tolist() == [[3], [5]]


@pytest.mark.parametrize("name", ["log_ses", "sharp_log_ses"])
def test_log_smoothing_lies_between_the_values_and_takes_zeros(name):
    ahead = forecast(name, [4, 8, 4, 8], [0.0, 4, 0, 4])
    assert ((ahead[0] > 4) & (ahead[0] < 8)).all()
    assert ((ahead[1] >= 0) & (ahead[1] < 4)).all()


def test_the_sharp_variant_trusts_the_last_level_of_a_random_walk_more():
    history = walks(1, 60, seed=4)[0]
    errors = [abs(forecast(name, history)[0, 0] - history[-1]) for name in ("sharp_log_ses", "log_ses")]
    assert errors[0] < errors[1]


@pytest.mark.parametrize("name", ["damped", "log_damped", "holt", "theta", "dynamic_theta", "log_dynamic_theta"])
def test_a_trend_is_continued(name):
    ahead = forecast(name, np.linspace(1, 3, 21), steps=3)[0]
    assert (np.diff(np.append(3.0, ahead)) > 0).all()
    assert ahead[-1] < 3.6


@pytest.mark.parametrize("name", ON_LOGS)
def test_there_is_no_log_of_a_negative_value(name):
    assert np.isnan(forecast(name, [1, -2, 3])).all()


@pytest.mark.parametrize("name", REGISTRY)
def test_every_member_answers_in_shape_and_knows_each_series_alone(name):
    histories = [*walks(10, 30), [0.5], [1.0, 0.0], [0.2, 1.0, 0.3], [0.1, 0.4, 0.2, 1.0]]
    together = forecast(name, *histories, steps=4)
    assert together.shape == (14, 4)
    assert np.isfinite(together).all()
    alone = np.concatenate([forecast(name, history, steps=4) for history in histories])
    np.testing.assert_allclose(together, alone, rtol=1e-9, atol=1e-12)


def test_names_are_unique_and_every_name_is_that_of_its_member():
    assert all(member.name == name for name, member in REGISTRY.items())
    assert len(REGISTRY) == 22
