import math

import pandas as pd
import pytest

from viticast.monitoring.bounds import ModelBounds
from viticast.monitoring.model_checks import (
    StaleModelError,
    check_code,
    check_coherence,
    check_coverage,
    check_losses,
    check_registry,
    check_updated,
    require_one_model,
)

NAN = math.nan
BOUNDS = ModelBounds()


def accuracy(ours, naive, group="regular", breakdown="series_class", series_origins=500):
    rows = [
        {"method": method, "capped_mase": mase, "wape": wape}
        for method, (mase, wape) in {"viticast": ours, "naive": naive, "drift": (9.0, 9.0)}.items()
    ]
    return pd.DataFrame(rows).assign(breakdown=breakdown, group=group, series_origins=series_origins)


def statuses(verdicts):
    return [verdict.verdict for verdict in verdicts]


@pytest.mark.parametrize(
    ("ours", "naive", "expected"),
    [
        ((0.9, 0.5), (1.0, 0.6), ["ok", "ok"]),
        ((1.0, 0.6), (1.0, 0.6), ["ok", "ok"]),
        ((1.019, 0.6), (1.0, 0.6), ["ok", "ok"]),
        ((1.021, 0.6), (1.0, 0.6), ["watch", "ok"]),
        ((1.1, 0.5), (1.0, 0.6), ["watch", "ok"]),
        ((0.9, 0.7), (1.0, 0.6), ["ok", "watch"]),
        ((0.0, 0.0), (0.0, 0.0), ["ok", "ok"]),
        ((0.1, 0.1), (0.0, 0.0), ["watch", "watch"]),
        ((NAN, NAN), (NAN, NAN), ["skipped", "skipped"]),
        ((NAN, 0.5), (NAN, 0.6), ["skipped", "ok"]),
        ((NAN, 0.5), (1.0, 0.6), ["watch", "ok"]),
        ((0.9, 0.5), (NAN, 0.6), ["watch", "ok"]),
    ],
)
def test_losses_are_compared_with_those_of_naive(ours, naive, expected):
    verdicts = list(check_losses(accuracy(ours, naive), BOUNDS))
    assert [verdict.check_name for verdict in verdicts] == ["capped_mase_against_naive", "wape_against_naive"]
    assert statuses(verdicts) == expected


def test_a_loss_that_nobody_has_is_skipped_with_the_reason():
    [mase, _] = check_losses(accuracy((NAN, 0.0), (NAN, 0.0), group="empty"), BOUNDS)
    assert mase.observed is None
    assert mase.subject == "class empty"
    assert "not defined" in str(mase.detail)


def test_a_model_worse_than_naive_overall_is_to_be_trained_again():
    verdicts = list(check_losses(accuracy((1.1, 0.7), (1.0, 0.6), "all", "overall"), BOUNDS))
    assert statuses(verdicts) == ["retrain", "retrain"]
    assert verdicts[0].detail == "1.100 against 1.000"


@pytest.mark.parametrize(("series_origins", "judged"), [(99, 0), (100, 2)])
def test_a_class_of_few_series_is_not_judged(series_origins, judged):
    assert len(list(check_losses(accuracy((2, 2), (1, 1), series_origins=series_origins), BOUNDS))) == judged


def test_horizons_and_flows_are_not_judged():
    assert list(check_losses(accuracy((2, 2), (1, 1), "5", "horizon"), BOUNDS)) == []


@pytest.mark.parametrize(
    ("covered", "expected", "threshold"),
    [
        ((0.80, 0.95), ["ok", "ok"], 0.88),
        ((0.75, 0.92), ["ok", "ok"], 0.88),
        ((0.74, 0.95), ["watch", "ok"], 0.75),
        ((0.89, 0.95), ["watch", "ok"], 0.88),
        ((0.80, 0.99), ["ok", "watch"], 0.88),
        ((NAN, NAN), ["watch", "watch"], 0.88),
    ],
)
def test_intervals_hold_what_they_say(covered, expected, threshold):
    frame = accuracy((1, 1), (1, 1), "all", "overall").assign(coverage80=covered[0], coverage95=covered[1])
    verdicts = list(check_coverage(frame, BOUNDS))
    assert statuses(verdicts) == expected
    assert verdicts[0].threshold == threshold


def forecasts(**yhat):
    rows = [
        {"series_id": name.replace("__", "/"), "year": year, "yhat": value}
        for name, values in yhat.items()
        for year, value in values.items()
    ]
    return pd.DataFrame(rows).astype({"yhat": "float64"})


SERIES = pd.DataFrame({"series_id": ["a", "a/x", "a/y"], "parent_id": [None, "a", "a"]})


@pytest.mark.parametrize(
    ("total", "status"), [(30.0, "ok"), (30.0 + 1e-6, "ok"), (30.1, "stop"), (0.0, "stop"), (NAN, "stop")]
)
def test_a_forecast_is_the_sum_of_those_below_it(total, status):
    frame = forecasts(a={2025: total}, a__x={2025: 10}, a__y={2025: 20})
    assert statuses(check_coherence(frame, SERIES)) == [status]


def test_the_worst_sum_is_named():
    frame = forecasts(a={2025: 31, 2026: 60}, a__x={2025: 10, 2026: 10}, a__y={2025: 20, 2026: 20})
    [verdict] = check_coherence(frame, SERIES)
    assert verdict.detail == "a 2026: 60 against 30"


def test_a_sum_of_which_a_part_is_published_already_is_not_compared():
    frame = forecasts(a={2025: 30, 2026: 40}, a__x={2025: 10, 2026: 15}, a__y={2026: 25})
    [verdict] = check_coherence(frame, SERIES)
    assert (verdict.verdict, verdict.observed) == ("ok", 0.0)


@pytest.mark.parametrize(
    ("answer", "is_current", "status"),
    [
        ({2025: 30.0}, True, "ok"),
        ({2025: 30.1}, True, "stop"),
        ({2031: 30.0}, True, "stop"),
        ({2025: 30.0}, False, "watch"),
    ],
)
def test_the_champion_gives_the_forecasts_of_the_lake(answer, is_current, status):
    assert statuses(check_registry(forecasts(a=answer), forecasts(a={2025: 30.0}), is_current)) == [status]


def test_a_champion_that_took_newer_figures_is_not_asked_what_it_was_registered_with():
    verdict = check_updated("5" * 16)
    assert (verdict.verdict, verdict.check_name) == ("skipped", "champion_reproduces")
    assert "5" * 16 in str(verdict.detail)


@pytest.mark.parametrize(("is_other", "status"), [(False, "ok"), (True, "watch")])
def test_a_champion_of_other_code_is_looked_at(is_other, status):
    verdict = check_code(is_other)
    assert verdict.verdict == status
    assert ("train anew" in str(verdict.detail)) is is_other


def test_forecasts_are_not_judged_by_the_backtests_of_another_model():
    require_one_model({"model_key": "a"}, {"model_key": "a", "source": "api"})
    with pytest.raises(
        StaleModelError, match=r"forecasts are of model b, .* of model a, .*--tags predict .*source=api"
    ):
        require_one_model({"model_key": "a"}, {"model_key": "b", "source": "api"})
