"""Runs faults through the command line, and finds what is not as it must be after each of them."""

import hashlib
import json
import logging
import multiprocessing
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd
from click.testing import CliRunner, Result
from kedro.framework.startup import bootstrap_project
from tests.faults.case import Case, Outcome
from tests.faults.cases import CASES
from tests.faults.workspace import BESIDE, OLDER, TABLES, Project, Workspace

from viticast.cli import cli
from viticast.lake.writers import STALE_SUFFIX

ROOT = Path(__file__).resolve().parents[2]
RENEWED = {f"{BESIDE}/02_lake/{name}" for name in ("ingestion_receipt.json", "feature_receipt.json", "lake.duckdb")} | {
    f"{BESIDE}/02_lake/catalog_record.csv"
}
"""What says which figures are current, and so changes with them; all other files are only added."""

SET_ASIDE: dict[str, Outcome] = {
    "cell_quarantined": "quarantined cell",
    "row_quarantined": "quarantined row",
    "watch": "watch",
}


LEAVES_OUT = "TablesLeftOutError"
LEFT_OUT: dict[str, Outcome] = {"refused": "refused table", "not fetched": "table not fetched"}
"""How the error counts tables -> what became of them."""


@dataclass(frozen=True)
class Found:
    """What became of a fault.

    Attributes:
        name: The case's.
        outcome: What the run and the lake say.
        message: What a reader was told, first lines.
        wrong: What is not as it must be.
        seconds: How long the runs took.
    """

    name: str
    outcome: str
    message: str
    wrong: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class _Run:
    """One run of the command."""

    ended: Result
    records: tuple[logging.LogRecord, ...]

    @property
    def error(self) -> str:
        """What the command says at its end."""
        start = self.ended.output.find("Error: ")
        return self.ended.output[start:].strip() if start >= 0 else ""

    @property
    def notes(self) -> list[str]:
        """Warnings, and what was read by rule."""
        return [record.getMessage() for record in self.records if _is_note(record)]


def run_all(cases: Iterable[Case], workers: int = 2, tell: Callable[[Found], None] = lambda found: None) -> list[Found]:
    """Runs the cases in several processes.

    Args:
        cases: What to try.
        workers: How many processes there are.
        tell: Hears of each case, in the given order, as soon as it has run.

    Returns:
        What became of them, in the given order.
    """
    names = [case.name for case in cases]
    # Spawned: a project, an MLflow store and a current folder belong to one process each.
    context = multiprocessing.get_context("spawn")
    with (
        tempfile.TemporaryDirectory(prefix="viticast-faults-") as folder,
        ProcessPoolExecutor(min(workers, len(names)), context, _start, (folder,)) as pool,
    ):
        found = []
        for one in pool.map(run_named, names):
            tell(one)
            found.append(one)
        return found


def run_named(name: str) -> Found:
    """Runs the case of a name in this process' own project."""
    started = time.monotonic()
    case = next(one for one in CASES if one.name == name)
    workspace = _project().workspace()
    with workspace.stack:
        case.breaks(workspace)
        before = _files(workspace.project)
        run = _run(workspace)
        wrong = [*_command(case, run), *_lake(case, workspace, before), *_served(case, workspace)]
        outcome = _outcome(run, workspace, before)
        if case.outcome in LEFT_OUT.values():
            wrong += _others_go_on(case, workspace)
    if outcome != case.outcome:
        wrong.append(f"the outcome is {outcome!r}, not {case.outcome!r}")
    return Found(name, outcome, _message(run, workspace), tuple(wrong), time.monotonic() - started)


def _start(folder: str) -> None:
    """Keeps what this process writes in a folder that goes with the others, and its logs out of the table."""
    tempfile.tempdir = folder
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)


