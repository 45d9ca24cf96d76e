"""An Airflow that runs: asked over its own API, as its web page asks it."""

import importlib.util
import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from tests.integration.airflow.airflow_home import ROOT
from tests.integration.airflow.webhook import listening
from tests.integration.postgres import running_postgresql
from tests.pipelines.project_runs import clean_environment

ENDED = ("success", "failed")
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _load_serve() -> Any:
    """deploy/airflow/serve.py, which is no package."""
    spec = importlib.util.spec_from_file_location("serve", ROOT / "deploy" / "airflow" / "serve.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Its dataclass looks itself up there.
    sys.modules["serve"] = module
    spec.loader.exec_module(module)
    return module


serve = _load_serve()


class Api:
    """Airflow's API.

    Args:
        airflow: One that was started.
    """

    def __init__(self, airflow: Any) -> None:
        self._airflow = airflow
        self._token = ""

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The JSON of an answer.

        Raises:
            RuntimeError: Airflow refuses.
        """
        if not self._token:
            user = {"username": serve.USER, "password": self._airflow.password}
            self._token = self._send("POST", "/auth/token", user)["access_token"]
        return self._send(method, f"/api/v2{path}", body)

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None) -> Any:
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._airflow.url + path, data=data, headers=headers, method=method)  # noqa: S310
        try:
            with _DIRECT.open(request, timeout=60) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as refused:
            raise RuntimeError(f"{method} {path}: {refused.code} {refused.read().decode()[:2000]}") from refused

    def wait_for_dag(self, dag_id: str, seconds: float = 120.0) -> None:
        """Waits until the DAG processor has read a DAG, and switches it on."""
        end = time.monotonic() + seconds
        while True:
            try:
                self.ask("PATCH", f"/dags/{dag_id}", {"is_paused": False})
            except RuntimeError:
                assert time.monotonic() < end, f"{dag_id} is not there: {self.ask('GET', '/importErrors')}"
                time.sleep(1)
            else:
                return

    def trigger(self, dag_id: str, run_id: str, **params: Any) -> None:
        """Starts a DAG run."""
        self.ask("POST", f"/dags/{dag_id}/dagRuns", {"dag_run_id": run_id, "logical_date": None, "conf": params})

    def state(self, dag_id: str, run_id: str) -> str:
        """queued, running, success or failed."""
        return str(self.ask("GET", f"/dags/{dag_id}/dagRuns/{run_id}")["state"])

    def wait(self, dag_id: str, run_id: str, seconds: float = 400.0) -> str:
        """How a DAG run ended."""
        end = time.monotonic() + seconds
        while (state := self.state(dag_id, run_id)) not in ENDED:
            assert time.monotonic() < end, f"{run_id} is {state}: {self.tasks(dag_id, run_id)}"
            time.sleep(1)
        return state

    def tasks(self, dag_id: str, run_id: str) -> dict[str, str]:
        """Task (with its map index, where it is mapped) -> state."""
        return {_name(task): task["state"] for task in self.instances(dag_id, run_id)}

    def instances(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """All that Airflow knows of the tasks of a DAG run."""
        found = self.ask("GET", f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=100")
        return list(found["task_instances"])

    def wait_for_task(
        self, dag_id: str, run_id: str, task_id: str, state: str, seconds: float = 200.0
    ) -> dict[str, Any]:
        """A task instance, once one of that name has a state."""
        end = time.monotonic() + seconds
        while True:
            for task in self.instances(dag_id, run_id):
                if task["task_id"] == task_id and task["state"] == state:
                    return task
            assert time.monotonic() < end, f"{task_id} is not {state}: {self.tasks(dag_id, run_id)}"
            time.sleep(0.3)

    def log(self, dag_id: str, run_id: str, task: Mapping[str, Any]) -> str:
        """What a task instance wrote in its last try."""
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task['task_id']}/logs/{task['try_number']}"
        content = self.ask("GET", f"{path}?full_content=true&map_index={task['map_index']}")["content"]
        return "\n".join(str(line.get("event", line)) if isinstance(line, dict) else str(line) for line in content)

    def failures(self, dag_id: str, run_id: str) -> str:
        """The ends of the logs of the tasks that failed, for the message of a test."""
        failed = [task for task in self.instances(dag_id, run_id) if task["state"] in ("failed", "up_for_retry")]
        return "\n\n".join(f"== {_name(task)}\n{self.log(dag_id, run_id, task)[-2500:]}" for task in failed)


def _name(task: Mapping[str, Any]) -> str:
    return str(task["task_id"]) + ("" if task["map_index"] < 0 else f"[{task['map_index']}]")


def processes(text: str) -> list[int]:
    """Ids of the processes whose command line has a text in it, this one's apart."""
    found = []
    for path in Path("/proc").iterdir():
        if path.name.isdigit() and int(path.name) != os.getpid():
            try:
                command = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if text in command:
                found.append(int(path.name))
    return sorted(found)


@dataclass
class Live:
    """An Airflow that runs, the project of its tasks and the alerts that came."""

    airflow: Any
    api: Api
    project: Path
    alerts: list[dict[str, Any]]

    def start(self, dag_id: str, run_id: str, **params: Any) -> None:
        """Starts a DAG run."""
        self.api.wait_for_dag(dag_id)
        self.api.trigger(dag_id, run_id, **params)

    def succeeds(self, dag_id: str, run_id: str, seconds: float = 600.0) -> None:
        """Waits for the end of a DAG run, which must be a good one."""
        assert self.api.wait(dag_id, run_id, seconds) == "success", self.api.failures(dag_id, run_id)


@contextmanager
def running_airflow(
    python: Path,
    project: Path,
    home: Path,
    components: Mapping[str, list[str]] = serve.COMPONENTS,
    **environment: str,
) -> Iterator[Live]:
    """Starts `deploy/airflow/serve.py`'s Airflow on a PostgreSQL of its own, with a webhook for its alerts.

    Args:
        python: Of Airflow's environment.
        project: Whose DAGs it runs.
        home: Its folder.
        components: Its processes: name -> arguments of `airflow`.
        environment: Further variables of all of them.
    """
    with running_postgresql() as server, listening() as (address, alerts):
        engine = sa.create_engine(server.owner_url(), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql("CREATE DATABASE airflow")
        engine.dispose()
        database = server.owner_url("airflow").replace("+psycopg:", "+psycopg2:")
        airflow = serve.LocalAirflow(
            home=home,
            project=project,
            python=Path(sys.executable),
            airflow_python=python,
            database=database,
            inherited=clean_environment(),
            environment={
                "VITICAST_ALERT_URL": address,
                "AIRFLOW__CELERY__RESULT_BACKEND": f"db+{database}",
                **environment,
            },
            components=components,
        )
        with airflow:
            yield Live(airflow, Api(airflow), project, alerts)


def wait_for(what: str, holds: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Waits until something holds, and gives it."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.2)
    return found
