"""A run of the sample, made once for every test that looks at what a run leaves behind."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.pipelines.project_runs import make_project


@pytest.fixture(scope="session")
def project_copy(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project in a folder of its own, never run."""
    return make_project(tmp_path_factory.mktemp("project"), project_root)


@pytest.fixture(scope="session")
def sample_run(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a project after `kedro run` on the bundled sample, with a small backtest."""
    folder = make_project(tmp_path_factory.mktemp("sample_run"), project_root)
    command = [sys.executable, "-m", "kedro", "run"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return folder
