import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from tests.unit.forecasting.conftest import frame

from viticast.forecasting import Backtest, ForecastSpec, PanelError, fit

COLUMNS = [
    *("unique_id", "method", "origin", "ds", "horizon", "series_class", "y", "yhat"),
    *("lo80", "hi80", "lo95", "hi95", "scale", "scale_rms"),
]
BOUNDS = ["lo80", "hi80", "lo95", "hi95"]
ORIGINS = (2012, 2014, 2015)
TRACKED = ("naive", "drift", "log_ses")


def backtest(panel, spec, origins, **arguments):
    return Backtest(origins=origins, **{"horizon": spec.horizon, "tracked": TRACKED, **arguments}).run(panel, spec)


@pytest.fixture(scope="module")
def result(mixed_panel, quick_spec):
    return backtest(mixed_panel, quick_spec, ORIGINS)


def test_it_has_a_row_for_each_method_and_known_year(result, mixed_panel):
    assert result.columns.tolist() == COLUMNS
    assert set(result["method"]) == {"viticast", *TRACKED}
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


@pytest.mark.parametrize("learners", [(), ForecastSpec().learners])
def test_an_origin_sees_nothing_of_what_came_after(learnable_panel, tree_panel, learners):
    trees, parents = tree_panel
    panel = pd.concat([learnable_panel, trees], ignore_index=True)
    spec = ForecastSpec(learners=learners, parents=parents, horizon=3, origins=5)
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
    assert set(told[0].index.unique("method")) == {"viticast", *TRACKED}
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


def test_origins_do_not_depend_on_each_other(result, mixed_panel, quick_spec):
    alone = backtest(mixed_panel, quick_spec, (2014,))
    among = result[result["origin"] == 2014].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, among, check_exact=True)


def test_past_forecasts_add_up(tree_panel):
    panel, parents = tree_panel
    spec = ForecastSpec(learners=(), parents=parents, horizon=3)
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


def test_origins_follow_from_the_first_training_size_and_the_stride(mixed_panel, quick_spec):
    result = Backtest(initial_train_size=20, stride=3, horizon=2).run(mixed_panel, quick_spec)
    assert sorted(set(result["origin"])) == [2009, 2012, 2015, 2018]
    assert set(result["method"]) == {"viticast", "naive"}


def test_a_gap_skips_years_between_origin_and_scores(mixed_panel, quick_spec):
    apart = backtest(mixed_panel, quick_spec, (2014,), horizon=2, gap=1)
    assert set(apart["horizon"]) == {2, 3}
    assert set(apart["ds"]) == {2016, 2017}
    near = backtest(mixed_panel, quick_spec, (2014,), horizon=3).query("horizon > 1").reset_index(drop=True)
    pd.testing.assert_frame_equal(apart, near)


def test_without_refit_the_first_origin_decides_for_all(learnable_panel):
    spec = ForecastSpec(horizon=2, origins=4)
    once = backtest(learnable_panel, spec, (2012, 2014), horizon=2, refit=0)
    first = backtest(learnable_panel, spec, (2012,), horizon=2)
    pd.testing.assert_frame_equal(once[once["origin"] == 2012].reset_index(drop=True), first)
    later = learnable_panel.copy()
    later.loc[later["ds"].isin([2013, 2014]) & (later["unique_id"] != "s00"), "y"] *= 3
    again = backtest(later, spec, (2012, 2014), horizon=2, refit=0)
    told = [data.query("origin == 2014 and unique_id == 's00'")["yhat"].to_numpy() for data in (once, again)]
    np.testing.assert_array_equal(*told)


def test_a_vintage_is_what_an_origin_knows_and_the_panel_is_what_came():
    trend = {"a": np.arange(10.0, 40.0), "b": np.arange(50.0, 80.0)}
    panel = frame(first_year=1990, **trend)
    known = panel[(panel["unique_id"] == "a") | (panel["ds"] <= 2013)].copy()
    known.loc[(known["unique_id"] == "a") & (known["ds"] == 2014), "y"] = 20.0
    spec = ForecastSpec(learners=(), horizon=2)
    result = backtest(panel, spec, (2014,), horizon=2, tracked=("naive", "drift")).query("method != 'viticast'")
    then = Backtest(origins=(2014,), horizon=2, tracked=("naive", "drift")).run(panel, spec, {2014: known})
    told = then.query("method != 'viticast'").set_index(["method", "unique_id", "horizon"])
    assert told.loc[("naive", "a"), "yhat"].tolist() == [20, 20]
    # b was known up to 2013 only, so that its first forecast is for the origin itself
    assert told.loc[("naive", "b"), "yhat"].tolist() == [73, 73]
    np.testing.assert_allclose(told.loc[("drift", "b"), "yhat"], [75, 76])
    np.testing.assert_array_equal(told["y"], result.set_index(["method", "unique_id", "horizon"])["y"][told.index])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "either origins or initial_train_size"),
        ({"origins": (2010,), "initial_train_size": 5}, "either origins or initial_train_size"),
        ({"origins": (2010,), "tracked": ("oracle",)}, "unknown methods"),
    ],
)
def test_a_backtest_that_makes_no_sense_is_refused(arguments, message):
    with pytest.raises(ValidationError, match=message):
        Backtest(**arguments)


