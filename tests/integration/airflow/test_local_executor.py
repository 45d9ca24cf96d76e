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
from typing import Any

import pytest
import sqlalchemy as sa
from tests.integration.airflow.live import Api, processes, serve
from tests.integration.airflow.project import Recorded, make_airflow_project
from tests.integration.airflow.webhook import listening
from tests.integration.crash_runs import differences
from tests.integration.postgres import running_postgresql
from tests.pipelines.project_runs import clean_environment

pytestmark = [pytest.mark.airflow, pytest.mark.printed]

HEARTBEAT_SECONDS = 12
IN_FLOW = ("cataloging", "feature", "has_champion", "modeling", "monitoring", "decide", "done", "close_run")
SKIPPED = ("predict", "modeling_again", "monitoring_again", "decide_again", "stop")


@dataclass
class Live:
    """An Airflow that runs, the project of its tasks and the alerts that came."""

    airflow: Any
    api: Api
    project: Path
    alerts: list[dict[str, Any]]


@dataclass
class Whole:
    """A project after a plain `kedro run`, and how long that took."""

    project: Path
    seconds: float


@pytest.fixture(scope="module")
def live(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Starts everything once; each test triggers DAG runs of its own."""
    folder = tmp_path_factory.mktemp("airflow")
    project = make_airflow_project(folder / "project")
    with running_postgresql() as server, listening() as (address, alerts):
        engine = sa.create_engine(server.owner_url(), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql("CREATE DATABASE airflow")
        engine.dispose()
        airflow = serve.LocalAirflow(
            home=folder / "home",
            project=project,
            python=Path(sys.executable),
            airflow_python=python,
            database=server.owner_url("airflow").replace("+psycopg:", "+psycopg2:"),
            inherited=clean_environment(),
            environment={
                "VITICAST_ALERT_URL": address,
                # A task whose worker is gone is given up after minutes.
                "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_SEC": "3",
                "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": str(HEARTBEAT_SECONDS),
                "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "3",
            },
        )
        with airflow:
            yield Live(airflow, Api(airflow), project, alerts)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """What `kedro run` makes of the same figures."""
    project = make_airflow_project(tmp_path_factory.mktemp("plain") / "project")
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


def started(live: Live, dag_id: str, run_id: str, **params: Any) -> None:
    live.api.wait_for_dag(dag_id)
    live.api.trigger(dag_id, run_id, **params)


def test_the_whole_flow_makes_what_kedro_run_makes_in_one_mlflow_run(live: Live, whole: Whole) -> None:
    started(live, "viticast", "whole")
    began = time.monotonic()
    assert live.api.wait("viticast", "whole") == "success", live.api.failures("viticast", "whole")
    seconds = time.monotonic() - began
    states = live.api.tasks("viticast", "whole")
    assert {name: states[name] for name in IN_FLOW} == dict.fromkeys(IN_FLOW, "success")
    assert {name: states[name] for name in SKIPPED} == dict.fromkeys(SKIPPED, "skipped")
    assert [states[f"ingestion.intake[{index}]"] for index in (0, 1)] == ["success", "success"]
    assert list(differences(whole.project, live.project)) == []
    recorded = Recorded(live.project)
    run = recorded.shared("viticast/whole")
    assert run.info.status == "FINISHED"
    assert {child.info.run_name for child in recorded.children(run)} == {
        "ingestion.intake/Producao",
        "ingestion.intake/ExpVinho",
    }
    assert {child.info.status for child in recorded.children(run)} == {"FINISHED"}
    assert run.data.metrics
    assert run.data.tags["viticast.task.monitoring"] == "success"
    print(
        f"\nwhole flow on LocalExecutor with PostgreSQL, {len(states)} tasks: {seconds:.0f} s; kedro run: "
        f"{whole.seconds:.0f} s; what the DAG adds: {seconds - whole.seconds:.0f} s"
    )


def victim(text: str, generation: int) -> int:
    """A process of a running task: 0 is Kedro's, 1 the task runner over it, 2 the executor's worker over that.

    Waits until Kedro is at work.
    """
    end = time.monotonic() + 120
    while True:
        for pid in processes(text):
            if "kedro" in command(pid) and "airflow" not in Path(f"/proc/{pid}/cmdline").read_text().split("\0")[2]:
                lineage = [pid]
                for _ in range(generation):
                    lineage.append(parent(lineage[-1]))
                return lineage[-1]
        assert time.monotonic() < end, f"no process with {text}"
        time.sleep(0.05)


def command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace").replace("\0", " ")


def parent(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("PPid:")))


def test_a_killed_process_task_runner_or_worker_costs_a_retry_and_nothing_else(live: Live, whole: Whole) -> None:
    started(live, "viticast_ingestion", "killed")
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
        wait_until_gone(pid)
    print(f"\nkilled with SIGKILL: {killed}")
    assert live.api.wait("viticast_ingestion", "killed") == "success", live.api.failures("viticast_ingestion", "killed")
    tries = {
        (task["task_id"], task["map_index"]): task["try_number"]
        for task in live.api.instances("viticast_ingestion", "killed")
    }
    print(tries)
    assert sorted(tries.values())[-3:] == [2, 2, 2]
    assert list(differences(whole.project, live.project)) == []
    run = Recorded(live.project).shared("viticast_ingestion/killed")
    assert run.info.status == "FINISHED"
    assert {child.info.status for child in Recorded(live.project).children(run)} == {"FINISHED"}


def wait_until_gone(pid: int) -> None:
    end = time.monotonic() + 20
    while Path(f"/proc/{pid}").exists() and time.monotonic() < end:
        if "State:\tZ" in Path(f"/proc/{pid}/status").read_text(encoding="utf-8"):
            return
        time.sleep(0.05)


def test_a_run_that_fails_for_good_alerts_once_and_goes_on_where_it_is_cleared(live: Live) -> None:
    before = len(live.alerts)
    late = live.project / "late"
    started(live, "viticast_ingestion", "late", source="sample", source_url=str(late))
    assert live.api.wait("viticast_ingestion", "late") == "failed"
    wait_for(lambda: len(live.alerts) > before)
    run = Recorded(live.project).shared("viticast_ingestion/late")
    assert run.info.status == "FAILED"
    assert run.data.tags["viticast.task.ingestion.fetch"] == "failed"
    # Another alert would come with the next rounds of the scheduler.
    time.sleep(10)
    [alert] = live.alerts[before:]
    assert (alert["dag_id"], alert["run_id"]) == ("viticast_ingestion", "late")
    assert str(late) in alert["error"]

    shutil.copytree(live.project / "data" / "00_sample", late)
    cleared = {"dag_run_id": "late", "dry_run": False, "only_failed": True, "include_downstream": True}
    live.api.ask("POST", "/dags/viticast_ingestion/clearTaskInstances", {**cleared, "task_ids": ["ingestion.fetch"]})
    wait_for(lambda: live.api.state("viticast_ingestion", "late") != "failed")
    assert live.api.wait("viticast_ingestion", "late") == "success", live.api.failures("viticast_ingestion", "late")
    again = Recorded(live.project).shared("viticast_ingestion/late")
    assert (again.info.run_id, again.info.status) == (run.info.run_id, "FINISHED")
    assert len(live.alerts) == before + 1


def wait_for(holds: Any, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.3)
