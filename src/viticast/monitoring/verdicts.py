"""A verdict: one rule, applied to one subject, with the numbers behind it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

import pandas as pd

Status = Literal["ok", "watch", "retrain", "stop", "skipped"]
SEVERITY: tuple[Status, ...] = ("stop", "retrain", "watch", "ok", "skipped")
"""The worst first."""


@dataclass(frozen=True)
class Verdict:
    """The outcome of one rule.

    Attributes:
        check_name: Name of the rule.
        subject: What it was applied to.
        verdict: ok, watch, retrain, stop or skipped.
        rule: The rule in words, with its bound.
        observed: The number that was looked at.
        threshold: Its bound.
        detail: What to look at, or why the check was skipped.
    """

    check_name: str
    subject: str
    verdict: Status
    rule: str
    observed: float | None = None
    threshold: float | None = None
    detail: str | None = None


def bounded(
    check_name: str,
    subject: str,
    observed: float,
    threshold: float,
    rule: str,
    otherwise: Status = "watch",
    detail: str | None = None,
) -> Verdict:
    """A rule of the form `observed <= threshold`; a number that cannot be computed is worth a look."""
    kept = observed <= threshold
    status: Status = "ok" if kept else otherwise
    return Verdict(check_name, subject, status, rule, observed, threshold, None if kept else detail)


def between_two(
    check_name: str,
    subject: str,
    observed: float,
    bounds: tuple[float, float],
    rule: str,
    detail: str | None = None,
) -> Verdict:
    """A rule with two bounds: beyond the first it asks for a look, beyond the second it stops.

    Args:
        check_name: Name of the rule.
        subject: What it is applied to.
        observed: The number that was looked at.
        bounds: What is watched, and what stops.
        rule: The rule in words, with its bounds.
        detail: What to look at.
    """
    watched, stops = bounds
    if observed > stops:
        return Verdict(check_name, subject, "stop", rule, observed, stops, detail)
    return Verdict(check_name, subject, "watch" if observed > watched else "ok", rule, observed, watched, detail)


def verdict_frame(verdicts: Iterable[Verdict]) -> pd.DataFrame:
    """check_name, subject, verdict, observed, threshold, rule, detail: the worst first."""
    columns = ["check_name", "subject", "verdict", "observed", "threshold", "rule", "detail"]
    frame = pd.DataFrame([asdict(verdict) for verdict in verdicts], columns=columns)
    rank = frame["verdict"].map(SEVERITY.index)
    frame = frame.assign(rank=rank).sort_values(["rank", "check_name", "subject"], ignore_index=True)
    texts = dict.fromkeys(("check_name", "subject", "verdict", "rule", "detail"), "str")
    return frame[columns].astype({**texts, "observed": "float64", "threshold": "float64"})


def worst(frame: pd.DataFrame) -> Status:
    """The worst verdict of a table; `ok` if every check was skipped."""
    found = set(frame["verdict"])
    for status in SEVERITY[:4]:
        if status in found:
            return status
    return "ok"
