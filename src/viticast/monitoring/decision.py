"""The verdict table becomes one decision, and says what to do."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from viticast.contracts.decision import EXIT_STATUS, Worth
from viticast.monitoring.verdicts import worst

_COLUMNS = ["check_name", "subject", "verdict", "rule", "observed", "threshold", "detail"]


class StaleDecisionError(ValueError):
    """The decision is of other figures or of another model than those that are current."""


def decide(verdicts: pd.DataFrame, identity: Mapping[str, Any], panel_sha256: str) -> dict[str, Any]:
    """Concludes from a verdict table.

    Args:
        verdicts: As `contracts.monitoring.MonitoringVerdicts` describes.
        identity: Says of which snapshot, model and source it is.
        panel_sha256: Hash of the panel that was judged.

    Returns:
        As `contracts.decision.Decision` describes.
    """
    status = worst(verdicts)
    decision: Worth = "ok" if status == "skipped" else status
    found = verdicts[~verdicts["verdict"].isin(["ok", "skipped"])]
    rank = found["verdict"].map(dict(EXIT_STATUS))
    ordered = found.assign(rank=-rank).sort_values(["rank", "check_name", "subject"], kind="stable")[_COLUMNS]
    reasons = ordered.astype(object).where(ordered.notna(), None).to_dict("records")
    stamp = {name: identity[name] for name in ("snapshot_id", "model_key", "source", "is_synthetic")}
    return {
        "decision": decision,
        "exit_status": EXIT_STATUS[decision],
        "reasons": reasons,
        "what_to_do": what_to_do(decision, str(identity["source"])),
        "panel_sha256": panel_sha256,
        **stamp,
    }


def is_told(decision: Mapping[str, Any], mildest: Worth) -> bool:
    """True if a decision is at least as grave as the mildest that is told."""
    return int(decision["exit_status"]) >= EXIT_STATUS[mildest]


def what_to_do(decision: Worth, source: str) -> list[str]:
    """The commands that follow from a decision, each with the reason for it."""
    params = f"--params source={source}"
    look = f"kedro verdict --source {source}   # the rules that are not ok, with their numbers"
    revised = f"kedro revisions --from YYYY-MM-DD --to YYYY-MM-DD --source {source}   # what the source changed"
    commands: dict[Worth, list[str]] = {
        "ok": [],
        "watch": [look, revised],
        "retrain": [
            f"kedro run --pipelines=modeling,monitoring {params}   # trains a challenger; the gate judges it",
            look,
        ],
        "stop": [
            "do not publish these forecasts",
            look,
            revised,
            f"kedro run {params}   # once the cause is mended: the source, a declaration, or a bound that is meant",
        ],
    }
    return commands[decision]


def require_current(decision: Mapping[str, Any], identity: Mapping[str, Any], panel_sha256: str) -> None:
    """Refuses a decision that is not of the current figures and model: a scheduler would take it for theirs.

    Args:
        decision: As `contracts.decision.Decision` describes.
        identity: What the current forecasts are of.
        panel_sha256: Hash of the current panel.

    Raises:
        StaleDecisionError: Says what it is of, and what is current.
    """
    judged = decision["snapshot_id"], decision["model_key"], decision["panel_sha256"]
    current = identity["snapshot_id"], identity["model_key"], panel_sha256
    if judged != current:
        params = f"--params source={decision['source']}"
        forecast = f"kedro run --tags predict {params}; then " if identity["panel_sha256"] != panel_sha256 else ""
        raise StaleDecisionError(
            f"the decision is of snapshot {judged[0]}, model {judged[1]} and panel {judged[2][:16]}; current are "
            f"{current[0]}, {current[1]} and {current[2][:16]}. {'Forecast and judge' if forecast else 'Judge'} them: "
            f"{forecast}kedro run --pipelines=monitoring {params}"
        )