@lru_cache(maxsize=1)
def _project() -> Project:
    folder = Path(tempfile.mkdtemp())
    project = Project(folder, ROOT)
    # A site that is down is asked again after seconds; here it stays down.
    connection = project.folder / "conf" / "base" / "connections" / "files.yml"
    connection.write_text("kind: files\nrequests: {backoff_seconds: 0, concurrency: 2}\n", encoding="utf-8")
    older = project.folder / "data" / "00_sample" / OLDER
    run = _run(Workspace(project.folder, older, {"source": "sample", "source_url": str(older)}))
    if run.ended.exit_code:
        raise RuntimeError(run.ended.output)
    project.save()
    return project


class _Records(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.kept: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.kept.append(record)


def _run(workspace: Workspace, **params: str) -> _Run:
    given = {**workspace.params, **params}
    arguments = [
        "run",
        f"--pipelines={workspace.pipelines}",
        "--params",
        ",".join(f"{key}={value}" for key, value in given.items()),
    ]
    bootstrap_project(workspace.project)
    records, logger = _Records(), logging.getLogger("viticast")
    logger.addHandler(records)
    try:
        ended = CliRunner().invoke(cli, arguments)
    finally:
        logger.removeHandler(records)
    return _Run(ended, tuple(records.kept))


def _is_note(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING or (
        record.name.endswith("ingestion.nodes") and ".csv): " in record.getMessage()
    )


def _files(project: Path) -> dict[str, str]:
    paths = (path for path in (project / BESIDE).rglob("*") if path.is_file())
    return {path.relative_to(project).as_posix(): _sha256(path.read_bytes()) for path in paths}


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _command(case: Case, run: _Run) -> Iterator[str]:
    """What the command says and returns."""
    output = run.ended.output
    if run.ended.exit_code != (0 if case.ends_well else 1):
        yield f"the exit status is {run.ended.exit_code}: {output[-600:]}"
    if not isinstance(run.ended.exception, SystemExit | None):
        yield f"the command was left by {run.ended.exception!r}"
    if "Traceback" in output:
        yield "there is a traceback"
    told = "\n".join(run.notes) if case.ends_well else run.error
    yield from (f"{text!r} is not said: {told[:900]}" for text in case.said if text not in told)
    if not case.ends_well and case.remedy not in told:
        yield f"no remedy {case.remedy!r} is said: {told[:900]}"
    if case.outcome in LEFT_OUT.values() and f"Error: {LEAVES_OUT}: " not in told:
        yield f"the error is another: {told[:200]}"


def _lake(case: Case, workspace: Workspace, before: dict[str, str]) -> Iterator[str]:
    """That nothing is lost."""
    after = _files(workspace.project)
    may_change = set(workspace.renewed) | (RENEWED if case.ends_well or case.is_late else set())
    for name, sha256 in before.items():
        if name not in may_change and after.get(name) != sha256:
            yield f"{name} is not what it was"
    yield from (f"{name} is unfinished" for name in after if STALE_SUFFIX in name)
    yield from (
        f"{_sha256(content)[:12]} is not kept" for content in _delivered(workspace) if not _is_kept(content, after)
    )


def _delivered(workspace: Workspace) -> list[bytes]:
    """Bytes that reached the project: nothing is fetched from a folder before every file is there."""
    if workspace.delivered is not None:
        return workspace.delivered
    return [workspace.path(table).read_bytes() for table in TABLES]


def _is_kept(content: bytes, files: dict[str, str]) -> bool:
    return files.get(f"{BESIDE}/01_raw/files/{_sha256(content)}") == _sha256(content)


def _served(case: Case, workspace: Workspace) -> Iterator[str]:
    """That the panel is the one it must be."""
    current = _current(workspace.project)
    for table in TABLES:
        expected = _newest(workspace, table) if case.ends_well else _base(table)
        if current.get(table) != expected:
            yield f"the panel has {table} of {current.get(table)}, not of {expected}"


def _others_go_on(case: Case, workspace: Workspace) -> Iterator[str]:
    """That a run may go on with the tables that were not refused."""
    before = _files(workspace.project)
    run = _run(workspace, allow_partial="true")
    if run.ended.exit_code:
        yield f"with allow_partial the run ends: {run.ended.output[-600:]}"
        return
    current = _current(workspace.project)
    for table in TABLES:
        expected = _base(table) if table in case.tables else _newest(workspace, table)
        if current.get(table) != expected:
            yield f"with allow_partial the panel has {table} of {current.get(table)}, not of {expected}"
    written = workspace.written("02_lake/ingestion_receipt.json").read_text(encoding="utf-8")
    receipt = json.loads(written)
    left_out = {row["table_name"] for row in [*receipt["refused"], *receipt["not_fetched"]]}
    if left_out != set(case.tables):
        yield f"the receipt names as left out {sorted(left_out)}"
    after = _files(workspace.project)
    # What is said of a table that did not come is said of the last attempt.
    kept = [name for name in before.keys() - RENEWED if "/raw_sha256=none/" not in name]
    yield from (f"{name} is not what it was" for name in kept if after.get(name) != before[name])


@lru_cache(maxsize=len(TABLES))
def _base(table: str) -> str:
    """The table's vintage before the fault."""
    return _vintages(_project().saved / BESIDE).set_index("table_name")["vintage_id"][table]


def _newest(workspace: Workspace, table: str) -> str | None:
    """The vintage of the bytes that were delivered for a table."""
    vintages = _vintages(workspace.project / BESIDE)
    delivered = {_sha256(content) for content in _delivered(workspace)}
    found = vintages[(vintages["table_name"] == table) & vintages["raw_sha256"].isin(delivered)]
    return str(found.sort_values("last_year")["vintage_id"].iloc[-1]) if len(found) else None


def _vintages(root: Path) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "table_name": path.parts[-4].split("=")[1],
                "vintage_id": path.parts[-3].split("=")[1],
                **pd.read_parquet(path, columns=["raw_sha256", "last_year"], partitioning=None).iloc[0].to_dict(),
            }
            for path in sorted(root.glob("02_lake/vintages/*/*/*/part-0.parquet"))
        ]
    )


