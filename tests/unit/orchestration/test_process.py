"""A call as a process: where the project is, what it is given, how it ends, and what of it may be read by others."""

import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from viticast_calls import Call
from viticast_process import Ended, Process, WorkerError, ended_text, process_environment, project, without_secrets

LOG = logging.getLogger("test")


@pytest.fixture
def worker(tmp_path):
    return {**os.environ, "VITICAST_HOME": str(tmp_path), "VITICAST_PYTHON": sys.executable}


@pytest.fixture
def module(tmp_path):
    """A module that `python -m` finds in the project's folder."""

    def write(text):
        (tmp_path / "command.py").write_text(text)
        return Call(("command", "a b", "$HOME;`id`"))

    return write


def test_it_runs_in_the_project_with_plain_arguments(module, worker, tmp_path, caplog):
    call = module("import os, sys; print(os.getcwd()); print(sys.argv[1:]); print('é', file=sys.stderr)")
    with caplog.at_level(logging.INFO):
        ended = Process(LOG).run(call, worker)
    assert ended.status == 0
    assert sorted(ended.lines) == sorted([str(tmp_path), "['a b', '$HOME;`id`']", "é"])
    assert "['a b', '$HOME;`id`']" in caplog.messages


@pytest.mark.parametrize("status", [1, 10, 30])
def test_its_status_is_kept(module, worker, status):
    assert Process(LOG).run(module(f"raise SystemExit({status})"), worker).status == status


def test_a_killed_one_says_by_which_signal(module, worker):
    call = module("import os; os.kill(os.getpid(), 9)")
    ended = Process(LOG).run(call, worker)
    assert ended.status == -signal.SIGKILL
    assert "was killed by signal 9" in ended_text(call, ended, worker)


@pytest.mark.parametrize("name", ["VITICAST_HOME", "VITICAST_PYTHON"])
def test_a_worker_that_does_not_say_where_the_project_is_is_told_so(worker, name):
    with pytest.raises(WorkerError, match=f"{name} is not set"):
        project({known: value for known, value in worker.items() if known != name})
    with pytest.raises(WorkerError, match=f"{name} is /nowhere, and that is not there"):
        project(worker | {name: "/nowhere"})


def test_airflow_s_own_variables_stay_with_airflow(worker):
    given = worker | {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "postgresql://a:b@c/d", "AWS_REGION": "eu-west-1"}
    found = process_environment(Call((), {"VITICAST_SHARED_RUN_ID": "1"}), given)
    assert not [name for name in found if name.startswith("AIRFLOW")]
    assert found["AWS_REGION"] == "eu-west-1"
    assert found["VITICAST_SHARED_RUN_ID"] == "1"


def test_secrets_are_no_part_of_what_others_read():
    worker = {"AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI", "DB_PASSWORD": "short", "HOME": "/home/someone"}
    text = without_secrets("key wJalrXUtnFEMI at https://me:pass@host/x in /home/someone, short", worker)
    assert text == "key *** at https://***@host/x in /home/someone, short"


def test_the_text_of_an_error_is_the_end_of_what_was_written(worker):
    text = ended_text(Call(("kedro", "run")), Ended(1, ("x" * 5000, "Error: the last words")), worker)
    assert len(text) <= 3000
    assert text.endswith("Error: the last words")


def test_a_kill_ends_what_it_started_as_well(module, worker, tmp_path):
    module(
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )

    class Impatient(logging.Handler):
        def emit(self, record):
            if record.getMessage().isdigit():
                raise TimeoutError(record.getMessage())

    log = logging.Logger("impatient", logging.INFO)
    log.addHandler(Impatient())
    with pytest.raises(TimeoutError) as caught:
        Process(log).run(Call(("command",)), worker)
    assert_gone(int(str(caught.value)))


@pytest.mark.skipif(sys.platform != "linux", reason="setpriv is Linux's")
def test_it_dies_with_a_task_that_is_killed(tmp_path, worker):
    (tmp_path / "command.py").write_text("import os, time; print(os.getpid(), flush=True); time.sleep(60)")
    plugins = Path(__file__).resolve().parents[3] / "deploy" / "airflow" / "plugins"
    (tmp_path / "task.py").write_text(
        "import logging, os, sys\n"
        "logging.basicConfig(level=logging.INFO, stream=sys.stdout, format='%(message)s')\n"
        "from viticast_calls import Call\n"
        "from viticast_process import Process\n"
        "Process(logging.getLogger()).run(Call(('command',)), os.environ)\n"
    )
    task = subprocess.Popen(
        [sys.executable, "task.py"],
        cwd=tmp_path,
        env=worker | {"PYTHONPATH": str(plugins)},
        stdout=subprocess.PIPE,
        text=True,
    )
    pid = int(task.stdout.readline())
    task.kill()
    task.wait()
    assert_gone(pid)


def assert_gone(pid):
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except FileNotFoundError:
            return
        if state == "Z":
            return
        time.sleep(0.05)
    pytest.fail(f"process {pid} goes on")
