"""Joining a shared run and leaving it, by the hooks that a session calls, in a real store."""

import json
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import mlflow
import pytest

from viticast.datasets.mlflow_shared_run import LABEL_VARIABLE, RUN_ID_VARIABLE, SharedRunError, open_shared_run
from viticast.datasets.mlflow_store import make_store
from viticast.shared_run_hooks import SharedRunHooks

RUN_PARAMS = dict.fromkeys(("tags", "node_names", "from_nodes", "to_nodes", "from_inputs", "load_versions"))

INTERRUPTED = textwrap.dedent(
    """
    import sys
    from types import SimpleNamespace
    from tests.unit.test_shared_run_hooks import context_of, start
    start(context_of(sys.argv[1]))
    raise KeyboardInterrupt
    """
)


def context_of(address: str) -> SimpleNamespace:
    settings = {"server": {"mlflow_tracking_uri": address}, "tracking": {"experiment": {"name": "viticast"}}}
    loader = type("Loader", (dict,), {"config_patterns": {"mlflow": ["mlflow*"]}})(mlflow=settings)
    return SimpleNamespace(config_loader=loader, project_path=Path.cwd(), _get_config_credentials=dict)


def start(context: SimpleNamespace) -> SharedRunHooks:
    hooks = SharedRunHooks()
    hooks.after_context_created(context)
    hooks.before_pipeline_run({**RUN_PARAMS, "pipeline_names": ["feature"]}, None, None)
    return hooks


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    address = f"sqlite:///{tmp_path_factory.mktemp('mlflow')}/mlflow.db"
    make_store(address)
    yield address
    mlflow.set_tracking_uri("")


@pytest.fixture(scope="module")
def client(address: str) -> mlflow.MlflowClient:
    return mlflow.MlflowClient(address)


