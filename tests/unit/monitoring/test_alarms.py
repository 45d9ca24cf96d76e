import pandas as pd
import pytest
from tests.unit.monitoring.simulated_vintages import BEFORE, BOUNDS, FIRST_YEAR, IDENTITY, LAST, MODEL, simulate

from viticast.monitoring.alarms import NAMES, AlarmParams, check_earlier
from viticast.monitoring.alarms_statistics import newest
from viticast.monitoring.scoring import score_earlier
from viticast.monitoring.verdicts import verdict_frame

FIRST_NEW = FIRST_YEAR + LAST + 1


@pytest.fixture(scope="module")
def vintage():
    return simulate(0)


@pytest.fixture(scope="module")
def overconfident(vintage):
    def shrink(frame):
        return frame.assign(**{name: frame["yhat"] + (frame[name] - frame["yhat"]) / 10 for name in BOUNDS})

    return vintage.with_forecasts(shrink)


def scores_of(vintage, forecasts=None, backtests=None):
    known = vintage.forecasts if forecasts is None else forecasts
    return score_earlier(
        known, vintage.panel, vintage.backtests if backtests is None else backtests, vintage.series, IDENTITY
    )


def verdicts(vintage, scores=None, **kwargs):
    scores = scores_of(vintage) if scores is None else scores
    backtests = kwargs.pop("backtests", vintage.backtests)
    return verdict_frame(check_earlier(scores, backtests, vintage.series, **kwargs))


def test_forecasts_as_good_as_their_backtest_are_in_order(vintage):
    found = verdicts(vintage, in_use=MODEL)
    assert set(found["verdict"]) == {"ok"}
    assert set(found["check_name"]) == set(NAMES)
    assert found["rule"].str.contains("5% of clean runs raise any alarm").all()
    assert found[["observed", "threshold", "detail"]].notna().all(axis=None)


def test_without_earlier_forecasts_every_rule_is_skipped_with_the_reason(vintage):
    found = verdicts(vintage, scores_of(vintage).head(0))
    assert sorted(found["check_name"]) == sorted(NAMES)
    assert set(found["verdict"]) == {"skipped"}
    assert found["detail"].str.contains("no year that was forecast").all()


@pytest.mark.parametrize(("in_use", "status"), [(MODEL, "retrain"), ("3" * 16, "watch"), (None, "watch")])
def test_training_answers_an_alarm_of_the_model_in_use_alone(overconfident, in_use, status):
    found = verdicts(overconfident, in_use=in_use)
    coverage = found[
        found["check_name"].str.startswith("earlier_coverage") & found["subject"].str.startswith(str(FIRST_NEW))
    ]
    assert coverage["verdict"].tolist() == [status] * 2
    assert (coverage["observed"] < coverage["threshold"]).all()
    assert coverage["detail"].str.contains(f"by model {MODEL} from snapshot {BEFORE}").all()


def test_a_higher_rate_has_tighter_bounds(vintage):
    def bounds(rate):
        found = verdicts(vintage, params=AlarmParams(false_alarm_rate=rate))
        return found.set_index(["check_name", "subject"])["threshold"].loc["earlier_error"]

    assert (bounds(0.2) < bounds(0.05)).all()


@pytest.mark.parametrize(
    "bad", [{"false_alarm_rate": 0.0}, {"false_alarm_rate": 1.0}, {"fewest_origins": 2}, {"rate": 0.1}]
)
def test_parameters_that_make_no_sense_are_refused(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        AlarmParams(**bad)


def test_a_backtest_of_too_few_origins_foretells_nothing(vintage):
    few = vintage.backtests[vintage.backtests["origin"] >= vintage.backtests["origin"].max() - 2]
    found = verdicts(vintage, backtests=few).set_index("check_name")
    years = found.drop(index="earlier_series")
    assert set(years["verdict"]) == {"skipped"}
    assert years["detail"].str.contains("fewer than 4 origins").all()


def test_a_model_whose_backtest_is_not_there_is_judged_by_no_other(vintage):
    other = vintage.backtests.assign(model_key="3" * 16)
    found = verdicts(vintage, scores_of(vintage, backtests=other), backtests=other)
    assert set(found["verdict"]) == {"skipped"}


def test_series_that_missed_are_told_by_table(vintage):
    def raise_two(values):
        values.loc[["flow/t1/s01", "flow/t1/s02"], FIRST_NEW] *= 1000
        return values

    found = verdicts(vintage.with_news(raise_two))
    missed = found[(found["check_name"] == "earlier_series") & (found["subject"] == "T1")]
    assert missed["verdict"].tolist() == ["watch"]
    assert missed["observed"].item() > missed["threshold"].item()
    assert "flow/t1/s0" in missed["detail"].item()


def earlier(*rows):
    names = ["forecast_snapshot_id", "forecast_model_key", "series_id", "year", "horizon"]
    return pd.DataFrame(rows, columns=names)


def kept(scores):
    return sorted(newest(scores)[["forecast_snapshot_id", "series_id", "year"]].itertuples(index=False, name=None))


def test_the_forecast_that_knew_most_of_a_series_is_judged():
    scores = earlier(
        ("old", "m", "a", 2022, 1), ("old", "m", "a", 2023, 2), ("new", "m", "a", 2023, 1), ("old", "m", "b", 2022, 1)
    )
    assert kept(scores) == [("new", "a", 2023), ("old", "b", 2022)]


def test_of_forecasts_that_knew_as_much_the_one_with_least_left_is_judged():
    """Between the two snapshots another table was refreshed."""
    scores = earlier(("old", "m", "a", 2023, 1), ("old", "m", "b", 2023, 1), ("new", "m", "a", 2023, 1))
    assert kept(scores) == [("new", "a", 2023), ("old", "b", 2023)]


def test_forecasts_of_two_models_from_one_snapshot_are_both_judged():
    scores = earlier(("one", "m", "a", 2023, 1), ("one", "n", "a", 2023, 1))
    assert len(newest(scores)) == 2
