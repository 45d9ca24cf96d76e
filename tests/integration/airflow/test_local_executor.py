"""The DAGs on a real Airflow: scheduler, LocalExecutor, API server and DAG processor on PostgreSQL, and `kill -9`."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.integration.airflow.flow_project import BY_HAND, SOON, children_of, make_flow_project, shared_run
from tests.integration.airflow.live import Live, processes, running_airflow, wait_for
from tests.integration.crash_runs import differences
from tests.pipelines.project_runs import clean_environment

pytestmark = [pytest.mark.airflow, pytest.mark.printed]

IN_FLOW = ("cataloging", "feature", "has_champion", "modeling", "monitoring", "decide", "done", "close_run")
# The verdict on the few origins of the sample is retrain: a run that trained does not train again.
SKIPPED = ("predict", "modeling_again", "monitoring_again", "decide_again", "stop")


@dataclass
class Whole:
    """A project after a plain `kedro run`, and how long that took."""

    project: Path
    seconds: float


@pytest.fixture(scope="module")
def live(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Starts everything once; each test triggers DAG runs of its own."""
    folder = tmp_path_factory.mktemp("airflow")
    project = make_flow_project(folder / "project", BY_HAND + SOON)
    # A task whose worker is gone is given up only after minutes.
    heartbeat = "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_"
    sooner = {f"{heartbeat}SEC": "3", f"{heartbeat}TIMEOUT": "12", f"{heartbeat}TIMEOUT_DETECTION_INTERVAL": "3"}
    with running_airflow(python, project, folder / "home", **sooner) as live:
        yield live


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """What `kedro run` makes of the same figures."""
    project = make_flow_project(tmp_path_factory.mktemp("plain") / "project", BY_HAND)
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "kedro", "run"],
        cwd=project,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Whole(project, time.monotonic() - started)


def test_the_whole_flow_makes_what_kedro_run_makes_in_one_mlflow_run(live: Live, whole: Whole) -> None:
    live.start("viticast", "whole")
    began = time.monotonic()
    live.succeeds("viticast", "whole")
    seconds = time.monotonic() - began
    states = live.api.tasks("viticast", "whole")
    assert {name: states[name] for name in IN_FLOW} == dict.fromkeys(IN_FLOW, "success")
    assert {name: states[name] for name in SKIPPED} == dict.fromkeys(SKIPPED, "skipped")
    assert [states[f"ingestion.intake[{index}]"] for index in (0, 1)] == ["success", "success"]
    assert list(differences(whole.project, live.project)) == []
    run, children = shared_run(live.project, "viticast/whole")
    assert (run.info.status, children) == ("FINISHED", children_of())
    assert run.data.metrics
    assert run.data.tags["viticast.task.monitoring"] == "success"
    print(
        f"\nwhole flow on LocalExecutor with PostgreSQL, {len(states)} tasks: {seconds:.0f} s; kedro run: "
        f"{whole.seconds:.0f} s; what the DAG adds: {seconds - whole.seconds:.0f} s"
    )


def victim(text: str, generation: int) -> int:
    """A process of a running task: 0 is Kedro's, 1 the task runner over it, 2 the executor's worker over that."""
    pid = int(wait_for(f"a process with {text}", lambda: kedro_process(text), 120))
    for _ in range(generation):
        pid = parent(pid)
    return pid


def kedro_process(text: str) -> int | None:
    """A process that runs Kedro with some arguments: not setpriv before it, nor a task that is about to start it."""
    return next((pid for pid in processes(text) if command(pid).split()[1:4] == ["-m", "kedro", "run"]), None)


def command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace").replace("\0", " ")


def parent(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("PPid:")))


def test_a_killed_process_task_runner_or_worker_costs_a_retry_and_nothing_else(live: Live, whole: Whole) -> None:
    live.start("viticast_ingestion", "killed")
    killed = {}
    for generation, (what, text) in enumerate(
        {
            "Kedro": "--tags fetch",
            "task runner": "tables=ExpVinho",
            "worker": "--tags publish",
        }.items()
    ):
        pid = victim(text, generation)
        killed[what] = command(pid)[:60]
        time.sleep(1.0)
        os.kill(pid, signal.SIGKILL)
        wait_for(f"{what} is gone", lambda pid=pid: is_gone(pid))
    print(f"\nkilled with SIGKILL: {killed}")
    live.succeeds("viticast_ingestion", "killed")
    tries = {
        (task["task_id"], task["map_index"]): task["try_number"]
        for task in live.api.instances("viticast_ingestion", "killed")
    }
    print(tries)
    assert sorted(tries.values())[-3:] == [2, 2, 2]
    assert list(differences(whole.project, live.project)) == []
    run, children = shared_run(live.project, "viticast_ingestion/killed")
    assert (run.info.status, children) == ("FINISHED", children_of())


def is_gone(pid: int) -> bool:
    """True for a process that ended, though nobody has waited for it yet."""
    status = Path(f"/proc/{pid}/status")
    return not status.exists() or "State:\tZ" in status.read_text(encoding="utf-8")


def test_a_run_that_fails_for_good_alerts_once_and_goes_on_where_it_is_cleared(live: Live) -> None:
    before = len(live.alerts)
    late = live.project / "late"
    live.start("viticast_ingestion", "late", source="sample", source_url=str(late))
    assert live.api.wait("viticast_ingestion", "late") == "failed"
    wait_for("an alert", lambda: len(live.alerts) > before)
    run, _ = shared_run(live.project, "viticast_ingestion/late")
    assert run.info.status == "FAILED"
    assert run.data.tags["viticast.task.fetch"] == "failed"
    # Another alert would come with the next rounds of the scheduler.
    time.sleep(10)
    [alert] = live.alerts[before:]
    assert (alert["dag_id"], alert["run_id"]) == ("viticast_ingestion", "late")
    assert str(late) in alert["error"]

    shutil.copytree(live.project / "data" / "00_sample", late)
    cleared = {"dag_run_id": "late", "dry_run": False, "only_failed": False, "include_downstream": True}
    live.api.ask("POST", "/dags/viticast_ingestion/clearTaskInstances", {**cleared, "task_ids": ["fetch"]})
    wait_for("it goes on", lambda: live.api.state("viticast_ingestion", "late") != "failed")
    live.succeeds("viticast_ingestion", "late")
    again, _ = shared_run(live.project, "viticast_ingestion/late")
    assert (again.info.run_id, again.info.status) == (run.info.run_id, "FINISHED")
    assert len(live.alerts) == before + 1
