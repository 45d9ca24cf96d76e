"""Shared runs over `mlflow server`: no lock is shared there, and two processes still come to one run."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import mlflow
import pytest
from click.testing import CliRunner
from tests.integration.model_server import serve_tracking
from tests.pipelines.project_runs import clean_environment, keep_tables, make_project, run

from viticast.cli import cli
from viticast.datasets.mlflow_shared_run import LABEL_VARIABLE, RUN_ID_VARIABLE, open_shared_run

NAME = "viticast/manual__2026-11-02T12:00:00+00:00"
TABLES = ["Producao", "ExpVinho"]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "127.0.0.1")
        with serve_tracking(tmp_path_factory.mktemp("server")) as url:
            yield url


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, project_root: Path, server: str) -> Iterator[Path]:
    folder = make_project(tmp_path_factory.mktemp("project"), project_root)
    keep_tables(folder, TABLES)
    (folder / "conf" / "local" / "mlflow.yml").write_text(f"server:\n  mlflow_tracking_uri: {server}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield folder
    mlflow.set_tracking_uri("")


def test_two_processes_that_open_at_once_and_tasks_come_to_one_run(
    project: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = [sys.executable, "-m", "kedro", "shared-run", "open", "--name", NAME]
    environment = clean_environment()
    openers = [
        subprocess.Popen(program, cwd=project, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    printed = [opener.communicate(timeout=300)[0] for opener in openers]
    assert [opener.returncode for opener in openers] == [0, 0], printed
    [run_id] = {text.splitlines()[-1] for text in printed}
    client = mlflow.MlflowClient(server)
    monkeypatch.setenv("MLFLOW_RUN_CONTEXT", "{}")
    monkeypatch.setenv(RUN_ID_VARIABLE, run_id)
    run(project, pipelines=["ingestion"])
    monkeypatch.setenv(LABEL_VARIABLE, "intake")
    for allow_partial in (True, False):
        run(project, pipelines=["ingestion"], allow_partial=allow_partial)
    shared = client.get_run(run_id)
    [child] = client.search_runs([shared.info.experiment_id], f"tags.`mlflow.parentRunId` = '{run_id}'")
    assert (shared.info.run_name, shared.info.status, child.info.status) == (NAME, "RUNNING", "FINISHED")
    assert "allow_partial=False" in child.data.tags["viticast.other_values.ingestion"]
    result = CliRunner().invoke(cli, ["shared-run", "close", "--run-id", run_id, "--status", "finished"])
    assert result.exit_code == 0, result.output
    assert client.get_run(run_id).info.status == "FINISHED"
    assert CliRunner().invoke(cli, ["champion"]).exit_code == 10


def test_many_that_open_at_once_open_one_run(server: str) -> None:
    client = mlflow.MlflowClient(server)
    experiment = client.create_experiment("many")
    with ThreadPoolExecutor(6) as pool:
        ids = set(pool.map(lambda _: open_shared_run(client, experiment, "one", {}), range(6)))
    assert {run.info.run_id for run in client.search_runs([experiment])} == ids
    assert len(ids) == 1
