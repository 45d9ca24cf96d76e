import pytest
from pydantic import ValidationError

from viticast.contracts.decision import Decision
from viticast.monitoring.decision import StaleDecisionError, decide, is_told, require_current
from viticast.monitoring.verdicts import Verdict, verdict_frame

STAMP = {"snapshot_id": "0" * 16, "model_key": "1" * 16, "source": "sample", "is_synthetic": True}
PANEL = "a" * 64
IDENTITY = STAMP | {"panel_sha256": PANEL, "other": 1}


def decided(*verdicts):
    frame = verdict_frame(Verdict(f"rule_{place}", "it", verdict, "so it is") for place, verdict in enumerate(verdicts))
    return decide(frame, IDENTITY, PANEL)


@pytest.mark.parametrize(
    ("verdicts", "decision", "status"),
    [
        (["ok", "skipped"], "ok", 0),
        (["skipped"], "ok", 0),
        (["ok", "watch"], "watch", 10),
        (["watch", "retrain", "ok"], "retrain", 20),
        (["retrain", "stop", "watch"], "stop", 30),
    ],
)
def test_the_worst_verdict_decides(verdicts, decision, status):
    made = Decision.model_validate(decided(*verdicts))
    assert (made.decision, made.exit_status) == (decision, status)
    worst_first = [reason.verdict for reason in made.reasons]
    assert worst_first == sorted(worst_first, key=["stop", "retrain", "watch"].index)
    assert len(worst_first) == sum(verdict not in {"ok", "skipped"} for verdict in verdicts)
    assert bool(made.what_to_do) == (decision != "ok")


def test_numbers_that_are_missing_are_null():
    frame = verdict_frame([Verdict("one", "it", "watch", "so", 1.5), Verdict("two", "it", "watch", "so", detail="why")])
    first, second = decide(frame, IDENTITY, PANEL)["reasons"]
    assert (first["observed"], first["threshold"], first["detail"]) == (1.5, None, None)
    assert (second["observed"], second["detail"]) == (None, "why")


def test_what_to_do_names_the_source():
    assert any(
        "--pipelines=modeling,monitoring --params source=sample" in one for one in decided("retrain")["what_to_do"]
    )
    assert decided("stop")["what_to_do"][0] == "do not publish these forecasts"


@pytest.mark.parametrize(
    "change",
    [
        {"exit_status": 0},
        {"decision": "ok", "exit_status": 0},
        {"decision": "perhaps"},
        {"what_to_do": []},
        {"reasons": []},
        {"snapshot_id": "x"},
        {"model_key": "x"},
        {"panel_sha256": "x"},
        {"source": ""},
        {"more": 1},
    ],
)
def test_a_broken_decision_is_refused(change):
    good = decided("stop", "watch")
    Decision.model_validate(good)
    with pytest.raises(ValidationError):
        Decision.model_validate(good | change)


@pytest.mark.parametrize(("mildest", "told"), [("ok", "ok watch stop"), ("watch", "watch stop"), ("stop", "stop")])
def test_decisions_are_told_from_the_mildest_on(mildest, told):
    assert [one for one in ("ok", "watch", "stop") if is_told(decided(one), mildest)] == told.split()


@pytest.mark.parametrize("field", ["snapshot_id", "model_key"])
def test_a_decision_of_something_else_is_refused(field):
    made = decided("ok")
    require_current(made, IDENTITY, PANEL)
    with pytest.raises(StaleDecisionError, match="kedro run --pipelines=monitoring --params source=sample"):
        require_current(made, IDENTITY | {field: "f" * 16}, PANEL)
    with pytest.raises(StaleDecisionError, match="b" * 16):
        require_current(made, IDENTITY, "b" * 64)


def test_forecasts_of_older_figures_are_made_anew_before_they_are_judged():
    made = decided("ok")
    with pytest.raises(StaleDecisionError, match=r"--tags predict --params source=sample; then .*=monitoring"):
        require_current(made, IDENTITY, "b" * 64)
    with pytest.raises(StaleDecisionError) as caught:
        require_current(made, IDENTITY | {"model_key": "f" * 16}, PANEL)
    assert "predict" not in str(caught.value)
