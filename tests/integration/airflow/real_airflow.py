"""A real Airflow on loopback: PostgreSQL, LocalExecutor, scheduler, DAG processor and API server."""

import contextlib
import json
import os
import secrets
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from tests.integration.airflow.airflow_home import PLUGINS, AirflowHome
from tests.integration.postgres import OWNER, PASSWORD, PostgreSQL
from tests.local_aws.process import free_port

SECONDS_TO_START = 240.0
PROCESSES = (("scheduler", "--skip-serve-logs"), ("dag-processor",))
Found = TypeVar("Found")


class RealAirflow:
    """A running one; what it knows is read from its database, which is faster than asking its commands."""

    def __init__(self, home: AirflowHome, server: PostgreSQL) -> None:
        self.home = home
        self._processes: list[subprocess.Popen[bytes]] = []
        self._port = free_port()
        name = f"airflow_{secrets.token_hex(4)}"
        with sa.create_engine(server.owner_url(), isolation_level="AUTOCOMMIT").connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        self._engine = sa.create_engine(server.owner_url(name))
        home.more |= {
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": (
                f"postgresql+psycopg2://{OWNER}:{PASSWORD}@127.0.0.1:{server.port}/{name}"
            ),
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__PARALLELISM": "4",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{self._port}/execution/",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
            "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{self._port}",
            "AIRFLOW__API__SECRET_KEY": secrets.token_hex(16),
            "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(32),
            "AIRFLOW__CORE__FERNET_KEY": "",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "30",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
            "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "False",
        }

    def start(self) -> None:
        """Makes its database, starts its processes and waits until they work."""
        self.home.airflow("db", "migrate")
        self.home.airflow("pools", "import", str(PLUGINS.parent / "pools.json"))
        api = ("api-server", "--host", "127.0.0.1", "--port", str(self._port), "--workers", "1")
        for words in (api, *PROCESSES):
            self._start(*words)
        self.until("the API server answers", self._answers, SECONDS_TO_START)
        self.until(
            "the DAGs are known", lambda: self._one("SELECT count(*) FROM dag") == self._dags(), SECONDS_TO_START
        )

    def stop(self) -> None:
        """Ends all processes with what they started."""
        for process in self._processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        end = time.monotonic() + 20
        for process in self._processes:
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._engine.dispose()

    def trigger(self, dag_id: str, run_id: str, conf: Mapping[str, Any]) -> None:
        """Lets a DAG run begin."""
        self.home.airflow("dags", "unpause", dag_id)
        self.home.airflow("dags", "trigger", dag_id, "--run-id", run_id, "--conf", json.dumps(conf))

    def run_state(self, dag_id: str, run_id: str) -> str | None:
        """State of a DAG run."""
        return self._one("SELECT state FROM dag_run WHERE dag_id = :dag AND run_id = :run", dag=dag_id, run=run_id)

    def runs(self, dag_id: str) -> list[tuple[Any, ...]]:
        """Logical date, type, state, beginning and end of each run of a DAG, by their beginning."""
        query = "SELECT logical_date, run_type, state, start_date, end_date FROM dag_run WHERE dag_id = :dag ORDER BY 4"
        return self._all(query, dag=dag_id)

    def tasks(self, dag_id: str, run_id: str) -> dict[str, tuple[str, int]]:
        """Task -> state and number of tries; a mapped one with its place."""
        query = "SELECT task_id, map_index, state, try_number FROM task_instance WHERE dag_id = :dag AND run_id = :run"
        return {
            task if place < 0 else f"{task}/{place}": (state, tries)
            for task, place, state, tries in self._all(query, dag=dag_id, run=run_id)
        }

    def until(self, what: str, holds: Callable[[], Found], seconds: float) -> Found:
        """Waits until something holds, and gives it."""
        end = time.monotonic() + seconds
        while not (found := holds()):
            ended = [process.args for process in self._processes if process.poll() is not None]
            assert not ended, f"a process of Airflow ended: {ended}\n{self.logs()}"
            assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}\n{self.logs()}"
            time.sleep(0.2)
        return found

    def logs(self) -> str:
        """The end of what each process wrote."""
        return "\n".join(path.read_text(errors="replace")[-2500:] for path in sorted(self.home.folder.glob("*.out")))

    def _dags(self) -> int:
        return len(list(self.home.dags.glob("*_dag.py")))

    def _start(self, *words: str) -> None:
        with (self.home.folder / f"{words[0]}.out").open("ab") as log:
            process = subprocess.Popen(
                [self.home.python, "-m", "airflow", *words],
                cwd=self.home.folder,
                env=self.home.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._processes.append(process)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/api/v2/version", timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def _one(self, query: str, **values: Any) -> Any:
        found = self._all(query, **values)
        return found[0][0] if found else None

    def _all(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        with self._engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(query), values)]


@contextmanager
def running_airflow(home: AirflowHome, server: PostgreSQL) -> Iterator[RealAirflow]:
    """Starts one, and ends it."""
    airflow = RealAirflow(home, server)
    try:
        airflow.start()
        yield airflow
    finally:
        airflow.stop()


def kedro_process(project: Path, containing: str) -> int | None:
    """Id of the process in which a command of a project runs."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_text(errors="replace").split("\0")
            if "kedro" in words and containing in words and (folder / "cwd").resolve() == project.resolve():
                return int(folder.name)
    return None


def parent(process: int) -> int:
    """Id of the process that started another one."""
    return int(Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[1])
