import math

import pytest

from viticast.contracts.columns import VERDICTS
from viticast.monitoring.verdicts import SEVERITY, Verdict, bounded, verdict_frame, worst


def verdict(status, name="rule"):
    return Verdict(name, "subject", status, "in words")


@pytest.mark.parametrize(
    ("observed", "status", "detail"),
    [(0.5, "ok", None), (1.0, "ok", None), (1.01, "retrain", "why"), (math.nan, "retrain", "why")],
)
def test_a_bound_holds_up_to_itself_and_never_for_a_number_that_is_not_one(observed, status, detail):
    found = bounded("rule", "subject", observed, 1.0, "at most 1", otherwise="retrain", detail="why")
    assert (found.verdict, found.detail) == (status, detail)


def test_a_broken_bound_asks_for_a_look_unless_told_otherwise():
    assert bounded("rule", "subject", 2.0, 1.0, "at most 1").verdict == "watch"


def test_the_worst_stands_first():
    frame = verdict_frame([verdict(status) for status in ("skipped", "ok", "watch", "retrain", "stop")])
    assert frame["verdict"].tolist() == ["stop", "retrain", "watch", "ok", "skipped"]
    assert frame[["observed", "threshold"]].dtypes.unique().tolist() == ["float64"]


def test_equal_verdicts_stand_in_the_order_of_their_rules():
    frame = verdict_frame([verdict("ok", "b"), verdict("ok", "a")])
    assert frame["check_name"].tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (["ok", "watch", "skipped"], "watch"),
        (["watch", "stop", "retrain"], "stop"),
        (["ok", "retrain", "watch"], "retrain"),
        (["ok", "skipped"], "ok"),
        (["skipped"], "ok"),
    ],
)
def test_a_table_is_as_bad_as_its_worst_verdict(statuses, expected):
    assert worst(verdict_frame(map(verdict, statuses))) == expected


def test_severities_are_those_of_the_contract():
    assert set(SEVERITY) == set(VERDICTS)
