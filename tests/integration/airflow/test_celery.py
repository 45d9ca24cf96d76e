"""CeleryExecutor with Redis and two workers: mapped ingestion runs on both, and makes the lake of `kedro run`."""

import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.integration.airflow.flow_project import BY_HAND, SOON, children_of, make_flow_project, shared_run
from tests.integration.airflow.live import Live, processes, running_airflow, serve, wait_for
from tests.integration.crash_runs import differences
from tests.local_aws.process import free_port
from tests.pipelines.project_runs import run

pytestmark = [pytest.mark.airflow_proof, pytest.mark.printed]

WORKERS = ("one", "two")
TABLES = ["Producao", "Comercio", "ExpVinho", "ImpSuco"]


def celery_worker(name: str) -> list[str]:
    """One that has two tasks at once at most, and serves no logs."""
    return ["celery", "worker", "--skip-serve-logs", "--celery-hostname", f"{name}@%h", "--concurrency", "2"]


@contextmanager
def running_redis(folder: Path) -> Iterator[str]:
    """A Redis on loopback; gives its address."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("REDIS IS NOT HERE, this test checks nothing: apt-get install redis-server")
    port, password = free_port(), secrets.token_urlsafe(16)
    settings = folder / "redis.conf"
    settings.write_text(f"bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave ''\ndir {folder}\n")
    process = subprocess.Popen([program, settings], stdout=subprocess.DEVNULL)
    try:
        yield f"redis://:{password}@127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="module")
def live(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("celery")
    project = make_flow_project(folder / "project", BY_HAND + SOON, TABLES)
    workers = {f"worker-{name}": celery_worker(name) for name in WORKERS}
    heartbeat = "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_"
    with running_redis(folder) as broker:
        settings = {
            "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
            "AIRFLOW__CELERY__BROKER_URL": broker,
            "AIRFLOW__CELERY__WORKER_ENABLE_REMOTE_CONTROL": "True",
            f"{heartbeat}SEC": "3",
            f"{heartbeat}TIMEOUT": "12",
            f"{heartbeat}TIMEOUT_DETECTION_INTERVAL": "3",
            # Celery refuses to run as root without it, and tests often do.
            "C_FORCE_ROOT": "true",
        }
        with running_airflow(
            python, project, folder / "home", components={**serve.COMPONENTS, **workers}, **settings
        ) as live:
            yield live


def workers_of(live: Live, dag_id: str, run_id: str) -> dict[str, str]:
    """Table -> the worker whose log says that it took the table's task of ingestion."""
    logs = {name: (live.airflow.home / f"worker-{name}.log").read_text(errors="replace") for name in WORKERS}
    taken = {}
    for task in live.api.instances(dag_id, run_id):
        path = f"dag_id={dag_id}/run_id={run_id}/task_id=intake/map_index={task['map_index']}/"
        for name, log in logs.items():
            if path in log:
                taken[task["rendered_map_index"]] = name
    return taken


def test_mapped_ingestion_runs_on_both_workers_and_survives_the_kill_of_one(
    live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.start("viticast_ingestion", "celery")
    live.succeeds("viticast_ingestion", "celery")
    taken = workers_of(live, "viticast_ingestion", "celery")
    print(f"\ntable -> worker: {taken}")
    assert set(taken) == set(TABLES)
    assert set(taken.values()) == set(WORKERS)

    live.api.trigger("viticast_ingestion", "worker-killed", source="sample")
    wait_for("a task of publish", lambda: processes("--tags publish"), 200)
    victim = next(name for name in WORKERS if _runs_under(live, name, processes("--tags publish")[0]))
    time.sleep(1)
    os.killpg(live.airflow._processes[f"worker-{victim}"].pid, signal.SIGKILL)
    live.airflow._processes[f"worker-{victim}"].wait()
    live.airflow.start_component(f"worker-{victim}")
    live.succeeds("viticast_ingestion", "worker-killed")
    for run_id in ("celery", "worker-killed"):
        recorded, children = shared_run(live.project, f"viticast_ingestion/{run_id}")
        assert (recorded.info.status, children) == ("FINISHED", children_of(TABLES))
    print(f"worker {victim} was killed with SIGKILL while it published: success, one MLflow run")

    live.start("viticast", "whole")
    live.succeeds("viticast", "whole")
    plain = make_flow_project(tmp_path / "plain", BY_HAND, TABLES)
    monkeypatch.chdir(plain)
    run(plain)
    assert list(differences(plain, live.project)) == []
    print("the whole flow on two workers: the lake, the receipts and the registered model of kedro run")


def _runs_under(live: Live, name: str, pid: int) -> bool:
    """Whether a process descends from a worker."""
    worker = live.airflow._processes[f"worker-{name}"].pid
    while pid > 1:
        if pid == worker:
            return True
        pid = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    return False
