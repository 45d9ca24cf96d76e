"""Each rule of the contract of scores rejects a row that breaks it."""

import pytest

from viticast.contracts.scores import LARGEST_SCORE, Scores

GOOD = {
    "snapshot_id": "0123456789abcdef",
    "model_key": "fedcba9876543210",
    "source": "sample",
    "is_synthetic": True,
    "forecast_snapshot_id": "0" * 16,
    "forecast_model_key": "fedcba9876543210",
    "series_id": "exportacao_kg/exp_vinho/paraguai",
    "table_name": "ExpVinho",
    "level": "leaf",
    "year": 2024,
    "horizon": 1,
    "series_class": "regular",
    "y": 3.5,
    "lo95": 1.0,
    "lo80": 2.0,
    "yhat": 3.0,
    "hi80": 4.0,
    "hi95": 5.0,
    "naive": 2.5,
    "scale": 0.5,
    "score": 0.25,
    "p_value": 0.4,
}


def test_what_may_be_unknown_may_be_null(accept):
    accept(
        Scores, GOOD, GOOD | {"year": 2025, "horizon": 2} | dict.fromkeys(["table_name", "naive", "scale", "p_value"])
    )


@pytest.mark.parametrize("score", [-LARGEST_SCORE, 0.0, LARGEST_SCORE])
def test_a_score_reaches_to_the_largest_on_either_side(accept, score):
    accept(Scores, GOOD | {"score": score, "y": {-1: 2.5, 0: 3.0, 1: 3.5}[(score > 0) - (score < 0)]})


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *((name, bad) for name in ("snapshot_id", "forecast_snapshot_id") for bad in ("not a hash", None)),
        *((name, bad) for name in ("model_key", "forecast_model_key") for bad in ("0" * 15, None)),
        ("source", "ibge"),
        ("is_synthetic", "yes"),
        ("series_id", "a//b"),
        ("series_id", None),
        ("table_name", 1),
        ("level", "country"),
        ("year", 1969),
        ("year", 2101),
        ("horizon", 0),
        ("series_class", "steady"),
        *((name, -0.1) for name in ("y", "yhat", "lo80", "hi80", "lo95", "hi95", "naive", "scale")),
        *((name, None) for name in ("y", "yhat", "lo80", "hi80", "lo95", "hi95", "score")),
        ("score", LARGEST_SCORE + 1),
        ("score", -LARGEST_SCORE - 1),
        ("p_value", 0.0),
        ("p_value", 1.1),
    ],
)
def test_a_value_that_cannot_be_is_refused(rejects, column, value):
    assert column in rejects(Scores, [GOOD | {column: value}])


@pytest.mark.parametrize("column", GOOD)
def test_a_missing_column_is_refused(accept, rejects, column):
    assert column in rejects(Scores, accept(Scores, GOOD).drop(columns=column))


def test_an_unknown_column_is_refused(accept, rejects):
    assert "colour" in rejects(Scores, accept(Scores, GOOD).assign(colour="red"))


@pytest.mark.parametrize(
    ("rows", "rule"),
    [
        ([{"forecast_snapshot_id": GOOD["snapshot_id"]}], "a forecast is of another snapshot than the figures"),
        ([{"lo80": 0.5}], "lo95 <= lo80 <= yhat <= hi80 <= hi95"),
        ([{"hi95": 3.5}], "lo95 <= lo80 <= yhat <= hi80 <= hi95"),
        ([{"score": -0.25}], "score has the sign of y - yhat"),
        ([{"score": 0.0}], "score has the sign of y - yhat"),
        ([{}, {"horizon": 2}], "a forecast of a series and year is scored once"),
    ],
)
def test_rows_keep_to_the_rules_of_the_table(rejects, rows, rule):
    assert rule in rejects(Scores, [GOOD | row for row in rows])


@pytest.mark.parametrize(
    "change",
    [{"year": 2025}, {"series_id": "a/b"}, {"forecast_snapshot_id": "1" * 16}, {"forecast_model_key": "1" * 16}],
)
def test_rows_that_differ_in_their_key_may_stand_together(accept, change):
    assert len(accept(Scores, GOOD, GOOD | change)) == 2
