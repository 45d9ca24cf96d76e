import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.forecasting.conftest import frame

from viticast.forecasting import ForecastSpec, fit

BOUNDS = ["lo95", "lo80", "yhat", "hi80", "hi95"]

histories = st.lists(
    st.one_of(st.just(0.0), st.just(float("nan")), st.floats(1e-9, 1e12), st.integers(1, 1000).map(float)),
    min_size=1,
    max_size=25,
)


def assert_sound(panel, **arguments):
    forecasts = fit(panel, ForecastSpec(**{"horizon": 3, "origins": 4, **arguments})).predict_ahead(3)
    bounds = forecasts[BOUNDS].to_numpy()
    assert len(forecasts) == 3 * panel["unique_id"].nunique()
    assert np.isfinite(bounds).all()
    assert (np.diff(bounds, axis=1) >= 0).all()
    return forecasts


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(histories, min_size=1, max_size=6))
def test_any_panel_gets_finite_nested_forecasts(series):
    forecasts = assert_sound(frame(**{f"s{i}": values for i, values in enumerate(series)}), learners=())
    assert (forecasts[BOUNDS].to_numpy() >= 0).all()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=20), min_size=1, max_size=4))
def test_signed_figures_need_no_bound(series):
    assert_sound(frame(**{f"s{i}": values for i, values in enumerate(series)}), learners=(), lower=None)


WALK = np.exp(np.cumsum(np.random.default_rng(0).normal(0, 0.2, 30)))


@pytest.mark.parametrize(
    "values",
    [
        np.full(30, 5.0),
        np.zeros(30),
        np.full(30, np.nan),
        np.append(np.full(29, np.nan), 4.0),
        np.append(4.0, np.full(29, np.nan)),
        *(WALK[:length] for length in (1, 2, 3, 4)),
        1e-9 * WALK,
        1e12 * WALK,
        np.where(np.arange(30) == 20, 1e9, WALK),
        np.where(np.arange(30) == 29, 1e12, WALK),
        np.where(np.arange(30) % 2 == 0, 0.0, WALK),
        np.arange(30.0) ** 6,
    ],
    ids=lambda values: f"{len(values)} years, last {values[-1]:.2g}",
)
def test_odd_histories_among_others_and_alone(values):
    random = np.random.default_rng(1)
    others = {f"o{i}": 100 * np.exp(np.cumsum(random.normal(0, 0.2, 30))) for i in range(25)}
    assert_sound(frame(odd=values, **others))
    assert_sound(frame(odd=values))


@pytest.mark.parametrize("factor", [1e-9, 1e12])
def test_forecasts_scale_with_the_figures(mixed_panel, quick_spec, factor):
    panel = mixed_panel[mixed_panel["unique_id"] != "s39"]
    plain, scaled = (
        fit(data, quick_spec).predict(2022)[BOUNDS].to_numpy() for data in (panel, panel.assign(y=panel["y"] * factor))
    )
    np.testing.assert_allclose(scaled, plain * factor, rtol=1e-4)


def test_the_order_of_rows_and_unused_columns_do_not_matter(mixed_panel, quick_spec):
    shuffled = mixed_panel.sample(frac=1, random_state=3).assign(note="x")
    pd.testing.assert_frame_equal(fit(shuffled, quick_spec).predict(2021), fit(mixed_panel, quick_spec).predict(2021))
