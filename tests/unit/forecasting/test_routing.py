import numpy as np
import pytest

from viticast.forecasting.candidates import NAMES
from viticast.forecasting.classes import CLASSES, INACTIVE, REGULAR, SHORT
from viticast.forecasting.routes import Part, Route, routes_of_class
from viticast.forecasting.routing import Trial, choose

SERIES = 50


def route(name):
    return Route(name, (Part(1.0, "mean", ("naive",)),))


def trial(*misses):
    """A route that is off by so much at each origin, where the actual is 10 and the scale 1."""
    out = Trial()
    for miss in misses:
        out.add(np.full((SERIES, 2), 10.0 + miss), np.full((SERIES, 2), 10.0), np.ones(SERIES))
    return out


def chosen(**trials):
    return choose({route(name): result for name, result in trials.items()}, margin=0.01).route.name


def test_the_default_stays_without_a_clearly_better_route():
    assert chosen(default=trial(1, 1, 1), other=trial(0.995, 0.995, 0.995), naive=trial(2, 2, 2)) == "default"


def test_a_clearly_better_route_takes_over():
    assert chosen(default=trial(1, 1, 1), other=trial(0.9, 0.9, 0.9), naive=trial(2, 2, 2)) == "other"


def test_one_lucky_origin_is_not_enough():
    assert chosen(default=trial(1, 1, 1), other=trial(0.1, 1.1, 1.1), naive=trial(2, 2, 2)) == "default"


def test_a_default_that_lost_to_naive_gives_way_to_the_best_that_did_not():
    assert chosen(default=trial(2, 2, 2), other=trial(1.5, 1, 1), naive=trial(1.9, 1.9, 1.9)) == "other"
    assert chosen(default=trial(2, 2, 2), other=trial(3, 3, 3), naive=trial(1.9, 1.9, 1.9)) == "naive"


def test_a_few_series_cannot_move_the_default():
    few = {name: Trial() for name in ("default", "other", "naive")}
    for name, miss in zip(few, (2, 1, 3), strict=True):
        few[name].add(np.full((5, 1), 10.0 + miss), np.full((5, 1), 10.0), np.ones(5))
    choice = choose({route(name): result for name, result in few.items()}, margin=0.01)
    assert choice.route.name == "default"
    assert "only 5 past" in choice.reason


def test_mase_is_capped_and_unknown_actuals_are_not_scored():
    result = Trial()
    result.add(np.array([[1e9], [3.0]]), np.array([[0.0], [np.nan]]), np.ones(2))
    mase, _ = result.losses()
    assert mase == 10
    assert result.count == [1]


@pytest.mark.parametrize("number", range(len(CLASSES)))
def test_every_class_has_routes_by_different_names(number):
    names = [route.name for route in routes_of_class(number, NAMES)]
    assert len(names) == len(set(names))


def test_naive_alone_is_enough():
    for number in range(len(CLASSES)):
        assert routes_of_class(number, ("naive",))


def test_learners_are_an_option_and_never_the_default():
    routes = routes_of_class(REGULAR, NAMES)
    assert "boosting" not in str(routes[0].parts)
    assert any("boosting" in str(route.parts) for route in routes[1:])


def test_a_silent_series_is_forecast_as_zero():
    (only,) = routes_of_class(INACTIVE, NAMES)
    assert only.combine({"naive": np.ones((2, 3))}).tolist() == [[0, 0, 0], [0, 0, 0]]


def test_a_part_without_a_forecast_leaves_its_share_to_the_others():
    both = Route("both", (Part(0.5, "mean", ("naive",)), Part(0.5, "median", ("ets", "theta"))))
    nan = np.full((1, 1), np.nan)
    assert both.combine({"naive": np.array([[2.0]]), "ets": nan, "theta": np.array([[6.0]])}) == 4
    assert both.combine({"naive": np.array([[2.0]]), "ets": nan}) == 2


def test_without_any_forecast_the_last_three_years_stand_in():
    (smoothed, *_) = routes_of_class(SHORT, NAMES)
    nan = np.full((1, 1), np.nan)
    forecasts = {"naive": np.array([[2.0]]), "median3": np.array([[3.0]]), "log_ses": nan, "log_ses_slow": nan}
    assert smoothed.combine(forecasts) == 3
