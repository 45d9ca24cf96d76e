import io
import json

import numpy as np
import pandas as pd
import pytest
from tests.unit.forecasting.conftest import frame

from viticast.forecasting import Fitted, ForecastSpec, PanelError, fit
from viticast.forecasting.recipes import blend

COLUMNS = ["unique_id", "ds", "horizon", "series_class", "yhat", "lo80", "hi80", "lo95", "hi95"]


@pytest.fixture(scope="module")
def fitted(mixed_panel, quick_spec):
    return fit(mixed_panel, quick_spec)


@pytest.fixture(scope="module")
def tree_fitted(tree_panel):
    panel, parents = tree_panel
    return fit(panel, ForecastSpec(learners=(), horizon=4, parents=parents))


def test_every_series_is_forecast_from_its_own_end_to_the_common_year(fitted, mixed_panel):
    forecasts = fitted.predict(2023)
    assert forecasts.columns.tolist() == COLUMNS
    ends = mixed_panel.groupby("unique_id")["ds"].max()
    assert (forecasts.groupby("unique_id")["ds"].min() == ends + 1).all()
    assert (forecasts.groupby("unique_id")["ds"].max() == 2023).all()
    assert (forecasts["ds"] - forecasts["horizon"] == forecasts["unique_id"].map(ends)).all()


def test_bounds_nest_around_the_forecast_and_are_not_negative(fitted):
    bounds = fitted.predict(2030)[["lo95", "lo80", "yhat", "hi80", "hi95"]].to_numpy()
    assert np.isfinite(bounds).all()
    assert (bounds >= 0).all()
    assert (np.diff(bounds, axis=1) >= 0).all()


def test_any_levels_can_be_asked_for(fitted):
    forecasts = fitted.predict(2022, levels=(50, 90))
    assert {"lo50", "hi50", "lo90", "hi90"} <= set(forecasts.columns)
    assert "lo80" not in forecasts.columns
    with pytest.raises(ValueError, match="not a percentage"):
        fitted.predict(2022, levels=(100,))


def test_a_silent_series_is_forecast_as_zero_with_an_interval(fitted):
    rows = fitted.predict(2022).query("series_class in ('inactive', 'empty')")
    assert len(rows) > 0
    assert (rows["yhat"] == 0).all()
    assert (rows["hi95"] > 0).all()


def test_a_year_that_all_series_have_is_refused(fitted):
    with pytest.raises(ValueError, match="ask for a year after 2018"):
        fitted.predict(2018)


def test_predict_ahead_gives_each_series_as_many_years(fitted):
    assert (fitted.predict_ahead(4).groupby("unique_id").size() == 4).all()


def test_arrays_survive_a_file_without_pickle(fitted):
    file = io.BytesIO()
    np.savez_compressed(file, **fitted.to_arrays())
    file.seek(0)
    with np.load(file, allow_pickle=False) as stored:
        again = Fitted.from_arrays(dict(stored))
    pd.testing.assert_frame_equal(again.predict(2025), fitted.predict(2025), check_exact=True)
    pd.testing.assert_frame_equal(again.explain(), fitted.explain())
    np.testing.assert_array_equal(again.paths(3, 1, 2022)[0], fitted.paths(3, 1, 2022)[0])


def test_a_fit_with_learners_survives_too(learnable_panel):
    fitted = fit(learnable_panel, ForecastSpec(horizon=2, origins=5))
    assert "boosted" in fitted.explain()["members"].str.cat()
    again = Fitted.from_arrays(fitted.to_arrays())
    pd.testing.assert_frame_equal(again.predict(2021), fitted.predict(2021), check_exact=True)


def test_paths_have_the_quantiles_of_the_intervals(fitted):
    paths, index = fitted.paths(4000, seed=2, until=2022)
    forecasts = fitted.predict(2022)
    assert index.equals(forecasts[["unique_id", "ds"]])
    assert paths.shape == (4000, len(index))
    inside = ((paths >= forecasts["lo80"].to_numpy()) & (paths <= forecasts["hi80"].to_numpy())).mean(axis=0)
    regular = (forecasts["series_class"] == "regular").to_numpy()
    assert (inside[regular] > 0.77).all()
    np.testing.assert_allclose(inside[regular & (forecasts["lo80"] > 0).to_numpy()], 0.8, atol=0.03)


def test_paths_tell_how_likely_a_threshold_is(fitted):
    futures, index = fitted.paths(4000, seed=3, until=2022)
    asked = ((index["unique_id"] == "s25") & (index["ds"] == 2022)).to_numpy()
    (row,) = fitted.predict(2022).query("unique_id == 's25' and ds == 2022").to_dict("records")
    assert (futures[:, asked] > row["hi80"]).mean() == pytest.approx(0.1, abs=0.02)
    assert (futures[:, asked] > row["hi95"]).mean() == pytest.approx(0.025, abs=0.01)


