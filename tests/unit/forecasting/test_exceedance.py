import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.forecasting.conftest import frame

from viticast.forecasting import ForecastSpec, fit
from viticast.forecasting.intervals import PROBABILITIES, ErrorModel

UNTIL = 2026
"""Beyond the horizon of the spec, too."""


@pytest.fixture(scope="module")
def fitted(mixed_panel, quick_spec):
    return fit(mixed_panel, quick_spec)


def asked(forecasts, threshold):
    return forecasts[["unique_id", "ds"]].assign(threshold=threshold)


@pytest.mark.parametrize("level", [50, 80, 90, 95, 99.9])
def test_a_bound_is_exceeded_as_often_as_its_level_says(fitted, level):
    # just inside and outside of the bound: a quantile function that is flat there has no one probability
    inside, outside = level - 0.2 * (100 - level), level + 0.2 * (100 - level)
    forecasts = fitted.predict(UNTIL, levels=(inside, level, outside))
    for side, expected in (("lo", 0.5 + level / 200), ("hi", 0.5 - level / 200)):
        near, bound, far = (forecasts[f"{side}{at}"] for at in (inside, level, outside))
        is_steep = (np.minimum(abs(far - bound), abs(bound - near)) > 1e-6 * abs(forecasts["yhat"])) & (far > 0)
        found = fitted.exceedance(asked(forecasts, bound))
        np.testing.assert_allclose(found[is_steep], expected, atol=1e-6)
        assert {"regular", "short"} <= set(forecasts.loc[is_steep, "series_class"])


@given(st.lists(st.floats(-1e3, 1e8), min_size=2, max_size=20))
def test_a_higher_threshold_is_never_exceeded_more_often(fitted, thresholds):
    forecasts = fitted.predict(UNTIL)
    chances = np.array([fitted.exceedance(asked(forecasts, threshold)) for threshold in sorted(thresholds)])
    assert ((chances >= 0) & (chances <= 1)).all()
    assert (np.diff(chances, axis=0) <= 0).all()


@given(
    steps=st.lists(
        st.sampled_from([0.0, 0.0, 1e-6, 0.01, 1.0]), min_size=len(PROBABILITIES), max_size=len(PROBABILITIES)
    ),
    probability=st.floats(1e-5, 1 - 1e-5),
)
def test_it_inverts_every_quantile_function(steps, probability):
    rising = np.cumsum(steps) - np.sum(steps[: len(steps) // 2])
    quantiles = np.where(PROBABILITIES <= 0.5, np.minimum(rising, 0.0), np.maximum(rising, 0.0))
    model = ErrorModel(np.zeros(2), np.zeros(1), np.ones(1), quantiles[None, None, :], 0.5)
    pools = np.zeros(1, dtype=np.int64)
    bound = model.bound(np.array([[probability]]), pools)[:, 0]
    found = model.probability(bound, pools, pools)
    # the largest probability of that quantile, and its quantile is the same
    assert found[0] >= probability - 1e-9
    if found[0] < 1:
        np.testing.assert_allclose(model.bound(found[None, :], pools)[:, 0], bound, atol=1e-9)


def test_the_share_of_paths_above_is_the_chance(fitted):
    futures, index = fitted.paths(4000, seed=3, until=2022)
    median = np.median(futures, axis=0)
    for factor in (0.7, 1.0, 1.6):
        share = (futures > factor * median).mean(axis=0)
        np.testing.assert_allclose(fitted.exceedance(asked(index, factor * median)), share, atol=0.04)


def test_nothing_lies_below_the_bound_and_little_at_it(fitted):
    forecasts = fitted.predict(2022)
    assert (fitted.exceedance(asked(forecasts, -1e-9)) == 1).all()
    assert (fitted.exceedance(asked(forecasts, np.inf)) == 0).all()
    silent = (forecasts["series_class"] == "inactive").to_numpy()
    at_zero = fitted.exceedance(asked(forecasts, 0.0))
    assert (at_zero[silent] < 0.5).all()
    assert (at_zero[silent] > 0).all()


def test_without_a_bound_any_threshold_is_a_question():
    random = np.random.default_rng(0)
    signed = fit(
        frame(**{f"s{i}": np.cumsum(random.normal(0, 1, 30)) for i in range(20)}), ForecastSpec(lower=None, learners=())
    )
    forecasts = signed.predict(2031)
    np.testing.assert_allclose(signed.exceedance(asked(forecasts, forecasts["lo95"])), 0.975, atol=1e-6)


def test_rows_may_stand_in_any_order_and_twice(fitted):
    question = asked(fitted.predict(2022), 1000.0)
    shuffled = pd.concat([question, question.head(5)]).sample(frac=1, random_state=2)
    expected = pd.Series(fitted.exceedance(question), index=question.index)
    np.testing.assert_array_equal(fitted.exceedance(shuffled), expected[shuffled.index])
    assert fitted.exceedance(question.head(0)).shape == (0,)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"unique_id": "s99"}, "there is no series 's99'"),
        ({"ds": 2019}, "series 's00' reaches 2019, and 2019 is asked; ask for a year after 2019"),
        ({"ds": 2020.5}, "ds is 2020.5; give a whole number"),
        ({"threshold": np.nan}, "series 's00' has no threshold for 2021"),
    ],
)
def test_a_question_that_has_no_answer_is_named(fitted, change, message):
    question = pd.DataFrame([{"unique_id": "s00", "ds": 2021, "threshold": 1.0} | change])
    with pytest.raises(ValueError, match=message):
        fitted.exceedance(question)


def test_a_missing_column_is_named(fitted):
    with pytest.raises(ValueError, match="no column threshold"):
        fitted.exceedance(pd.DataFrame({"unique_id": ["s00"], "ds": [2021]}))
