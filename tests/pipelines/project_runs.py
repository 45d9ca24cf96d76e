"""Throw-away projects: the real configuration and sample, a small backtest, nothing of the working folder."""

import hashlib
import shutil
from collections.abc import Callable, Sequence
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
  candidates: [naive, median3, log_ses]
  seed: 1
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
    """Leaves out of the project's declarations for the sample whatever is about other tables: fewer are faster."""
    conf = project / "conf" / "base"
    _rewrite(conf / "tables.yml", lambda content: {"tables": {name: content["tables"][name] for name in tables}})
    for name in ("expectations_sample.yml", "corrections_sample.yml"):
        _rewrite(conf / name, lambda content: {key: _about(entries, tables) for key, entries in content.items()})
    _rewrite(conf / "aliases_sample.yml", lambda content: content | {"aliases": _aliases(content["aliases"], tables)})


def _about(entries: list[dict[str, Any]], tables: Sequence[str]) -> list[dict[str, Any]]:
    return [entry for entry in entries or () if entry["table"] in tables]


def _aliases(entries: list[dict[str, Any]], tables: Sequence[str]) -> list[dict[str, Any]]:
    kept = [
        entry | {"tables": [table for table in entry.get("tables", tables) if table in tables]} for entry in entries
    ]
    return [entry for entry in kept if entry["tables"]]


def _rewrite(path: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    content = change(yaml.safe_load(path.read_text(encoding="utf-8")))
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")


def run(project: Path, **parameters: Any) -> dict[str, Any]:
    """Runs pipelines as `kedro run` does; `pipelines` names them, the rest are runtime parameters."""
    names = parameters.pop("pipelines", ["__default__"])
    bootstrap_project(project)
    with KedroSession.create(project, runtime_params=parameters) as session:
        return dict(session.run(pipeline_names=names))


def contents(*folders: str) -> dict[str, tuple[str, int]]:
    """Name -> hash and time of change of every file."""
    files = [path for folder in folders for path in Path(folder).rglob("*") if path.is_file()]
    return {str(path): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns) for path in files}
