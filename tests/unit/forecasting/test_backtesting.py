import numpy as np
import pandas as pd
import pytest
from tests.unit.forecasting.conftest import QUICK

from viticast.forecasting import ForecastSpec, PanelError, backtest, fit

COLUMNS = [
    *("unique_id", "method", "origin", "ds", "horizon", "series_class", "y", "yhat"),
    *("lo80", "hi80", "lo95", "hi95", "scale"),
]
BOUNDS = ["lo80", "hi80", "lo95", "hi95"]
ORIGINS = (2012, 2014, 2015)


@pytest.fixture(scope="module")
def result(mixed_panel, quick_spec):
    return backtest(mixed_panel, quick_spec, ORIGINS)


def test_it_has_a_row_for_each_method_and_known_year(result, mixed_panel):
    assert result.columns.tolist() == COLUMNS
    assert set(result["method"]) == {"viticast", *QUICK}
    assert (result["ds"] == result["origin"] + result["horizon"]).all()
    known = mixed_panel.dropna().set_index(["unique_id", "ds"])["y"]
    np.testing.assert_array_equal(result["y"], known.loc[pd.MultiIndex.from_frame(result[["unique_id", "ds"]])])
    final = result[result["method"] == "viticast"]
    assert len(final) == sum(known.index.isin(range(o + 1, o + 4), level="ds").sum() for o in ORIGINS)


def test_only_the_final_forecasts_have_intervals(result):
    is_final = result["method"] == "viticast"
    assert result.loc[is_final, BOUNDS].notna().all(axis=None)
    assert result.loc[~is_final, BOUNDS].isna().all(axis=None)


def test_scale_is_the_mean_change_up_to_the_origin(result, mixed_panel):
    row = result[(result["unique_id"] == "s00") & (result["origin"] == 2014)].iloc[0]
    seen = mixed_panel[(mixed_panel["unique_id"] == "s00") & (mixed_panel["ds"] <= 2014)]["y"]
    assert row["scale"] == pytest.approx(seen.diff().abs().mean())


@pytest.mark.parametrize("candidates", [QUICK, ForecastSpec().candidates])
def test_an_origin_sees_nothing_of_what_came_after(learnable_panel, tree_panel, candidates):
    trees, parents = tree_panel
    panel = pd.concat([learnable_panel, trees], ignore_index=True)
    spec = ForecastSpec(candidates=candidates, parents=parents, horizon=3, origins=5)
    future = panel["ds"] > 2014
    changed = panel.copy()
    changed.loc[future, "y"] = 1e7 * np.random.default_rng(1).random(int(future.sum()))
    changed.loc[future & (panel["ds"] == 2016), "y"] = 0.0
    told = [
        backtest(data, spec, (2014,)).set_index(["method", "unique_id", "ds"])[
            ["series_class", "yhat", *BOUNDS, "scale"]
        ]
        for data in (panel, changed)
    ]
    assert set(told[0].index.unique("method")) == {"viticast", *candidates}
    common = told[0].index.intersection(told[1].index)
    assert len(common) > 1000
    pd.testing.assert_frame_equal(told[0].loc[common], told[1].loc[common], check_exact=True)


def test_an_origin_is_what_a_fit_on_the_years_up_to_it_would_have_said(learnable_panel):
    spec = ForecastSpec(horizon=3, origins=4)
    then = learnable_panel[learnable_panel["ds"] <= 2015]
    final = backtest(learnable_panel, spec, (2013, 2015)).query("origin == 2015")
    fitted = fit(then, spec)
    forecasts = fitted.predict(2018)
    both = final.query("method == 'viticast'").merge(
        forecasts, on=["unique_id", "ds", "series_class"], suffixes=("", "_then")
    )
    assert len(both) == (final["method"] == "viticast").sum()
    for name in ("yhat", *BOUNDS):
        np.testing.assert_allclose(both[name], both[f"{name}_then"], rtol=1e-9)
    learnt = final.query("method == 'boosting'")
    bank, panel = fitted.engine.bank, fitted.engine.panel
    boosting = bank.forecasts(panel.last, 3, with_slow=False)["boosting"]
    row = [panel.ids.index(name) for name in learnt["unique_id"]]
    assert len(row) > 100
    np.testing.assert_allclose(learnt["yhat"], boosting[row, learnt["horizon"] - 1], rtol=1e-9)


def test_origins_do_not_depend_on_each_other(result, mixed_panel, quick_spec):
    alone = backtest(mixed_panel, quick_spec, (2014,))
    among = result[result["origin"] == 2014].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, among, check_exact=True)


def test_past_forecasts_add_up(tree_panel):
    panel, parents = tree_panel
    spec = ForecastSpec(candidates=QUICK, parents=parents, horizon=3)
    final = backtest(panel, spec, (2012, 2015)).query("method == 'viticast'")
    wide = final.pivot(index=["origin", "ds"], columns="unique_id", values="yhat")
    for parent in set(parents.values()):
        children = [child for child, above in parents.items() if above == parent]
        np.testing.assert_allclose(wide[children].sum(axis=1), wide[parent], rtol=1e-6)


def test_a_series_that_begins_after_an_origin_is_not_there(mixed_panel, quick_spec):
    late = mixed_panel[(mixed_panel["unique_id"] != "s00") | (mixed_panel["ds"] > 2013)]
    result = backtest(late, quick_spec, (2012, 2015))
    assert set(result.loc[result["unique_id"] == "s00", "origin"]) == {2015}


@pytest.mark.parametrize("origin", [1980, 2019, 2050])
def test_an_origin_outside_the_panel_is_refused(mixed_panel, quick_spec, origin):
    with pytest.raises(PanelError, match="not inside the panel"):
        backtest(mixed_panel, quick_spec, (origin,))
