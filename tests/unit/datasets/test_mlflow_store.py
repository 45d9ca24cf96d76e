"""The embedded store: whole from the first moment, and the runs in it."""

import json
import os
import signal
import subprocess
import sys
import textwrap

import mlflow
import pytest

from viticast.datasets.mlflow_runs import HOST_TAG, PID_TAG, close_abandoned_runs, sign_new_runs
from viticast.datasets.mlflow_store import make_store, store_lock
from viticast.lake.writers import STALE_SUFFIX, this_host

RUN = textwrap.dedent(
    """
    import os, signal, sys
    import mlflow
    from viticast.datasets.mlflow_runs import sign_new_runs

    mlflow.set_tracking_uri(sys.argv[1])
    mlflow.set_experiment("test")
    sign_new_runs()
    print(mlflow.start_run().info.run_id, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
    """
)


@pytest.fixture
def address(tmp_path):
    before = mlflow.get_tracking_uri()
    yield f"sqlite:///{tmp_path}/mlflow/mlflow.db"
    mlflow.set_tracking_uri(before)


def killed_run(address):
    done = subprocess.run([sys.executable, "-c", RUN, address], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    return done.stdout.strip()


def test_a_store_is_made_once_and_works(address, tmp_path):
    make_store(address)
    database = tmp_path / "mlflow" / "mlflow.db"
    before = database.stat().st_ino
    make_store(address)
    assert database.stat().st_ino == before
    mlflow.set_tracking_uri(address)
    assert mlflow.MlflowClient().create_experiment("test")
    assert [path.name for path in database.parent.iterdir()] == ["mlflow.db"]


@pytest.mark.slow
def test_a_store_whose_making_was_killed_is_made_anew(address, tmp_path):
    stop = "import os, signal, sys; from sqlalchemy import event, Engine; "
    after = (
        "event.listen(Engine, 'after_cursor_execute', lambda *a: 'CREATE TABLE' in a[2] and os.kill(os.getpid(), 9)); "
    )
    make = "from viticast.datasets.mlflow_store import make_store; make_store(sys.argv[1])"
    killed = subprocess.run([sys.executable, "-c", stop + after + make, address], check=False)
    assert killed.returncode == -signal.SIGKILL
    left = [path.name for path in (tmp_path / "mlflow").iterdir()]
    assert left
    assert all(STALE_SUFFIX in name for name in left)
    make_store(address)
    assert [path.name for path in (tmp_path / "mlflow").iterdir()] == ["mlflow.db"]


def test_a_store_with_a_server_is_left_to_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make_store("http://localhost:1")
    with store_lock("http://localhost:1", "test"):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_run_whose_process_was_killed_is_closed_and_no_other(address, tmp_path):
    make_store(address)
    killed = killed_run(address)
    mlflow.set_tracking_uri(address)
    client = mlflow.MlflowClient()
    experiment = client.get_experiment_by_name("test").experiment_id
    ours = {HOST_TAG: this_host(), PID_TAG: str(os.getpid())}
    living = client.create_run(experiment, tags=ours).info.run_id
    elsewhere = client.create_run(experiment, tags=ours | {HOST_TAG: "elsewhere", PID_TAG: "1"}).info.run_id
    unsigned = client.create_run(experiment).info.run_id
    assert client.get_run(killed).info.status == "RUNNING"
    assert close_abandoned_runs("test") == [killed]
    assert client.get_run(killed).info.status == "KILLED"
    assert {client.get_run(run).info.status for run in (living, elsewhere, unsigned)} == {"RUNNING"}
    assert close_abandoned_runs("test") == []


def test_an_experiment_that_is_not_there_has_no_runs(address):
    make_store(address)
    mlflow.set_tracking_uri(address)
    assert close_abandoned_runs("none") == []


def test_what_the_environment_says_of_runs_stays(monkeypatch):
    monkeypatch.setenv("MLFLOW_RUN_CONTEXT", json.dumps({"team": "a"}))
    sign_new_runs()
    signed = json.loads(os.environ["MLFLOW_RUN_CONTEXT"])
    assert signed == {"team": "a", HOST_TAG: this_host(), PID_TAG: str(os.getpid())}
