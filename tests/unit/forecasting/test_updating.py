import json

import numpy as np
import pandas as pd
import pytest

from viticast.forecasting import Fitted, ForecastSpec, PanelError, fit
from viticast.forecasting.engine import Engine

SPEC = ForecastSpec(learners=(), horizon=4)


@pytest.fixture(scope="module")
def tree_fitted(tree_panel):
    panel, parents = tree_panel
    return fit(panel, SPEC.model_copy(update={"parents": parents}))


def later(panel, factor=1.1):
    """The panel with one more year."""
    last = panel[panel["ds"] == panel["ds"].max()]
    return pd.concat([panel, last.assign(ds=last["ds"] + 1, y=last["y"] * factor)], ignore_index=True)


def with_leaves(panel, parents, **leaves):
    """The panel with more leaves, `root__group__leaf=values`, whose parents are summed anew."""
    years = np.sort(panel["ds"].unique())
    named = {name.replace("__", "/"): values for name, values in leaves.items()}
    more = [pd.DataFrame({"unique_id": name, "ds": years, "y": values}) for name, values in named.items()]
    own = pd.concat([panel[~panel["unique_id"].isin(set(parents.values()))], *more], ignore_index=True)
    links = dict(parents)
    for name in named:
        root, group, _ = name.split("/")
        links |= {name: f"{root}/{group}", f"{root}/{group}": root}
    parts = [own]
    for depth in (2, 1):
        above = own["unique_id"].str.split("/").str[:depth].str.join("/")
        parts.append(own.groupby([above, "ds"])["y"].sum().reset_index())
    return pd.concat(parts, ignore_index=True), links


def told(fitted, name):
    return fitted.explain().set_index("unique_id").loc[name]


def test_the_very_panel_gives_the_same_numbers_to_the_last_digit(tree_fitted, tree_panel):
    panel, parents = tree_panel
    shuffled = panel.sample(frac=1, random_state=1)
    again = tree_fitted.update(shuffled, dict(reversed(parents.items())))
    pd.testing.assert_frame_equal(again.predict(2026), tree_fitted.predict(2026), check_exact=True)
    pd.testing.assert_frame_equal(again.explain(), tree_fitted.explain(), check_exact=True)


def test_learners_learn_the_same_again_and_more_from_more(learnable_panel):
    fitted = fit(learnable_panel, ForecastSpec(horizon=2, origins=5))
    assert "boosted" in fitted.explain()["members"].str.cat()
    again = fitted.update(learnable_panel, {})
    pd.testing.assert_frame_equal(again.predict(2021), fitted.predict(2021), check_exact=True)
    newer = fitted.update(later(learnable_panel), {})
    pd.testing.assert_frame_equal(newer.predict(2021), newer.update(later(learnable_panel), {}).predict(2021))
    assert np.isfinite(newer.predict(2021)["yhat"]).all()


def test_one_more_year_moves_the_origin_and_keeps_shares_and_error_model(tree_fitted, tree_panel):
    panel, parents = tree_panel
    newer = tree_fitted.update(later(panel), parents)
    forecasts = newer.predict(2022)
    assert set(forecasts["ds"]) == {2021, 2022}
    assert newer.calibration.choices == tree_fitted.calibration.choices
    assert newer.calibration.errors is tree_fitted.calibration.errors
    before = tree_fitted.predict(2021).query("ds == 2021").set_index("unique_id")["yhat"]
    after = forecasts.query("ds == 2021").set_index("unique_id")["yhat"]
    assert (after != before).any()
    assert tree_fitted.engine.panel.width == 25


def test_a_new_leaf_takes_the_shares_of_its_tree(tree_fitted, tree_panel):
    panel, parents = with_leaves(*tree_panel, kg__red__e=1000 + np.arange(25.0) ** 2)
    newer = tree_fitted.update(panel, parents)
    new, sibling = told(newer, "kg/red/e"), told(newer, "kg/red/b")
    assert new["series_class"] == sibling["series_class"] == "regular"
    assert new["members"] == sibling["members"]
    assert newer.calibration.choices == tree_fitted.calibration.choices
    wide = newer.predict(2022).pivot(index="ds", columns="unique_id", values="yhat")
    np.testing.assert_allclose(wide[[f"kg/red/{leaf}" for leaf in "abcde"]].sum(axis=1), wide["kg/red"])


