"""Throw-away projects: the real configuration and sample, a small backtest, nothing of the working folder."""

import hashlib
import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

SMALL = """
modeling:
  horizon: 2
  levels: [80, 95]
  backtest_origins: 2
  calibration_origins: 3
  learners: []
  tracked: [naive, median3]
  seed: 1
  gate:
    promote: ${runtime_params:promote,gate}
    samples: 200
    seed: 1
    margin: 0.02
    table_bound: 1.25
    table_series_origins: 20
    fewest_series: 10
"""


def make_project(folder: Path, root: Path) -> Path:
    """Copies what a run needs into a folder."""
    shutil.copytree(root / "conf", folder / "conf", ignore=shutil.ignore_patterns("local"))
    shutil.copytree(root / "data" / "00_sample", folder / "data" / "00_sample")
    shutil.copy(root / "pyproject.toml", folder)
    (folder / "src").mkdir()
    (folder / "conf" / "local").mkdir()
    (folder / "conf" / "local" / "parameters_modeling.yml").write_text(SMALL)
    # MLflow keeps one store for each address in a process: a relative one would lead to the first project's database.
    (folder / "conf" / "local" / "globals.yml").write_text(f"data_path: {(folder / 'data').as_posix()}\n")
    return folder


def keep_tables(project: Path, tables: Sequence[str]) -> None:
    """Leaves out of the project's declarations whatever is about other tables: fewer are faster.

    What stays, stays as it is written.
    """
    conf = project / "conf" / "base"
    registry = yaml.safe_load((conf / "tables.yml").read_text(encoding="utf-8"))["tables"]
    (conf / "tables.yml").write_text(
        yaml.safe_dump({"tables": {name: registry[name] for name in tables}}, sort_keys=False)
    )
    declared = [path for what in ("expectations", "corrections", "aliases") for path in conf.glob(f"{what}_*.yml")]
    for path in declared:
        head, *entries = re.split(r"(?m)^(?=  - |[a-z_]+:)", path.read_text(encoding="utf-8"))
        kept = [_cut(entry, tables) for entry in entries]
        path.write_text("".join([head, *kept]), encoding="utf-8")


def _cut(entry: str, tables: Sequence[str]) -> str:
    """An entry of a declaration as far as it is about the tables; nothing if it is about others only."""
    one, several = re.search(r"\btable: (\w+)", entry), re.search(r"\btables: \[([\w, ]+)\]", entry)
    if one:
        return entry if one[1] in tables else ""
    if several is None:
        return entry
    there = [name for name in several[1].split(", ") if name in tables]
    return entry.replace(several[0], f"tables: [{', '.join(there)}]") if there else ""


def run(project: Path, **parameters: Any) -> dict[str, Any]:
    """Runs pipelines as `kedro run` does; `pipelines`, `tags` and `to_nodes` choose nodes, the rest are parameters."""
    names = parameters.pop("pipelines", ["__default__"])
    chosen = {name: parameters.pop(name, None) for name in ("tags", "to_nodes")}
    bootstrap_project(project)
    with KedroSession.create(project, runtime_params=parameters) as session:
        return dict(session.run(pipeline_names=names, **chosen))


def clean_environment() -> dict[str, str]:
    """The environment of a process of its own, without what this machine or another test set for runs."""
    # MLflow exports the store of the last project that ran in this process.
    set_for_runs = ("AWS_", "VITICAST_", "MLFLOW_TRACKING_")
    return {name: value for name, value in os.environ.items() if not name.startswith(set_for_runs)}


def contents(*folders: str) -> dict[str, tuple[str, int]]:
    """Name -> hash and time of change of every file."""
    files = [path for folder in folders for path in Path(folder).rglob("*") if path.is_file()]
    return {str(path): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns) for path in files}
