"""Runs that are killed at chosen points, each in a project of its own; a script, so that its forks stay its own.

python -m tests.integration.crash_runs count <folder>            prints the points of a whole run
python -m tests.integration.crash_runs run <project>             runs all pipelines in a project
python -m tests.integration.crash_runs kill <folder> <number>... kills a run at each, and has the next one complete it

A point is a moment of a run: before or after a dataset is saved, before or after a file gets its name, or before
MLflow's database commits. Nothing in the product knows of them: they are found by wrapping what makes them.
"""

import functools
import json
import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
from tests.pipelines.project_runs import keep_tables, make_project, run

ROOT = Path(__file__).resolve().parents[2]
TABLES = ("Producao", "ProcessaViniferas", "Comercio", "ExpSuco", "ImpSuco")
"""One of each flow: a run of all fifteen passes more points, not other ones."""
RENAMES = ("link", "replace", "rename")
UNSTEADY = ("fetched_at",)
"""Columns that say when something happened."""
KEYS = ("table_name", "snapshot_id", "vintage_id", "series_id", "row_number", "column_number", "year", "model_key")

Report = Callable[[str], None]


def watch(report: Report) -> None:
    """Has every point of a run reported, by name, in this process."""
    import sqlalchemy  # noqa: PLC0415
    from kedro.io import DataCatalog, MemoryDataset  # noqa: PLC0415

    saving = ["the run"]
    save = DataCatalog.save

    def watched_save(self: Any, name: str, data: Any, *args: Any) -> None:
        if isinstance(self.get(name), MemoryDataset):
            save(self, name, data, *args)
            return
        report(f"before save of {name}")
        saving.append(name)
        save(self, name, data, *args)
        saving.pop()
        report(f"after save of {name}")

    def watched(call: Callable[..., Any], verb: str) -> Callable[..., Any]:
        @functools.wraps(call)
        def wrapper(source: Any, target: Any, *args: Any, **kwargs: Any) -> Any:
            if str(Path.cwd()) not in os.path.abspath(target):  # noqa: PTH100 - as it stands, links and all
                return call(source, target, *args, **kwargs)
            report(f"before {verb} in {saving[-1]}")
            done = call(source, target, *args, **kwargs)
            report(f"after {verb} in {saving[-1]}")
            return done

        return wrapper

    DataCatalog.save = watched_save
    for verb in RENAMES:
        setattr(os, verb, watched(getattr(os, verb), verb))
    sqlalchemy.event.listen(sqlalchemy.Engine, "commit", lambda _: report(f"before commit in {saving[-1]}"))


def draw_nothing() -> None:
    """Leaves out what takes seconds and writes nothing: the page, its pictures and Evidently's statistics."""
    from viticast.monitoring import evidently_reports  # noqa: PLC0415
    from viticast.reporting import images, page  # noqa: PLC0415

    page.render_page = lambda **_: "<p>a page</p>"
    images.render_totals = lambda **_: b"a picture"
    report = evidently_reports.Report("<p>a report</p>", {"metrics": [], "tests": [{"status": "SUCCESS"}]})
    for name in ("data_summary", "data_drift", "regression_performance"):
        setattr(evidently_reports, name, lambda *_: report)
    evidently_reports.drifted_share = lambda _: 0.0