def test_a_new_tree_takes_the_defaults_and_moves_no_known_one(tree_fitted, tree_panel):
    # the name sorts before the known roots, so that their trees are numbered otherwise
    panel, parents = with_leaves(*tree_panel, a__x__one=np.linspace(10, 90, 25), a__x__two=np.linspace(50, 20, 25))
    newer = tree_fitted.update(panel, parents)
    default = told(newer, "a/x/one")
    assert default["basis"] == "too_little_past"
    assert json.loads(default["recipes"]) == {"core": 1.0}
    assert default["tree_past"] == 0
    assert default["class_past"] == told(newer, "kg/red/b")["class_past"] > 0
    known = ~newer.explain()["unique_id"].str.startswith("a")
    pd.testing.assert_frame_equal(newer.explain()[known].reset_index(drop=True), tree_fitted.explain())
    of_known = newer.predict(2022).query("not unique_id.str.startswith('a')").reset_index(drop=True)
    # rows lie elsewhere in memory, and vector instructions round the last digit accordingly
    pd.testing.assert_frame_equal(of_known, tree_fitted.predict(2022), rtol=1e-12)


def test_a_vanished_tree_and_leaf_are_not_forecast(tree_fitted, tree_panel):
    panel, parents = tree_panel
    kept = ~panel["unique_id"].str.startswith("kg") & (panel["unique_id"] != "usd/red/a")
    newer = tree_fitted.update(panel[kept], {child: parent for child, parent in parents.items() if "usd" in child})
    assert set(newer.predict(2021)["unique_id"]) == set(panel.loc[kept, "unique_id"])
    assert told(newer, "usd/red/b")["members"] == told(tree_fitted, "usd/red/b")["members"]


def test_series_in_no_tree_keep_their_shares_beside_a_new_tree(mixed_panel, quick_spec, tree_panel):
    fitted = fit(mixed_panel, quick_spec)
    panel, parents = tree_panel
    newer = fitted.update(pd.concat([mixed_panel, panel], ignore_index=True), parents)
    of_known = newer.explain().query("unique_id.str.match('s[0-9]')").reset_index(drop=True)
    shares = ["unique_id", "series_class", "members", "recipes", "basis"]
    pd.testing.assert_frame_equal(of_known[shares], fitted.explain()[shares])
    assert told(newer, "kg/red/b")["basis"] == "too_little_past"


def test_an_updated_one_survives_arrays(tree_fitted, tree_panel):
    panel, parents = with_leaves(*tree_panel, a__x__one=np.linspace(10, 90, 25))
    newer = tree_fitted.update(later(panel), parents)
    again = Fitted.from_arrays(newer.to_arrays())
    pd.testing.assert_frame_equal(again.predict(2025), newer.predict(2025), check_exact=True)
    pd.testing.assert_frame_equal(again.explain(), newer.explain(), check_exact=True)


def test_nothing_is_calibrated(tree_fitted, tree_panel, monkeypatch):
    asked = []
    monkeypatch.setattr(Engine, "calibrate", lambda *_: asked.append("calibrate"))
    monkeypatch.setattr(Engine, "_inner", lambda *_: asked.append("origins before the last") or iter(()))
    panel, parents = tree_panel
    tree_fitted.update(later(panel), parents).predict(2022)
    assert asked == []


def test_a_parent_that_the_panel_lacks_is_named(tree_fitted, tree_panel):
    panel, parents = tree_panel
    newer = tree_fitted.update
    with pytest.raises(PanelError, match="'kg/red', the parent of 'kg/red/a', is not in the panel"):
        newer(panel[panel["unique_id"] != "kg/red"], parents)


def test_parents_want_the_bound_that_proportions_want(mixed_panel):
    signed = fit(mixed_panel, ForecastSpec(learners=(), lower=None, origins=3))
    with pytest.raises(ValueError, match="lower=0"):
        signed.update(mixed_panel, {"s00": "s01"})
