import numpy as np
import pandas as pd
import pytest
from utilsforecast import losses as reference

from viticast.forecasting import losses


@pytest.fixture(scope="module")
def scored():
    """Forecasts of six series with an interval, and their training part."""
    random = np.random.default_rng(5)
    train = pd.DataFrame(
        [
            (f"s{i}", year, value)
            for i in range(6)
            for year, value in zip(range(20), random.gamma(2, 10, 20), strict=True)
        ],
        columns=["unique_id", "ds", "y"],
    )
    test = pd.DataFrame(
        [(f"s{i}", 20 + h, h + 1) for i in range(6) for h in range(4)], columns=["unique_id", "ds", "horizon"]
    )
    test["y"], test["yhat"] = random.gamma(2, 10, 24), random.gamma(2, 10, 24)
    for level, half in ((80, 12.0), (95, 18.0)):
        test[f"lo{level}"], test[f"hi{level}"] = test["yhat"] - half, test["yhat"] + half
    scale = train.groupby("unique_id")["y"].apply(lambda y: y.diff().abs().mean()).rename("scale")
    return train, test.join(scale, on="unique_id").assign(method="viticast", origin=19)


def test_losses_are_those_of_utilsforecast(scored):
    train, test = scored
    ours = losses(test).iloc[0]
    plain = test[["unique_id", "ds", "y", "yhat", "lo80", "hi80", "lo95", "hi95"]]
    mase = reference.mase(plain, models=["yhat"], seasonality=1, train_df=train)["yhat"]
    assert ours["capped_mase"] == pytest.approx(mase.clip(upper=10).mean())
    assert ours["smape"] == pytest.approx(200 * reference.smape(plain, models=["yhat"])["yhat"].mean())
    for level in (80, 95):
        named = plain.rename(columns={f"lo{level}": f"yhat-lo-{level}", f"hi{level}": f"yhat-hi-{level}"})
        coverage = reference.coverage(named, models=["yhat"], level=level)["yhat"].mean()
        assert ours[f"coverage{level}"] == pytest.approx(coverage)
        winkler = reference.winkler_score(named, models=["yhat"], level=level).set_index("unique_id")["yhat"]
        scale = test.groupby("unique_id")["scale"].first()
        assert ours[f"msis{level}"] == pytest.approx((winkler / scale).mean())


def test_errors_in_units_and_root_mean_squares_are_those_of_utilsforecast(scored):
    train, test = scored
    plain = test[["unique_id", "ds", "y", "yhat"]]
    whole = plain.assign(unique_id="all")
    root = train.groupby("unique_id")["y"].apply(lambda y: np.sqrt((y.diff() ** 2).mean())).rename("scale_rms")
    ours = losses(test.join(root, on="unique_id")).iloc[0]
    assert ours["mae"] == pytest.approx(reference.mae(whole, models=["yhat"])["yhat"].iloc[0])
    assert ours["rmse"] == pytest.approx(reference.rmse(whole, models=["yhat"])["yhat"].iloc[0])
    rmsse = reference.rmsse(plain, models=["yhat"], seasonality=1, train_df=train)["yhat"]
    assert ours["rmsse"] == pytest.approx(rmsse.clip(upper=10).mean())


def test_wql_is_the_scaled_quantile_loss_of_bounds_and_middle(scored):
    _, test = scored
    quantiles = {0.025: "lo95", 0.1: "lo80", 0.5: "yhat", 0.9: "hi80", 0.975: "hi95"}
    whole = test.assign(unique_id="all")
    parts = [
        reference.quantile_loss(whole, models={"q": name}, q=q)["q"].iloc[0] * len(whole)
        for q, name in quantiles.items()
    ]
    assert losses(test)["wql"].iloc[0] == pytest.approx(2 * np.mean(parts) / test["y"].abs().sum())


def test_owa_is_relative_to_naive_on_the_same_rows(scored):
    _, test = scored
    naive = test.assign(method="naive", yhat=test["yhat"] + 3)
    table = losses(pd.concat([test, naive])).set_index("method")
    ratios = [table.loc["viticast", name] / table.loc["naive", name] for name in ("smape", "capped_mase")]
    assert table.loc["viticast", "owa"] == pytest.approx(np.mean(ratios))
    assert table.loc["naive", "owa"] == pytest.approx(1)
    fewer = losses(pd.concat([test.iloc[1:], naive]), by=["horizon", "method"]).set_index(["horizon", "method"])["owa"]
    assert np.isnan(fewer[(1, "viticast")])
    assert fewer[(2, "viticast")] > 0
    assert np.isnan(losses(test)["owa"].iloc[0])


def test_wape_is_that_of_utilsforecast_over_the_whole(scored):
    _, test = scored
    whole = test.assign(unique_id="all")
    assert losses(test)["wape"].iloc[0] == pytest.approx(reference.nd(whole, models=["yhat"])["yhat"].iloc[0])


def test_a_series_that_explodes_counts_ten():
    frame = pd.DataFrame(
        {"unique_id": ["a", "b"], "method": "m", "origin": 1, "y": [0.0, 1.0], "yhat": [1e9, 2.0], "scale": [1.0, 1.0]}
    )
    assert losses(frame)["capped_mase"].iloc[0] == pytest.approx((10 + 1) / 2)


def test_a_series_without_a_scale_is_left_out_of_mase_only():
    frame = pd.DataFrame(
        {"unique_id": ["a", "b"], "method": "m", "origin": 1, "y": [5.0, 1.0], "yhat": [6.0, 2.0], "scale": [0.0, 1.0]}
    )
    row = losses(frame).iloc[0]
    assert row["capped_mase"] == 1
    assert row["n"] == 2
    assert row["wape"] == pytest.approx(2 / 6)
    assert np.isnan(row["coverage95"])


def test_losses_are_given_for_each_group(scored):
    _, test = scored
    table = losses(test, by=["method", "horizon"])
    assert table["horizon"].tolist() == [1, 2, 3, 4]
    assert (table["n"] == 6).all()


@pytest.mark.parametrize("by", ["method", 1, ()])
def test_columns_to_group_by_are_a_sequence(scored, by):
    with pytest.raises(ValueError, match=r'by is .*; give a sequence of columns, e\.g\. by=\("method",\)'):
        losses(scored[1], by=by)


def test_a_column_to_group_by_that_is_not_there_is_named(scored):
    with pytest.raises(ValueError, match="no column 'series' to group by; it has unique_id, "):
        losses(scored[1], by=("method", "series"))
