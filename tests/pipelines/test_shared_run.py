"""One MLflow run over several runs of pipelines, from `kedro shared-run open` to `close`."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from kedro.framework.startup import bootstrap_project
from mlflow import MlflowClient
from tests.pipelines.project_runs import clean_environment, keep_tables, run

from viticast.cli import cli
from viticast.datasets.mlflow_runs import HOST_TAG, PID_TAG
from viticast.datasets.mlflow_shared_run import LABEL_TAG, LABEL_VARIABLE, PARENT_TAG, RUN_ID_VARIABLE
from viticast.lake.writers import this_host
from viticast.sources.errors import MissingFolderError

NAME = "viticast/manual__2026-11-02T12:00:00+00:00"


def command(*arguments: str) -> Result:
    result = CliRunner().invoke(cli, ["shared-run", *arguments])
    assert result.exit_code == 0, result.output
    return result


def opened(name: str = NAME) -> str:
    return command("open", "--name", name, "--tag", "team=vine").output.splitlines()[-1]


@pytest.fixture(scope="module")
def few(project: Path) -> Iterator[Path]:
    keep_tables(project, ["Producao", "ExpVinho"])
    bootstrap_project(project)
    with pytest.MonkeyPatch.context() as patch:
        # the runs of this process are signed in it
        patch.setenv("MLFLOW_RUN_CONTEXT", "{}")
        yield project


@pytest.fixture(scope="module")
def client(few: Path) -> MlflowClient:
    return MlflowClient(f"sqlite:///{(few / 'data').as_posix()}/mlflow/mlflow.db")


@pytest.fixture(scope="module")
def shared(few: Path) -> str:
    """A shared run that two tasks have logged into, and a third into a child run."""
    run_id = opened()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(RUN_ID_VARIABLE, run_id)
        patch.setenv(LABEL_VARIABLE, "ingestion")
        run(few, pipelines=["ingestion"])
        patch.delenv(LABEL_VARIABLE)
        run(few, pipelines=["cataloging"])
        run(few, pipelines=["feature"])
        run(few, pipelines=["feature"], as_of="2031-12-31")
    return run_id


@pytest.fixture
def in_shared(shared: str, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv(RUN_ID_VARIABLE, shared)
    return monkeypatch


def runs(client: MlflowClient, asked: str = "") -> dict[str, Any]:
    """Name -> run."""
    experiment = client.get_experiment_by_name("viticast")
    assert experiment is not None
    found = client.search_runs([experiment.experiment_id], asked)
    assert len({run.info.run_name for run in found}) == len(found)
    return {str(run.info.run_name): run for run in found}


def test_all_tasks_are_in_one_run_that_goes_on(client: MlflowClient, shared: str, few: Path) -> None:
    found = runs(client)
    assert set(found) == {NAME, "ingestion"}
    whole, child = found[NAME], found["ingestion"]
    assert (whole.info.run_id, whole.info.status, child.info.status) == (shared, "RUNNING", "FINISHED")
    assert child.data.tags[PARENT_TAG] == shared
    assert "ingestion" in child.data.params
    assert "feature" in whole.data.params
    assert "2031" in whole.data.tags["viticast.other_values.feature"]
    assert whole.data.tags["team"] == "vine"
    assert HOST_TAG not in whole.data.tags


def test_the_experiment_keeps_artifacts_where_any_run_would_have_them(
    client: MlflowClient, shared: str, few: Path
) -> None:
    experiment = client.get_experiment_by_name("viticast")
    assert experiment is not None
    assert experiment.artifact_location == (few / "data" / "mlflow" / "artifacts").as_uri()


def test_a_task_that_fails_fails_its_child_and_a_retry_uses_that_again(
    client: MlflowClient, few: Path, in_shared: pytest.MonkeyPatch
) -> None:
    in_shared.setenv(LABEL_VARIABLE, "ingestion.intake/Producao")
    with pytest.raises(MissingFolderError, match="nowhere"):
        run(few, pipelines=["ingestion"], source_url="nowhere")
    failed = runs(client)["ingestion.intake/Producao"]
    assert failed.info.status == "FAILED"
    run(few, pipelines=["ingestion"])
    again = runs(client)["ingestion.intake/Producao"]
    assert (again.info.run_id, again.info.status) == (failed.info.run_id, "FINISHED")
    assert (again.data.tags[HOST_TAG], again.data.tags[PID_TAG]) == (this_host(), str(os.getpid()))
    assert runs(client)[NAME].info.status == "RUNNING"


def test_a_task_that_fails_leaves_the_shared_run_open(
    client: MlflowClient, few: Path, in_shared: pytest.MonkeyPatch
) -> None:
    with pytest.raises(MissingFolderError, match="nowhere"):
        run(few, pipelines=["ingestion"], source_url="nowhere")
    assert runs(client)[NAME].info.status == "RUNNING"


def test_runs_of_others_that_were_abandoned_are_still_closed(
    client: MlflowClient, few: Path, shared: str, in_shared: pytest.MonkeyPatch
) -> None:
    experiment = client.get_run(shared).info.experiment_id
    dead = {HOST_TAG: this_host(), PID_TAG: "999999999"}
    abandoned = client.create_run(experiment, run_name="abandoned", tags=dead).info.run_id
    run(few, pipelines=["cataloging"])
    assert client.get_run(abandoned).info.status == "KILLED"
    assert client.get_run(shared).info.status == "RUNNING"


def test_closing_ends_all_and_opening_again_goes_on(client: MlflowClient, few: Path, shared: str) -> None:
    tags = {PARENT_TAG: shared, LABEL_TAG: "hanging", HOST_TAG: "elsewhere", PID_TAG: "1"}
    hanging = client.create_run(client.get_run(shared).info.experiment_id, run_name="hanging", tags=tags).info.run_id
    states = '{"feature": "success", "modeling": "upstream_failed"}'
    arguments = ("close", "--run-id", shared, "--status", "failed", "--states", states)
    assert hanging in command(*arguments).output
    assert command(*arguments).output.splitlines()[-1] == f"{shared} FAILED"
    closed = client.get_run(shared)
    assert closed.info.status == client.get_run(hanging).info.status == "FAILED"
    assert closed.data.tags["viticast.task.modeling"] == "upstream_failed"
    assert opened() == shared
    assert client.get_run(shared).info.status == "RUNNING"
    command("close", "--run-id", shared, "--status", "finished", "--states", '{"modeling": "success"}')
    closed = client.get_run(shared)
    assert (closed.info.status, closed.data.tags["viticast.task.modeling"]) == ("FINISHED", "success")


def test_what_is_no_shared_run_is_not_closed(few: Path, shared: str) -> None:
    result = CliRunner().invoke(cli, ["shared-run", "close", "--run-id", "0" * 32, "--status", "failed"])
    assert result.exit_code == 1
    assert "kedro shared-run open --name" in " ".join(result.output.split())


@pytest.mark.slow
def test_two_that_open_at_once_open_one_run_and_make_one_store(
    tmp_path: Path, few: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    (few / "conf" / "elsewhere").mkdir()
    (few / "conf" / "elsewhere" / "globals.yml").write_text(f"data_path: {tmp_path.as_posix()}\n")
    program = [sys.executable, "-m", "kedro", "shared-run", "open", "--name", NAME, "--env", "elsewhere"]
    openers = [
        subprocess.Popen(program, cwd=few, env=clean_environment(), stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    printed = [opener.communicate(timeout=400)[0] for opener in openers]
    assert [opener.returncode for opener in openers] == [0, 0]
    ids = {text.splitlines()[-1] for text in printed}
    [found] = runs(MlflowClient(f"sqlite:///{tmp_path.as_posix()}/mlflow/mlflow.db")).values()
    assert {found.info.run_id} == ids
    assert found.info.run_name == NAME
