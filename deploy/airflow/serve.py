"""Airflow with viticast's DAGs on loopback: `make airflow`, or this script in Airflow's environment.

Starts the API server, the scheduler and the DAG processor as processes of their own, says where to look and with which
password, and ends them together. Everything that Airflow writes lies in one folder. Standard library only: what runs in
the processes is Airflow's own.
"""

import argparse
import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
USER = "admin"
START_SECONDS = 180.0
STOP_SECONDS = 20.0
COMPONENTS = {
    "api-server": ["api-server"],
    # Their servers of log files would listen on all interfaces; on one machine the API server reads the files itself.
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "dag-processor": ["dag-processor"],
}
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class StartError(RuntimeError):
    """Airflow did not start; the text says why and what to do."""


@dataclass
class LocalAirflow:
    """The processes of one Airflow on 127.0.0.1; as a context manager it ends all of them.

    Attributes:
        home: Folder of all that Airflow writes: settings, secrets, logs, and its database unless there is another.
        project: Folder of the viticast project that the tasks run in.
        python: Interpreter of the project's environment.
        airflow_python: Interpreter of Airflow's; the one that runs this without another.
        port: Of the web page and the API; any free one without it.
        database: SQLAlchemy address of Airflow's database; a file of SQLite in `home` without it.
        inherited: Variables that all processes begin with; those of this process without others.
        environment: Further variables of all processes, and so of the tasks.
        components: Name -> arguments of `airflow` for all that is started.
    """

    home: Path
    project: Path = ROOT
    python: Path = ROOT / ".venv" / "bin" / "python"
    airflow_python: Path = Path(sys.executable)
    port: int = 0
    database: str = ""
    inherited: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    components: Mapping[str, Sequence[str]] = field(default_factory=lambda: dict(COMPONENTS))
    _processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict, repr=False)

    @property
    def url(self) -> str:
        """Address of the web page."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def password(self) -> str:
        """Of the one user."""
        return self._secrets()["password"]

    @property
    def variables(self) -> dict[str, str]:
        """Environment of every process of this Airflow.

        Where a variable of Airflow is set already (`AIRFLOW__CORE__PARALLELISM`, …), it stays.
        """
        kept, folder = self._secrets(), self.project / "deploy" / "airflow"
        usual = {
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__PARALLELISM": str(max(2, os.cpu_count() or 2)),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
            "AIRFLOW__API__WORKERS": "1",
            "SCARF_ANALYTICS": "false",
            "DO_NOT_TRACK": "1",
        }
        return {
            **usual,
            **self.inherited,
            "PATH": os.pathsep.join([str(self.airflow_python.parent), self.inherited.get("PATH", os.defpath)]),
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(folder / "dags"),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(folder / "plugins"),
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(self.home / "passwords.json"),
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.url}/execution/",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": self.database or f"sqlite:///{self.home / 'airflow.db'}",
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(self.port),
            "AIRFLOW__API__BASE_URL": self.url,
            # Every process must have the same two, or the tasks' tokens are refused.
            "AIRFLOW__API_AUTH__JWT_SECRET": kept["jwt"],
            "AIRFLOW__API__SECRET_KEY": kept["session"],
            "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(self.home / "logs"),
            "VITICAST_HOME": str(self.project),
            "VITICAST_PYTHON": str(self.python),
            **self.environment,
        }

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def command(self, *arguments: str, seconds: float = 300.0) -> str:
        """What a command of Airflow prints.

        Raises:
            StartError: It failed.
        """
        done = subprocess.run(  # noqa: S603 - arguments of ours
            [str(self.airflow_python), "-m", "airflow", *arguments],
            env=self.variables,
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        if done.returncode != 0:
            raise StartError(f"airflow {' '.join(arguments)} failed:\n{(done.stdout + done.stderr)[-3000:]}")
        return done.stdout

    def start(self) -> None:
        """Makes or migrates the database, imports the pools and starts the components; waits until all are healthy.

        Raises:
            StartError: The port is taken, or a component ended or is not healthy in time.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        self.port = self.port or _free_port()
        _require_free(self.port)
        self.command("db", "migrate")
        self.command("pools", "import", str(self.project / "deploy" / "airflow" / "pools.json"))
        try:
            for name in self.components:
                self.start_component(name)
            self._wait_until_healthy()
        except BaseException:
            self.stop()
            raise

    def start_component(self, name: str) -> None:
        """Starts one of the components, as the leader of a group of its own."""
        with (self.home / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(  # noqa: S603 - arguments of ours
                [str(self.airflow_python), "-m", "airflow", *self.components[name]],
                env=self.variables,
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def stop_component(self, name: str, how: signal.Signals = signal.SIGTERM) -> None:
        """Ends one component with all that it started; by force where it does not end by itself."""
        process = self._processes.pop(name, None)
        if process is None:
            return
        for sent in (how, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, sent)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
                break
        # What the component started may outlive it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    def stop(self) -> None:
        """Ends everything; the API server last: tasks that end tell it so."""
        for name in sorted(self._processes, key=lambda name: name == "api-server"):
            self.stop_component(name)

    def ended(self) -> Iterator[str]:
        """Components that ended though nobody stopped them."""
        return (name for name, process in self._processes.items() if process.poll() is not None)

    def _wait_until_healthy(self) -> None:
        end = time.monotonic() + START_SECONDS
        while not self._is_healthy():
            if name := next(self.ended(), None):
                raise StartError(f"Airflow's {name} ended:\n{self._tail(name)}")
            if time.monotonic() > end:
                raise StartError(f"Airflow is not healthy after {START_SECONDS:.0f} s: see the logs in {self.home}")
            time.sleep(0.5)

    def _is_healthy(self) -> bool:
        try:
            with _DIRECT.open(f"{self.url}/api/v2/monitor/health", timeout=5) as answer:
                health = json.load(answer)
        except (urllib.error.URLError, OSError, ValueError):
            return False
        return all(health[name]["status"] == "healthy" for name in ("metadatabase", "scheduler", "dag_processor"))

    def _tail(self, name: str) -> str:
        return (self.home / f"{name}.log").read_text(encoding="utf-8", errors="replace")[-3000:]

    def _secrets(self) -> dict[str, str]:
        """Made once and kept for the owner's eyes only."""
        path = self.home / "secrets.json"
        if not path.exists():
            self.home.mkdir(parents=True, exist_ok=True)
            made = {name: secrets.token_urlsafe(24) for name in ("password", "jwt", "session")}
            _write_secret(path, made)
        kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        kept["password"] = self.inherited.get("VITICAST_AIRFLOW_PASSWORD") or kept["password"]
        _write_secret(self.home / "passwords.json", {USER: kept["password"]})
        return kept


def _write_secret(path: Path, content: Mapping[str, str]) -> None:
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.touch(mode=0o600)
    unfinished.write_text(json.dumps(content), encoding="utf-8")
    unfinished.replace(path)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise StartError(
                f"port {port} of 127.0.0.1 is taken ({error.strerror}). Remedy: end what listens there, or choose "
                "another one: make airflow PORT=8081"
            ) from error


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8080, help="of the web page (default: %(default)s)")
    parser.add_argument(
        "--home", type=Path, default=ROOT / "data" / "airflow", help="folder of Airflow (default: data/airflow)"
    )
    parser.add_argument(
        "--database",
        default=os.environ.get("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", ""),
        help="SQLAlchemy address of Airflow's database; a file of SQLite in the folder without it. One with a password "
        "belongs into AIRFLOW__DATABASE__SQL_ALCHEMY_CONN, not on a command line",
    )
    return parser.parse_args()


def main() -> int:
    """Serves until it is told to end; the status is 1 if a component ended by itself."""
    given = _arguments()
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda *_: sys.exit(0))
    print("starting Airflow; it takes half a minute ...", flush=True)
    try:
        with LocalAirflow(home=given.home.resolve(), port=given.port, database=given.database) as airflow:
            print(f"Airflow:   {airflow.url}\nuser:      {USER}\npassword:  {airflow.password}", flush=True)
            print("The DAGs are paused: switch one on there, or trigger it. Ctrl-C ends Airflow.", flush=True)
            while True:
                time.sleep(1)
                if name := next(airflow.ended(), None):
                    print(f"Airflow's {name} ended: see {airflow.home / name}.log", file=sys.stderr)
                    return 1
    except StartError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
