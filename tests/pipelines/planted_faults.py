"""Faults planted into a newer vintage of the sample: what ingestion says, and what follows once it is let in."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from tests.pipelines.project_runs import keep_tables, make_project, run

from viticast.panel.ledger import LedgerError

TABLES = ["Producao", "ExpVinho", "ImpSuco"]
TO_THE_PANEL = ["ingestion", "cataloging", "feature"]
UP_TO = ["monitoring.judge_figures", "monitoring.report_summary", "monitoring.report_drift"]
VERDICTS = ("figure_verdicts", "summary_verdict", "drift_verdict")

Lines = list[list[str]]


@dataclass
class Outcome:
    """What became of a fault.

    Attributes:
        refused_by: Rules of the vetting that refused the file; none if it was taken in.
        lost: What the ledger says is lost, once the file is accepted.
        verdicts: check_name, subject -> verdict of the rules that are not ok, once losses are accepted too.
    """

    refused_by: set[str] = field(default_factory=set)
    lost: str | None = None
    verdicts: dict[tuple[str, str], str] = field(default_factory=dict)

    def of(self, check_name: str) -> set[str]:
        """The verdicts of a rule."""
        return {verdict for (name, _), verdict in self.verdicts.items() if name == check_name}

    @property
    def worst(self) -> str:
        """The gravest verdict."""
        return next((one for one in ("stop", "retrain", "watch") if one in self.verdicts.values()), "ok")


def plant(folder: Path, root: Path, table: str, change: Callable[[Lines], Lines]) -> Outcome:
    """Ingests the older vintage, then the newer one with a fault in a table; a refused file is then accepted by hand.

    Args:
        folder: Where the project is made.
        root: The project to copy the configuration from.
        table: The table that is changed.
        change: Gets the fields of each line, header first.
    """
    project = make_project(folder, root)
    keep_tables(project, TABLES)
    sample = project / "data" / "00_sample"
    _run(project, TO_THE_PANEL, _incoming(project, sample / "2024-04"))
    newer = _incoming(project, sample / "2025-04")
    _change(newer / f"{table}.csv", change)
    outcome = Outcome()
    _run(project, ["ingestion"], newer, allow_partial=True)
    outcome.refused_by = _accept(project, table)
    _run(project, ["ingestion", "cataloging"], newer)
    try:
        _run(project, ["feature"], newer)
    except LedgerError as error:
        outcome.lost = str(error)
        _run(project, ["feature"], newer, feature={"ledger": {"accept": table}})
    judged = run(project, pipelines=["monitoring"], to_nodes=UP_TO, source="sample", source_url=str(newer))
    found = [verdict for name in VERDICTS for verdict in judged[name].load()]
    outcome.verdicts = {
        (one.check_name, one.subject): one.verdict for one in found if one.verdict not in {"ok", "skipped"}
    }
    return outcome


def _incoming(project: Path, vintage: Path) -> Path:
    """A folder with the tables that the project has, under the vintage's name."""
    target = project / "data" / "incoming" / vintage.name
    shutil.copytree(vintage, target)
    for path in target.glob("*.csv"):
        if path.stem not in TABLES:
            path.unlink()
    return target


def _change(path: Path, change: Callable[[Lines], Lines]) -> None:
    text = path.read_text(encoding="utf-8")
    mark = ";" if ";" in text.split("\n")[0] else "\t"
    lines = [line.split(mark) for line in text.removesuffix("\n").split("\n")]
    changed = change([list(line) for line in lines])
    assert changed != lines, "the fault changes nothing"
    path.write_text("\n".join([*(mark.join(line) for line in changed), ""]), encoding="utf-8")


def _accept(project: Path, table: str) -> set[str]:
    """Accepts all that the last run refused, as a person would; the rules that refused it."""
    files = (project / "data" / "sample" / "02_lake" / "findings").rglob("*.parquet")
    found = pd.concat([pd.read_parquet(path).assign(path=path.as_posix()) for path in files])
    refusals = found[found["outcome"] == "refusal"]
    rules = set(refusals["rule"])
    entries = [
        {"table": table, "rule": rule, "last_year": _last_year(table), "raw_sha256": sha, "reason": "It is meant."}
        for sha, rule in {
            (path.split("raw_sha256=")[1][:64], rule)
            for path, rule in zip(refusals["path"], refusals["rule"], strict=True)
        }
    ]
    declared = project / "conf" / "base" / "expectations_sample.yml"
    content = yaml.safe_load(declared.read_text(encoding="utf-8"))
    declared.write_text(yaml.safe_dump({**content, "accepted": entries}, allow_unicode=True), encoding="utf-8")
    return rules


def _last_year(table: str) -> int:
    return 2023 if table == "Producao" else 2024


def _run(project: Path, pipelines: list[str], newer: Path, **parameters: Any) -> dict[str, Any]:
    return run(project, pipelines=pipelines, source="sample", source_url=str(newer), **parameters)