def test_paths_of_one_seed_are_the_same_and_of_another_are_not(fitted):
    first, again, other = (fitted.paths(5, seed=seed, until=2022)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_explain_names_class_members_and_why(fitted, mixed_panel):
    told = fitted.explain().set_index("unique_id")
    assert len(told) == mixed_panel["unique_id"].nunique()
    assert told.loc["s39", "series_class"] == "empty"
    assert told.loc["s39", "basis"] == "only_recipe"
    assert (told.loc[told["basis"] == "past", "class_past"] >= 30).all()
    assert (told["saved_percent"] >= 0).all()
    assert told.loc["s39", "members"] == "{}"
    shares = told.loc[told["series_class"] == "regular", "members"].map(json.loads)
    assert all(sum(of_series.values()) == pytest.approx(1, abs=1e-3) for of_series in shares)
    assert all(list(of_series.values()) == sorted(of_series.values(), reverse=True) for of_series in shares)


def test_forecasts_add_up_at_every_level(tree_fitted, tree_panel):
    _, parents = tree_panel
    wide = tree_fitted.predict(2024).pivot(index="ds", columns="unique_id", values="yhat")
    for parent in set(parents.values()):
        children = [child for child, above in parents.items() if above == parent]
        np.testing.assert_allclose(wide[children].sum(axis=1), wide[parent], rtol=1e-6)


def test_the_root_keeps_the_forecast_of_its_own_blend(tree_fitted):
    engine, choices = tree_fitted.engine, tree_fitted.calibration.choices
    last = engine.panel.last
    row = engine.panel.ids.index("kg")
    (group,) = engine.groups(engine.pool.classes(last))[[row]]
    parts = {name: values[[row]] for name, values in engine.pool.members(last, 4).items()}
    alone = blend(choices[group].shares, parts, (1, 4))[0]
    np.testing.assert_allclose(tree_fitted.predict_ahead(4).query("unique_id == 'kg'")["yhat"], alone)


def test_a_missing_last_value_moves_the_forecast_on_by_a_year():
    trend = [float(value) for value in range(10, 40)]
    ends, misses = (fit(frame(a=values), ForecastSpec(learners=(), horizon=2)) for values in (trend, [*trend, np.nan]))
    drift = [fitted.engine.pool.members(fitted.engine.panel.last, 2)["drift"][0] for fitted in (ends, misses)]
    np.testing.assert_allclose(drift[0], [40, 41])
    np.testing.assert_allclose(drift[1], [41, 42])
    assert misses.predict(2032)["ds"].tolist() == [2031, 2032]


def test_a_panel_with_negative_values_is_forecast_without_a_bound():
    random = np.random.default_rng(0)
    panel = frame(**{f"s{i}": np.cumsum(random.normal(0, 1, 30)) for i in range(20)})
    forecasts = fit(panel, ForecastSpec(lower=None, learners=())).predict(2033)
    assert (forecasts["lo95"] < 0).any()
    assert np.isfinite(forecasts[["yhat", "lo95", "hi95"]].to_numpy()).all()


def test_values_below_the_bound_are_named_with_the_remedy():
    panel = frame(a=[1, 2, 3], b=[4, -5.5, -6])
    with pytest.raises(PanelError, match=r"series 'b' has -5\.5 in 2001, below lower=0; .*ForecastSpec\(lower=None\)"):
        fit(panel, ForecastSpec(learners=()))
    with pytest.raises(PanelError, match="series 'a' has 2 in 2001, below lower=3"):
        fit(frame(a=[3, 2]), ForecastSpec(learners=(), lower=3))


def test_values_at_the_bound_are_accepted():
    forecasts = fit(frame(a=[-2, 5, -2, 3]), ForecastSpec(learners=(), lower=-2)).predict_ahead(2)
    assert (forecasts["lo95"] >= -2).all()


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda fitted: fitted.predict("2022"), "until is '2022'; give a whole number"),
        (lambda fitted: fitted.predict(2022.5), r"until is 2022\.5; give a whole number"),
        (lambda fitted: fitted.predict(np.float64(2022.5)), r"until is 2022\.5; give a whole number"),
        (lambda fitted: fitted.predict(2022, levels=(level for level in (80, 95))), "levels is <generator"),
        (lambda fitted: fitted.predict(True), "until is True; give a whole number"),
        (lambda fitted: fitted.predict_ahead(-1), "steps is -1; give a whole number from 1 on"),
        (lambda fitted: fitted.predict_ahead(0), "steps is 0; give a whole number from 1 on"),
        (lambda fitted: fitted.predict_ahead(2.0), r"steps is 2\.0; give a whole number from 1 on"),
        (lambda fitted: fitted.paths(-1, 1, 2022), "n is -1; give a whole number from 0 on"),
        (lambda fitted: fitted.paths(2, -1, 2022), "seed is -1; give a whole number from 0 on"),
        (lambda fitted: fitted.paths(2, 1, "2022"), "until is '2022'; give a whole number"),
        (lambda fitted: fitted.predict(2022, levels=80), r"levels is 80; give .* levels=\(80, 95\)"),
        (lambda fitted: fitted.predict_ahead(2, levels="80"), r"levels is '80'; give .* levels=\(80, 95\)"),
        (lambda fitted: fitted.predict_ahead(2, levels=("80",)), "level '80' is not a percentage"),
        (lambda fitted: fitted.predict_ahead(2, levels=(80, float("nan"))), "level nan is not a percentage"),
    ],
)
def test_arguments_that_make_no_sense_are_named_with_the_remedy(fitted, ask, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        ask(fitted)


def test_numbers_of_numpy_are_arguments_too(fitted):
    pd.testing.assert_frame_equal(
        fitted.predict(np.int64(2022), levels=np.array([80, 95])), fitted.predict(2022), check_exact=True
    )
    assert len(fitted.predict_ahead(np.int32(1))) == len(fitted.predict_ahead(1))
    assert fitted.paths(0, 1, 2022)[0].shape == (0, len(fitted.predict(2022)))