def test_a_panel_too_short_for_the_first_training_size_is_refused(mixed_panel, quick_spec):
    with pytest.raises(PanelError, match="train on fewer"):
        Backtest(initial_train_size=30).run(mixed_panel, quick_spec)


def assert_is_what_a_fit_would_have_said(panel, spec, origin):
    """Whatever rows come later: the published forecasts of an origin, and a fit on the rows up to it."""
    past = backtest(panel, spec, (origin,)).query("method == 'viticast'").set_index(["unique_id", "ds"])
    then = fit(panel[panel["ds"] <= origin], spec).predict(origin + spec.horizon).set_index(["unique_id", "ds"])
    columns = ["yhat", *BOUNDS]
    pd.testing.assert_frame_equal(past[columns], then.loc[past.index, columns], rtol=1e-9)
    return past


def test_rows_that_are_missing_around_an_origin_do_not_tell_that_others_follow(mixed_panel, quick_spec):
    gone = mixed_panel["unique_id"].isin([f"s{number:02d}" for number in range(0, 40, 4)])
    gapped = mixed_panel[~(gone & mixed_panel["ds"].between(2012, 2015))]
    past = assert_is_what_a_fit_would_have_said(gapped, quick_spec, 2014)
    assert past.loc["s00"].index.tolist() == [2016, 2017]


def test_a_child_that_has_ended_still_counts_in_its_family(tree_panel):
    panel, parents = tree_panel
    ended = panel[~((panel["unique_id"] == "kg/red/b") & (panel["ds"] > 2009))]
    spec = ForecastSpec(learners=(), horizon=3, origins=5, parents=parents)
    assert_is_what_a_fit_would_have_said(ended, spec, 2014)


def test_a_series_that_begins_later_does_not_move_the_sample_that_calibrates():
    random = np.random.default_rng(2)
    walks = {f"w{i:03d}": 10 * np.exp(np.cumsum(random.normal(0, 0.2, 20))) for i in range(110)}
    panel = frame(**walks)
    later = pd.concat([panel, frame(first_year=2016, a0=[1, 2, 3, 4])], ignore_index=True)
    spec = ForecastSpec(learners=(), horizon=2, origins=4, sample=100)
    told = [backtest(data, spec, (2015,)) for data in (panel, later)]
    pd.testing.assert_frame_equal(told[0], told[1], check_exact=True)


@pytest.mark.parametrize("refit", [0, 2])
def test_a_vintage_that_begins_earlier_shows_later_origins_no_later_year(learnable_panel, refit):
    """Its columns are other years: what learners may see must not be read from them."""
    spec = ForecastSpec(horizon=2, origins=4)
    known = {2012: learnable_panel[learnable_panel["ds"] <= 2012]}
    truth = learnable_panel[learnable_panel["ds"] >= 1994]
    changed = truth.copy()
    changed.loc[changed["ds"] > 2014, "y"] *= np.where(changed["ds"][changed["ds"] > 2014] % 2 == 0, 100, 0.01)
    told = [Backtest(origins=(2012, 2014), horizon=2, refit=refit).run(data, spec, known) for data in (truth, changed)]
    pd.testing.assert_frame_equal(told[0].drop(columns="y"), told[1].drop(columns="y"), check_exact=True)


def test_a_vintage_of_other_trees_does_not_lend_its_shares(tree_panel):
    panel, parents = tree_panel
    one_tree = panel[panel["unique_id"].str.startswith("kg") & (panel["ds"] <= 2012)]
    count = panel["unique_id"].nunique() - one_tree["unique_id"].nunique()
    twin = one_tree[one_tree["unique_id"] == "kg/red/a"]
    twins = {f"kg/red/x{i}": "kg/red" for i in range(count)}
    known = pd.concat([one_tree, *[twin.assign(unique_id=name) for name in twins]], ignore_index=True)
    spec = ForecastSpec(learners=(), horizon=2, origins=4, parents=parents | twins)
    run = [Backtest(origins=origins, horizon=2, refit=0) for origins in ((2012, 2014), (2014,))]
    told = run[0].run(panel, spec, {2012: known}).query("origin == 2014").reset_index(drop=True)
    pd.testing.assert_frame_equal(told, run[1].run(panel, spec), check_exact=True)


def test_a_backtest_without_anything_to_score_is_refused(mixed_panel, quick_spec):
    silent = mixed_panel.assign(y=mixed_panel["y"].where(mixed_panel["ds"] <= 2014))
    with pytest.raises(PanelError, match="nothing can be scored"):
        backtest(silent, quick_spec, (2014,))


def test_values_below_the_bound_are_refused_in_the_panel_and_in_vintages(mixed_panel, quick_spec):
    signed = mixed_panel.assign(y=mixed_panel["y"].mask(mixed_panel["ds"] == 2000, -1))
    with pytest.raises(PanelError, match="series 's00' has -1 in 2000, below lower=0"):
        Backtest(origins=(2015,)).run(signed, quick_spec)
    with pytest.raises(PanelError, match="series 's00' has -1 in 2000, below lower=0"):
        Backtest(origins=(2015,)).run(mixed_panel, quick_spec, {2015: signed})
