import math

import pandas as pd
import pytest

from viticast.contracts.scores import LARGEST_SCORE, Scores
from viticast.monitoring.scoring import interval_score, score_earlier

NOW, BEFORE, MODEL, OLD_MODEL = "b" * 16, "a" * 16, "2" * 16, "1" * 16
IDENTITY = {"snapshot_id": NOW, "model_key": MODEL, "source": "sample", "is_synthetic": True}
INTERVAL = {"lo95": 2.0, "lo80": 4.0, "yhat": 6.0, "hi80": 8.0, "hi95": 14.0}
SERIES = pd.DataFrame(
    [("a", None, "flow"), ("a/x", "T", "leaf"), ("a/y", "T", "leaf")], columns=["series_id", "table_name", "level"]
)


def forecasts(*rows, snapshot=BEFORE, model=OLD_MODEL):
    frame = pd.DataFrame(rows, columns=["series_id", "year", "horizon"])
    stamp = {"snapshot_id": snapshot, "model_key": model, "source": "sample", "is_synthetic": True}
    return frame.assign(series_class="regular", **INTERVAL, **stamp)


def panel(**values):
    rows = [(name.replace("_", "/"), year, value) for name, row in values.items() for year, value in row.items()]
    return pd.DataFrame(rows, columns=["series_id", "year", "value"]).astype({"value": "float64"})


def backtests(*scores, model=OLD_MODEL, series_class="regular", horizon=1):
    """Rows whose errors are as many half intervals above the forecast."""
    rows = [
        {"series_id": "a/y", "origin": 1990 + n, "year": 1991 + n, "y": 6.0 + 8.0 * score}
        for n, score in enumerate(scores)
    ]
    frame = pd.DataFrame(rows).assign(model_key=model, method="viticast", series_class=series_class, horizon=horizon)
    return frame.assign(scale=1.0, **INTERVAL)


def score(frame, figures, past=None):
    past = backtests(0.1, 0.2, 0.4) if past is None else past
    return score_earlier(frame, figures, past, SERIES, IDENTITY)


HISTORY = {2019: 1, 2020: 2, 2021: 4}


def test_a_forecast_stands_beside_its_figure_with_what_was_known_before():
    scores = score(forecasts(("a/x", 2022, 1)), panel(a_x=HISTORY | {2022: 10}))
    Scores.validate(scores, lazy=True)
    row = scores.iloc[0]
    assert (row["y"], row["naive"], row["scale"], row["table_name"], row["level"]) == (10, 4, 1.5, "T", "leaf")
    assert (row["snapshot_id"], row["model_key"]) == (NOW, MODEL)
    assert (row["forecast_snapshot_id"], row["forecast_model_key"]) == (BEFORE, OLD_MODEL)
    assert row["score"] == 4 / 8
    assert row["p_value"] == 1 / 4


def test_naive_and_scale_know_nothing_after_the_origin():
    figures = panel(a_x=HISTORY | {2022: 10, 2023: 100})
    scores = score(forecasts(("a/x", 2023, 2)), figures)
    assert (scores["naive"].item(), scores["scale"].item()) == (4, 1.5)


def test_a_mark_before_the_origin_is_passed_over():
    scores = score(forecasts(("a/x", 2022, 1)), panel(a_x={2019: 1, 2020: 2, 2021: math.nan, 2022: 10}))
    assert (scores["naive"].item(), scores["scale"].item()) == (2, 1)


@pytest.mark.parametrize(
    "figures", [{}, {2022: math.nan}, {2023: 5}], ids=["not published", "published as a mark", "another year"]
)
def test_a_year_without_a_figure_is_not_scored(figures):
    scores = score(forecasts(("a/x", 2022, 1)), panel(a_x=HISTORY | figures))
    assert scores.empty
    Scores.validate(scores, lazy=True)


def test_without_earlier_forecasts_there_is_an_empty_table_that_keeps_the_contract():
    scores = score(forecasts(("a/x", 2022, 1)).head(0), panel(a_x=HISTORY))
    assert scores.empty
    Scores.validate(scores, lazy=True)


def test_a_series_that_the_current_snapshot_does_not_know_is_not_scored():
    assert score(forecasts(("a/z", 2022, 1)), panel(a_x=HISTORY)).empty


@pytest.mark.parametrize(
    ("y", "scale", "expected"),
    [
        (6.0, 1.0, 0.0),
        (14.0, 1.0, 1.0),
        (10.0, 1.0, 0.5),
        (2.0, 1.0, -1.0),
        (0.0, 1.0, -1.5),
        (10.0, 16.0, 0.25),
        (10.0, math.nan, 0.5),
    ],
)
def test_a_score_is_the_error_over_the_half_interval_on_its_side_or_the_usual_change(y, scale, expected):
    assert interval_score(pd.DataFrame([INTERVAL | {"y": y, "scale": scale}])).item() == expected


@pytest.mark.parametrize(("y", "expected"), [(7.0, LARGEST_SCORE), (5.0, -LARGEST_SCORE), (6.0, 0.0)])
def test_an_interval_without_width_gives_the_largest_score_and_not_more(y, expected):
    flat = dict.fromkeys(INTERVAL, 6.0) | {"y": y, "scale": 0.0}
    assert interval_score(pd.DataFrame([flat])).item() == expected


@pytest.mark.parametrize(
    "past",
    [
        backtests(0.1, model=MODEL),
        backtests(0.1, series_class="short"),
        backtests(0.1, horizon=2),
        backtests(0.1).assign(method="naive"),
    ],
    ids=["another model", "another class", "another horizon", "another method"],
)
def test_without_errors_of_its_kind_a_score_has_no_p_value(past):
    scores = score(forecasts(("a/x", 2022, 1)), panel(a_x=HISTORY | {2022: 10}), past)
    assert scores["p_value"].isna().all()
    Scores.validate(scores, lazy=True)


def test_series_above_the_leaves_are_a_pool_of_their_own():
    figures = panel(a=HISTORY | {2022: 10}, a_x=HISTORY | {2022: 10})
    scores = score(forecasts(("a", 2022, 1), ("a/x", 2022, 1)), figures).set_index("series_id")
    assert math.isnan(scores.loc["a", "p_value"])
    assert scores.loc["a/x", "p_value"] == 1 / 4
    assert pd.isna(scores.loc["a", "table_name"])


def test_every_earlier_forecast_of_a_year_is_scored():
    two = pd.concat([forecasts(("a/x", 2022, 1)), forecasts(("a/x", 2022, 2), snapshot="c" * 16)], ignore_index=True)
    scores = score(two, panel(a_x=HISTORY | {2022: 10}))
    assert scores["forecast_snapshot_id"].tolist() == [BEFORE, "c" * 16]
    assert scores["naive"].tolist() == [4, 2]