@pytest.fixture
def shared(client: mlflow.MlflowClient, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A shared run of its own for each test, which the variable names."""
    experiment = client.get_experiment_by_name("viticast")
    experiment_id = experiment.experiment_id if experiment else client.create_experiment("viticast")
    run_id = open_shared_run(client, experiment_id, request.node.name.partition("[")[0], {})
    monkeypatch.setenv(RUN_ID_VARIABLE, run_id)
    monkeypatch.delenv(LABEL_VARIABLE, raising=False)
    return run_id


@pytest.fixture
def join(shared: str, address: str) -> Iterator[Callable[[], SharedRunHooks]]:
    yield lambda: start(context_of(address))
    mlflow.end_run()


def child(client: mlflow.MlflowClient, shared: str) -> Any:
    [run] = client.search_runs(["1"], f"tags.`mlflow.parentRunId` = '{shared}'")
    return run


def leave(hooks: SharedRunHooks, error: Exception | None) -> None:
    if error is None:
        hooks.after_pipeline_run({}, None, None)
    else:
        hooks.on_pipeline_error(error, {}, None, None)
    assert mlflow.active_run() is None


@pytest.mark.parametrize("error", [None, ValueError("a node")])
def test_the_shared_run_goes_on_with_its_name_whatever_becomes_of_a_task(
    client: mlflow.MlflowClient, shared: str, join: Callable[[], SharedRunHooks], error: Exception | None
) -> None:
    before = client.get_run(shared).info.run_name
    hooks = join()
    active = mlflow.active_run()
    assert active is not None
    assert active.info.run_id == shared
    leave(hooks, error)
    run = client.get_run(shared)
    assert (run.info.status, run.info.run_name) == ("RUNNING", before)
    assert run.data.tags["kedro_command"] == "kedro run --pipeline=feature"


@pytest.mark.parametrize(("error", "status"), [(None, "FINISHED"), (ValueError("a node"), "FAILED")])
def test_a_child_ends_as_its_task_does_and_is_used_again(
    client: mlflow.MlflowClient,
    shared: str,
    join: Callable[[], SharedRunHooks],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception | None,
    status: str,
) -> None:
    monkeypatch.setenv(LABEL_VARIABLE, f"intake/{status}")
    for _ in range(2):
        hooks = join()
        found = mlflow.active_run()
        assert found is not None
        assert client.get_run(found.info.run_id).info.status == "RUNNING"
        leave(hooks, error)
        assert client.get_run(found.info.run_id).info.status == status
        assert client.get_run(shared).info.status == "RUNNING"
    [again] = client.search_runs(["1"], f"tags.`viticast.shared_run_child` = 'intake/{status}'")
    assert again.info.run_id == found.info.run_id
    assert again.info.run_name == f"intake/{status}"


def test_a_run_that_was_closed_meanwhile_stays_closed(
    client: mlflow.MlflowClient, shared: str, join: Callable[[], SharedRunHooks]
) -> None:
    hooks = join()
    client.set_terminated(shared, "FAILED")
    leave(hooks, None)
    assert client.get_run(shared).info.status == "FAILED"


def test_another_value_of_a_parameter_is_no_error_in_a_shared_run(
    client: mlflow.MlflowClient, shared: str, join: Callable[[], SharedRunHooks]
) -> None:
    for value in ("gate", "force", "gate"):
        hooks = join()
        hooks.before_node_run(None, None, {"params:promote": value, "panel": 1}, False)
        leave(hooks, None)
    data = client.get_run(shared).data
    assert data.params["promote"] == "gate"
    assert json.loads(data.tags["viticast.other_values.promote"]) == ["force"]


def test_another_value_of_a_parameter_is_an_error_in_any_other_run(
    address: str, shared: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(RUN_ID_VARIABLE)
    hooks = start(context_of(address))
    hooks.before_node_run(None, None, {"params:promote": "gate"}, False)
    assert hooks._joined is None
    with pytest.raises(mlflow.MlflowException, match="Changing param values is not allowed"):
        hooks.before_node_run(None, None, {"params:promote": "force"}, False)
    hooks.on_pipeline_error(ValueError("a node"), {}, None, None)


def test_without_the_variables_a_run_is_as_kedro_mlflow_has_it(
    client: mlflow.MlflowClient, address: str, shared: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(RUN_ID_VARIABLE, "")
    monkeypatch.setenv(LABEL_VARIABLE, "")
    hooks = start(context_of(address))
    active = mlflow.active_run()
    assert active is not None
    leave(hooks, None)
    run = client.get_run(active.info.run_id)
    assert (run.info.run_name, run.info.status) == ("feature", "FINISHED")
    assert run.info.run_id != shared


@pytest.mark.parametrize(
    ("run_id", "label", "message"),
    [("0" * 32, "", "has no run '0{32}'.*kedro shared-run open"), ("", "intake", "unset both")],
)
def test_what_cannot_be_joined_is_said_before_anything_runs(
    address: str, shared: str, monkeypatch: pytest.MonkeyPatch, run_id: str, label: str, message: str
) -> None:
    monkeypatch.setenv(RUN_ID_VARIABLE, run_id)
    monkeypatch.setenv(LABEL_VARIABLE, label)
    with pytest.raises(SharedRunError, match=message):
        start(context_of(address))
    assert mlflow.active_run() is None


@pytest.mark.slow
@pytest.mark.parametrize("label", ["", "intake"])
def test_an_interrupt_ends_no_shared_run_and_fails_a_child(
    client: mlflow.MlflowClient, address: str, shared: str, monkeypatch: pytest.MonkeyPatch, label: str
) -> None:
    monkeypatch.setenv(LABEL_VARIABLE, label)
    done = subprocess.run([sys.executable, "-c", INTERRUPTED, address], capture_output=True, text=True, check=False)
    assert "KeyboardInterrupt" in done.stderr
    assert client.get_run(shared).info.status == "RUNNING"
    if label:
        assert child(client, shared).info.status == "FAILED"
