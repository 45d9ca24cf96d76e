"""A project of its own for each test module, as the current folder."""

from collections.abc import Iterator
from pathlib import Path

import mlflow
import pytest
from tests.pipelines.project_runs import make_project


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, project_root: Path) -> Iterator[Path]:
    """A project of this test module, as the current folder."""
    folder = make_project(tmp_path_factory.mktemp("project"), project_root)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield folder
    mlflow.set_tracking_uri("")