def _current(project: Path) -> dict[str, str]:
    """Table -> vintage of the panel that is served."""
    lake = project / BESIDE / "02_lake"
    try:
        snapshot_id = json.loads((lake / "feature_receipt.json").read_text(encoding="utf-8"))["snapshot_id"]
    except (OSError, ValueError, KeyError):
        return {}
    folder = f"snapshot_id={snapshot_id}"
    if not (lake / "panel" / folder / "part-0.parquet").is_file():
        return {}
    snapshot = pd.read_parquet(lake / "snapshots" / folder / "part-0.parquet", partitioning=None)
    return dict(zip(snapshot["table_name"], snapshot["vintage_id"], strict=True))


def _outcome(run: _Run, workspace: Workspace, before: dict[str, str]) -> str:
    if run.ended.exit_code:
        first = run.error.splitlines()[0] if run.error else ""
        left_out = [outcome for what, outcome in LEFT_OUT.items() if f"{what} of " in first]
        return left_out[0] if left_out and LEAVES_OUT in first else "named error"
    new = [name for name in _files(workspace.project).keys() - before.keys() if "/02_lake/findings/" in name]
    found = {
        outcome for name in new for outcome in pd.read_parquet(workspace.project / name, partitioning=None)["outcome"]
    }
    for outcome, called in SET_ASIDE.items():
        if outcome in found:
            return called
    warned = any(record.levelno >= logging.WARNING and "stale" in record.getMessage() for record in run.records)
    return "watch" if warned else "accepted"


def _message(run: _Run, workspace: Workspace) -> str:
    told = run.error if run.ended.exit_code else "\n".join(run.notes)
    lines = [line for line in told.splitlines() if line.strip() and not line.startswith("(with its traceback")]
    if lines and LEAVES_OUT in lines[0]:
        # Its first line says the same of every table.
        lines = lines[1:]
    text = "\n".join(line.strip().removeprefix("Error: ") for line in lines[:2])
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1", text)
    return text.replace(str(workspace.folder), workspace.folder.name).replace(f"{workspace.project}/", "")
