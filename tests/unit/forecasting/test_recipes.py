import numpy as np
import pytest

from viticast.forecasting.classes import CLASSES, INACTIVE, INTERMITTENT, REGULAR
from viticast.forecasting.learners import LEARNER_NAMES
from viticast.forecasting.members import NAMES
from viticast.forecasting.recipes import blend, recipes_of_class


def of(value):
    return np.full((1, 1), value)


@pytest.mark.parametrize("number", range(len(CLASSES)))
def test_every_class_has_recipes_by_different_names_of_parts_that_exist(number):
    recipes = recipes_of_class(number, LEARNER_NAMES)
    assert len({recipe.name for recipe in recipes}) == len(recipes)
    for recipe in recipes:
        assert {name for name, _ in recipe.shares} <= {*NAMES, *LEARNER_NAMES}
        assert sum(share for _, share in recipe.shares) == pytest.approx(1 if recipe.shares else 0)


def test_learners_are_an_option_of_regular_series_and_never_the_default():
    recipes = recipes_of_class(REGULAR, LEARNER_NAMES)
    assert not recipes[0].learners
    assert any(recipe.learners for recipe in recipes)
    assert not any(recipe.learners for recipe in recipes_of_class(REGULAR, ()))
    assert not any(recipe.learners for recipe in recipes_of_class(INTERMITTENT, LEARNER_NAMES))


def test_a_silent_series_is_forecast_as_zero():
    (only,) = recipes_of_class(INACTIVE, LEARNER_NAMES)
    assert blend(dict(only.shares), {"naive": np.ones((2, 3))}, (2, 3)).tolist() == [[0, 0, 0], [0, 0, 0]]


def test_parts_count_by_their_shares():
    assert blend({"naive": 0.25, "drift": 0.75}, {"naive": of(4.0), "drift": of(8.0)}, (1, 1)) == 7


def test_a_part_without_a_forecast_leaves_its_share_to_the_others():
    shares = {"naive": 0.5, "damped": 0.3, "log_damped": 0.2}
    forecasts = {"naive": of(2.0), "damped": of(6.0), "log_damped": of(np.nan)}
    assert blend(shares, forecasts, (1, 1)) == pytest.approx((0.5 * 2 + 0.3 * 6) / 0.8)


def test_without_any_forecast_the_last_value_stands_in():
    assert blend({"log_ses": 1.0}, {"naive": of(2.0), "log_ses": of(np.nan)}, (1, 1)) == 2
