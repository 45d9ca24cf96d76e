"""The forecasts against naive, on the real figures: printed, and held to what the project promises."""

import numpy as np
import pandas as pd
import pytest
from tests.integration.real_panel import read_real_panel

from viticast.forecasting import Backtest, ForecastSpec, losses

pytestmark = [pytest.mark.real, pytest.mark.printed]

ORIGINS = tuple(range(2014, 2019))
ENOUGH = 100


@pytest.fixture(scope="module")
def leaves_and_sums(real_vintages, registry, project_root):
    """Corrected leaves under their series ids, and the sums above them."""
    real = read_real_panel(real_vintages["2025-04"], registry, project_root / "conf" / "base")
    return real.leaves, real.sums


@pytest.fixture(scope="module")
def parents(leaves_and_sums):
    ids = pd.concat(leaves_and_sums)["series_id"].unique()
    return {name: name.rsplit("/", 1)[0] for name in ids if "/" in name}


@pytest.fixture(scope="module")
def tested(leaves_and_sums, parents):
    names = {"series_id": "unique_id", "year": "ds", "value": "y"}
    panel = pd.concat(leaves_and_sums, ignore_index=True).rename(columns=names)[["unique_id", "ds", "y"]]
    return Backtest(origins=ORIGINS).run(panel, ForecastSpec(parents=parents))


@pytest.fixture(scope="module")
def of_leaves(leaves_and_sums, tested):
    """The two methods that are compared, on the same leaves, origins and years."""
    leaves = set(leaves_and_sums[0]["series_id"])
    both = tested[tested["unique_id"].isin(leaves) & tested["method"].isin(["viticast", "naive"])]
    assert both.groupby("method").size().nunique() == 1
    return both


def show(table):
    print()
    print(table.round(4).to_string(index=False))


def test_the_forecasts_beat_naive(of_leaves):
    table = losses(of_leaves).set_index("method")
    show(table.reset_index())
    assert table.loc["viticast", "capped_mase"] < 0.94 * table.loc["naive", "capped_mase"]
    assert table.loc["viticast", "wape"] < 0.91 * table.loc["naive", "wape"]


def test_no_class_is_worse_off_than_with_naive_in_capped_mase(of_leaves):
    """In WAPE a few large series decide: the table is printed."""
    table = losses(of_leaves, by=["series_class", "method"])
    show(table)
    large = table[table["series_origins"] >= ENOUGH]
    assert set(large["series_class"]) == {"regular", "intermittent", "short", "inactive", "empty"}
    wide = large.pivot(index="series_class", columns="method", values="capped_mase").dropna()
    worse = wide[wide["viticast"] > wide["naive"] * (1 + 1e-9)]
    assert worse.empty, f"capped MASE worse than naive's:\n{worse}"


def test_intervals_hold_the_truth_as_often_as_they_say(of_leaves):
    alive = of_leaves[~of_leaves["series_class"].isin(["inactive", "empty"])]
    table = losses(alive[alive["method"] == "viticast"])
    show(table)
    assert 0.93 <= table["coverage95"].iloc[0] <= 0.97
    assert 0.77 <= table["coverage80"].iloc[0] <= 0.84


def test_totals_are_forecast_better_than_by_naive(tested):
    roots = tested[~tested["unique_id"].str.contains("/")]
    table = losses(roots[roots["method"].isin(["viticast", "naive"])]).set_index("method")
    show(table.reset_index())
    assert table.loc["viticast", "wape"] < table.loc["naive", "wape"]


def test_forecasts_add_up_at_every_level(tested, parents):
    final = tested[tested["method"] == "viticast"]
    wide = final.pivot(index=["origin", "ds"], columns="unique_id", values="yhat")
    children = pd.Series(parents).groupby(pd.Series(parents)).groups
    compared = 0
    for parent, below in children.items():
        known = wide[[*below, parent]].dropna() if parent in wide and set(below) <= set(wide) else pd.DataFrame()
        if len(known):
            np.testing.assert_allclose(known[list(below)].sum(axis=1), known[parent], rtol=1e-6, atol=1e-6)
            compared += 1
    assert compared > 20