def in_child(project: Path, report: Report | None = None) -> int:
    """Runs all pipelines in a fork of this process, which has imported everything.

    Returns:
        0, the exit status, or minus the signal that ended it.
    """
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        try:
            log = os.open(project / "run.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.dup2(log, 1)
            os.dup2(log, 2)
            os.chdir(project)
            if report is not None:
                watch(report)
            run(project)
        except BaseException:  # noqa: BLE001 - a child must not go on as its parent
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def make_small_project(folder: Path) -> Path:
    """A project whose registry has some of the tables, and which has MLflow's store, but nothing in it."""
    from viticast.datasets.mlflow_store import make_store  # noqa: PLC0415

    make_store(f"sqlite:///{folder.parent}/mlflow.db")
    project = make_project(folder, ROOT)
    (project / "data" / "mlflow").mkdir()
    shutil.copy(folder.parent / "mlflow.db", project / "data" / "mlflow")
    keep_tables(project, TABLES)
    for path in (project / "data" / "00_sample").glob("*/*.csv"):
        if path.stem not in TABLES:
            path.unlink()
    return project


def count(folder: Path) -> list[str]:
    """The points of a whole run in a fresh project, in their order; the project stays, to be compared with."""
    project = make_small_project(folder / "whole")
    points = project / "points.txt"

    def report(name: str) -> None:
        with points.open("a") as stream:
            stream.write(f"{name}\n")

    if in_child(project, report) != 0:
        raise RuntimeError((project / "run.log").read_text()[-3000:])
    return points.read_text().splitlines()


def kill(folder: Path, number: int) -> dict[str, Any]:
    """Kills a run at a point, has a second one complete it, and compares what is there with a run that was left alone.

    Returns:
        point, and `problem`: what is wrong, or nothing.
    """
    project = make_small_project(folder / f"killed-{number}")
    passed: list[str] = []

    def report(name: str) -> None:
        passed.append(name)
        if len(passed) == number + 1:
            (project / "point.txt").write_text(name)
            os.kill(os.getpid(), signal.SIGKILL)

    started = time.monotonic()
    ended = in_child(project, report)
    point = (project / "point.txt").read_text() if ended == -signal.SIGKILL else f"never reached, it ended with {ended}"
    problem = "" if ended == -signal.SIGKILL else "the run was not killed"
    if not problem and in_child(project) != 0:
        problem = f"the next run fails: {(project / 'run.log').read_text()[-1500:]}"
    problem = problem or "; ".join(differences(folder / "whole", project))
    if not problem:
        shutil.rmtree(project)
    return {"number": number, "point": point, "problem": problem, "seconds": round(time.monotonic() - started, 1)}


def differences(one: Path, other: Path) -> Iterator[str]:
    """What two projects have that differs: tables, receipts, raw files, registered versions, unfinished files."""
    ours, theirs = tables(one), tables(other)
    if set(ours) != set(theirs):
        yield f"tables {sorted(set(ours) ^ set(theirs))}"
    for name in sorted(set(ours) & set(theirs)):
        try:
            pd.testing.assert_frame_equal(ours[name], theirs[name], rtol=1e-9, atol=0, obj=name)
        except AssertionError as error:
            yield str(error).replace("\n", " ")
    if raw(one) != raw(other):
        yield "raw files"
    for name in ("ingestion_receipt", "feature_receipt", "modeling_receipt", "forecast_receipt"):
        if receipt(one, name) != receipt(other, name):
            yield name
    if versions(one) != versions(other):
        yield f"registered: {versions(other)}"
    yield from (f"left: {path.name}" for path in (other / "data").rglob("*.tmp-*"))
    if running := statuses(other).count("RUNNING"):
        yield f"{running} MLflow runs still say that they are running"


def tables(project: Path) -> dict[str, pd.DataFrame]:
    """Every table of a project, sorted by its keys, without what says when."""
    frames: dict[str, list[pd.DataFrame]] = {}
    for path in sorted((project / "data" / "sample").rglob("part-0.parquet")):
        folders = path.relative_to(project / "data" / "sample").parts
        keys = dict(folder.split("=", 1) for folder in folders if "=" in folder)
        frame = pd.read_parquet(path, partitioning=None).assign(**keys)
        frames.setdefault(folders[1], []).append(frame.drop(columns=[name for name in UNSTEADY if name in frame]))
    return {name: _sorted(pd.concat(parts, ignore_index=True)) for name, parts in frames.items()}


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    exact = [name for name in sorted(frame.columns) if frame[name].dtype.kind != "f"]
    first = [name for name in KEYS if name in exact]
    return frame.sort_values([*first, *(name for name in exact if name not in first)], ignore_index=True)


def raw(project: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (project / "data" / "sample" / "01_raw" / "files").iterdir()}


def receipt(project: Path, name: str) -> Any:
    text = (project / "data" / "sample" / "02_lake" / f"{name}.json").read_text(encoding="utf-8")
    return json.loads(text.replace(str(project), "<project>"))


def versions(project: Path) -> list[tuple[str, tuple[str, ...]]]:
    """model_key and aliases of every registered version."""
    found = _query(project, "SELECT version, value FROM model_version_tags WHERE key = 'model_key'")
    aliases = _query(project, "SELECT version, alias FROM registered_model_aliases")
    return [(key, tuple(alias for number, alias in aliases if number == version)) for version, key in found]


def statuses(project: Path) -> list[str]:
    """How each MLflow run ended."""
    return [status for (status,) in _query(project, "SELECT status FROM runs")]


def _query(project: Path, statement: str) -> list[Any]:
    import sqlite3  # noqa: PLC0415

    with sqlite3.connect(project / "data" / "mlflow" / "mlflow.db") as connection:
        return connection.execute(statement).fetchall()


def _import_everything() -> None:
    import mlflow  # noqa: PLC0415, F401
    from kedro.framework.startup import bootstrap_project  # noqa: PLC0415

    import viticast.forecasting  # noqa: PLC0415
    import viticast.reporting.page  # noqa: PLC0415, F401

    bootstrap_project(ROOT)
    draw_nothing()


def main(task: str, folder: Path, numbers: list[int]) -> None:
    """Does what the command line asks for, and prints JSON, a line for each answer."""
    _import_everything()
    if task == "count":
        print(json.dumps(count(folder)), flush=True)
    if task == "run":
        sys.exit(in_child(folder))
    for number in numbers:
        print(json.dumps(kill(folder, number)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), [int(number) for number in sys.argv[3:]])
