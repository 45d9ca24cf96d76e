"""An Airflow of its own: a home in a folder, the DAGs and plugins of a project, nothing of this machine's."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.pipelines.project_runs import clean_environment

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).parent
PLUGINS = ROOT / "deploy" / "airflow" / "plugins"


def airflow_python() -> Path | None:
    """The interpreter of Airflow's environment: VITICAST_AIRFLOW_PYTHON, or what `make test-airflow` sets up."""
    named = os.environ.get("VITICAST_AIRFLOW_PYTHON")
    python = Path(named) if named else ROOT / ".venv-airflow" / "bin" / "python"
    return python if python.is_file() else None


@dataclass
class AirflowHome:
    """Where an Airflow keeps what it knows, and what it is given.

    Attributes:
        python: Of Airflow's environment.
        folder: Its home.
        dags: Folder of the DAGs.
        project: Folder of the project that tasks run in.
        more: Variables on top.
    """

    python: Path
    folder: Path
    dags: Path
    project: Path
    more: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """Of every process of it."""
        kept = {
            name: value for name, value in clean_environment().items() if not name.startswith(("AIRFLOW", "PYTEST"))
        }
        return {
            **kept,
            "AIRFLOW_HOME": str(self.folder),
            "AIRFLOW__CORE__DAGS_FOLDER": str(self.dags),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(PLUGINS),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{self.folder}/airflow.db",
            "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",
            "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(self.folder / "logs"),
            "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
            "SCARF_ANALYTICS": "false",
            "PYTHONPATH": str(ROOT / "src"),
            "VITICAST_HOME": str(self.project),
            "VITICAST_PYTHON": sys.executable,
            **self.more,
        }

    def run(self, *words: str | Path, seconds: float = 600) -> str:
        """Runs Airflow's interpreter, and gives what it wrote."""
        done = subprocess.run(
            [self.python, *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )
        assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
        return done.stdout + done.stderr

    def airflow(self, *words: str, seconds: float = 300) -> str:
        """Runs a command of Airflow."""
        return self.run("-m", "airflow", *words, seconds=seconds)

    def describe(self) -> dict[str, Any]:
        """What Airflow makes of the DAGs: describe_dags.py says how."""
        return self._ask("describe_dags.py", str(self.dags))

    def calls(self) -> dict[str, Any]:
        """What each task would run, and as which pod: render_calls.py says how."""
        return self._ask("render_calls.py", str(self.dags))

    def test(self, dag_id: str, conf: Mapping[str, Any] | None = None, seconds: float = 900) -> dict[str, Any]:
        """Runs a DAG by `dag.test`: its state, and those of its tasks."""
        return self._ask("run_dag.py", str(self.dags), dag_id, json.dumps(conf or {}), seconds=seconds)

    def _ask(self, script: str, *words: str, seconds: float = 300) -> dict[str, Any]:
        reply = self.folder / "reply.json"
        reply.unlink(missing_ok=True)
        said = self.run(HERE / script, reply, *words, seconds=seconds)
        (self.folder / f"{script}.log").write_text(said, encoding="utf-8")
        found: dict[str, Any] = json.loads(reply.read_text(encoding="utf-8"))
        return found


def write_dags(project: Path, settings: str = "") -> Path:
    """Has `kedro dags` write the DAGs of a project; gives their folder.

    Args:
        project: Its folder.
        settings: YAML for its conf/local/airflow.yml.
    """
    if settings:
        (project / "conf" / "local" / "airflow.yml").write_text(settings, encoding="utf-8")
    kedro(project, "dags")
    return project / "deploy" / "airflow" / "dags"


def kedro(project: Path, *words: str, ends: Sequence[int] = (0,)) -> subprocess.CompletedProcess[str]:
    """Runs a command of a project in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "kedro", *words],
        cwd=project,
        env=clean_environment() | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in ends, (done.stdout + done.stderr)[-4000:]
    return done
