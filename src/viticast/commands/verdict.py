"""`kedro verdict`: print what monitoring decided, and end with a status that a scheduler can branch on."""

from typing import Any

import click
from kedro.io import DatasetError

from viticast.commands.plain import PlainErrors
from viticast.commands.project import configuration
from viticast.contracts.columns import SOURCES
from viticast.contracts.decision import Decision, Reason
from viticast.contracts.receipts import FeatureReceipt, Receipt
from viticast.datasets.receipt import REMEDY, ReceiptDataset, read_receipt
from viticast.monitoring.decision import StaleDecisionError, require_current

NO_DECISION = 2
"""Exit status where there is none that can be relied on; click's own errors end with it as well, or with 1."""


class NoDecisionError(click.ClickException):
    """There is no decision of the current figures and model."""

    exit_code = NO_DECISION


@click.command(
    name="verdict",
    cls=PlainErrors,
    epilog="Exit status: 0 ok, 10 watch, 20 retrain, 30 stop; 2 if there is no decision, or it is damaged, or not of "
    "the current figures and model; 1 for any other error.",
)
@click.option("--source", type=click.Choice(SOURCES), help="Whose decision; that of the configured source without it.")
@click.option("--env", "-e", help="Configuration environment; local without it.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Output."
)
def verdict(source: str | None, env: str | None, form: str) -> None:
    """Say what monitoring decided of the current forecasts, why, and what to do.

    The status with which it ends is the decision, so that a scheduler can branch on it.
    """
    decision, path = current_decision(source, env)
    click.echo(decision.model_dump_json(indent=2) if form == "json" else decision_text(decision, path))
    raise SystemExit(decision.exit_status)


def current_decision(source: str | None, env: str | None) -> tuple[Decision, str]:
    """The decision on the current forecasts, and where it lies.

    Args:
        source: sample, embrapa, api or database; the configured one without it.
        env: Folder of conf that overrides `base`; `local` without it.

    Raises:
        NoDecisionError: There is none, it is damaged, or it is not of the current figures and model.
    """
    catalog = configuration(source, env)["catalog"]
    path = str(catalog["decision"]["dataset"]["filepath"])
    try:
        decision = Decision.model_validate(_read(path, Decision))
        identity = _identity(str(catalog["forecasts"]["current"]["filepath"]))
        panel = str(_read(str(catalog["feature_receipt"]["filepath"]), FeatureReceipt)["panel_sha256"])
        require_current(decision.model_dump(), identity, panel)
    except (DatasetError, StaleDecisionError) as error:
        raise NoDecisionError(f"no decision: {error}") from error
    return decision, path


def decision_text(decision: Decision, path: str) -> str:
    """The decision, its reasons and what to do, for a reader."""
    note = "  SYNTHETIC figures, they say nothing about Brazil" if decision.is_synthetic else ""
    head = [
        f"{decision.decision} (exit status {decision.exit_status}): source {decision.source}, snapshot "
        f"{decision.snapshot_id}, model {decision.model_key}{note}"
    ]
    reasons = [line for reason in decision.reasons for line in _reason(reason)] or ["Every rule holds."]
    todo = ["What to do:", *(f"  {command}" for command in decision.what_to_do)] if decision.what_to_do else []
    return "\n".join([*head, "", *reasons, *(["", *todo] if todo else []), "", f"({path})"])


def _reason(reason: Reason) -> list[str]:
    numbers = "" if reason.observed is None else f" [{reason.observed:.4g}"
    if numbers:
        numbers += "]" if reason.threshold is None else f", bound {reason.threshold:.4g}]"
    first = f"{reason.verdict}: {reason.check_name}, {reason.subject}{numbers}: {reason.rule}"
    return [first, *([f"  {reason.detail}"] if reason.detail else [])]


def _identity(filepath: str) -> dict[str, Any]:
    """The receipt that says of which snapshot and model the current forecasts are."""
    receipt = read_receipt(filepath)
    if missing := [name for name in ("snapshot_id", "model_key", "panel_sha256") if name not in receipt]:
        raise DatasetError(f"{filepath} is incomplete: it has no {', '.join(missing)}. {REMEDY}")
    return receipt


def _read(filepath: str, contract: type[Receipt]) -> dict[str, Any]:
    """A receipt that keeps its contract."""
    return ReceiptDataset(filepath=filepath, contract=f"{contract.__module__}.{contract.__name__}").load()
