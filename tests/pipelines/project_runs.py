"""Throw-away projects: the real configuration and sample, a small backtest, nothing of the working folder."""

import hashlib
import shutil
from pathlib import Path
from typing import Any

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
