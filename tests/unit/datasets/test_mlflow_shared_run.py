"""Shared runs in a real store: SQLite in a folder of its own."""

import json

import mlflow
import pytest

from viticast.datasets.mlflow_runs import HOST_TAG, PID_TAG, close_abandoned_runs, sign_new_runs
from viticast.datasets.mlflow_shared_run import (
    LABEL_TAG,
    NAME_TAG,
    PARENT_TAG,
    SharedRunError,
    close_shared_run,
    note_other_value,
    open_child,
    open_shared_run,
    require_shared_run,
)
from viticast.datasets.mlflow_store import make_store
from viticast.lake.writers import this_writer

NAME = "dag/scheduled__2025-04-01T00:00:00+00:00"


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    address = f"sqlite:///{tmp_path_factory.mktemp('mlflow')}/mlflow.db"
    before = mlflow.get_tracking_uri()
    make_store(address)
    mlflow.set_tracking_uri(address)
    yield mlflow.MlflowClient()
    mlflow.set_tracking_uri(before)


@pytest.fixture
def experiment(request, client):
    return client.create_experiment(request.node.name)


@pytest.fixture
def shared(client, experiment):
    return require_shared_run(client, open_shared_run(client, experiment, NAME, {}), experiment)


def status(client, run):
    return client.get_run(run.info.run_id).info.status


def test_a_name_has_one_run_that_is_opened_again_once_it_has_ended(client, experiment):
    run_id = open_shared_run(client, experiment, NAME, {"team": "vine"})
    client.set_terminated(run_id, "FAILED")
    assert open_shared_run(client, experiment, NAME, {"try": "2"}) == run_id
    run = client.get_run(run_id)
    assert (run.info.run_name, run.info.status) == (NAME, "RUNNING")
    assert {"team": "vine", "try": "2", NAME_TAG: NAME}.items() <= run.data.tags.items()


@pytest.mark.parametrize("name", ["", "  ", "it's", 'a"b', "a`b", "a\\b", "a\nb", "x" * 251])
def test_names_that_a_store_could_not_be_asked_for_are_refused(client, experiment, shared, name):
    with pytest.raises(SharedRunError, match="give 1 to 250 characters"):
        open_shared_run(client, experiment, name, {})
    with pytest.raises(SharedRunError, match="give 1 to 250 characters"):
        open_child(client, shared, name)


def test_a_shared_run_is_of_no_process_and_is_not_abandoned_with_the_one_that_opened_it(
    client, request, experiment, monkeypatch
):
    monkeypatch.setenv("MLFLOW_RUN_CONTEXT", "{}")
    sign_new_runs()
    shared = client.get_run(open_shared_run(client, experiment, NAME, {}))
    assert not {HOST_TAG, PID_TAG} & set(shared.data.tags)
    child = open_child(client, shared, "dead")
    client.set_tag(child.info.run_id, PID_TAG, "999999999")
    assert close_abandoned_runs(request.node.name) == [child.info.run_id]
    assert status(client, shared) == "RUNNING"


def test_a_label_has_one_child_which_is_of_the_process_that_uses_it(client, shared):
    first = open_child(client, shared, "ingestion.intake/Producao")
    for name, value in {HOST_TAG: "elsewhere", PID_TAG: "1"}.items():
        client.set_tag(first.info.run_id, name, value)
    again = open_child(client, shared, "ingestion.intake/Producao")
    other = open_child(client, shared, "ingestion.intake/Comercio")
    assert again.info.run_id == first.info.run_id != other.info.run_id
    tags, writer = client.get_run(first.info.run_id).data.tags, this_writer()
    assert (tags[PARENT_TAG], tags[LABEL_TAG]) == (shared.info.run_id, first.info.run_name)
    assert (tags[HOST_TAG], tags[PID_TAG]) == (writer.host, str(writer.pid))


def test_closing_says_what_became_of_the_tasks_and_ends_what_is_open(client, shared):
    ended, hanging = (open_child(client, shared, label) for label in ("ended", "hanging"))
    client.set_terminated(ended.info.run_id, "FINISHED")
    states = {f"task/{number}": "success" for number in range(250)}
    assert close_shared_run(client, shared, "FAILED", states) == [hanging.info.run_id]
    assert [status(client, run) for run in (shared, ended, hanging)] == ["FAILED", "FINISHED", "FAILED"]
    tags = client.get_run(shared.info.run_id).data.tags
    assert sum(name.startswith("viticast.task.task/") for name in tags) == 250
    assert tags["viticast.task.task/249"] == "success"


def test_closing_again_changes_nothing(client, experiment, shared):
    close_shared_run(client, shared, "FINISHED", {"a": "success"})
    before = client.get_run(shared.info.run_id).to_dictionary()
    closed = require_shared_run(client, shared.info.run_id, experiment)
    assert close_shared_run(client, closed, "FINISHED", {"a": "success"}) == []
    assert client.get_run(shared.info.run_id).to_dictionary() == before


def test_what_is_no_shared_run_of_the_experiment_is_refused(client, experiment, shared):
    plain = client.create_run(experiment).info.run_id
    with pytest.raises(SharedRunError, match=r"has no run 'f{32}'.*kedro shared-run open"):
        require_shared_run(client, "f" * 32, experiment)
    with pytest.raises(SharedRunError, match=r"has no run 'no id!'"):
        require_shared_run(client, "no id!", experiment)
    with pytest.raises(SharedRunError, match="is not a shared one"):
        require_shared_run(client, plain, experiment)
    with pytest.raises(SharedRunError, match="of another experiment"):
        require_shared_run(client, shared.info.run_id, "0")
    client.delete_run(shared.info.run_id)
    with pytest.raises(SharedRunError, match="was deleted"):
        require_shared_run(client, shared.info.run_id, experiment)


def test_values_that_a_parameter_does_not_take_are_noted_once_each(client, shared):
    run_id, tag = shared.info.run_id, "viticast.other_values.promote"
    client.log_param(run_id, "promote", "gate")
    assert note_other_value(client, run_id, "promote", "gate") is False
    assert note_other_value(client, run_id, "unheard-of", "gate") is False
    assert tag not in client.get_run(run_id).data.tags
    for value in ("force", "never", "force"):
        assert note_other_value(client, run_id, "promote", value) is True
    assert json.loads(client.get_run(run_id).data.tags[tag]) == ["force", "never"]


def test_many_long_values_do_not_outgrow_a_tag(client, shared):
    client.log_param(shared.info.run_id, "tables", "none")
    for number in range(15):
        assert note_other_value(client, shared.info.run_id, "tables", f"{number}" + "ç" * 600) is True
    listed = json.loads(client.get_run(shared.info.run_id).data.tags["viticast.other_values.tables"])
    assert listed[-1].startswith("14ç")
    assert 0 < len(listed) < 15
