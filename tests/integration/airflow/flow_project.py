"""A throw-away project with few tables whose DAGs Airflow runs, and what a run of it left in lake and MLflow."""

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import Run
from tests.integration.airflow.airflow_home import PLUGINS, ROOT, write_dags
from tests.pipelines.project_runs import keep_tables, make_project

TABLES = ["Producao", "ExpVinho"]

BY_HAND = "schedules: {viticast: null, ingestion: null}\n"

ONCE = BY_HAND + "retries: {count: 0, delay_seconds: 1, exponential: false, longest_delay_seconds: 1}\n"
"""A failure is final at once."""

SOON = "retries: {count: 1, delay_seconds: 1, exponential: false, longest_delay_seconds: 1}\n"
"""A failure is tried again at once."""

PUBLISHED = ("observations", "series", "forecasts", "backtests")
"""Tables of the lake that say nothing of when or how a run was made."""


def make_flow_project(folder: Path, settings: str, tables: Sequence[str] = TABLES) -> Path:
    """A project of some of the tables, with the repository's plugins and DAGs of its own in `deploy/airflow`.

    Args:
        folder: Gets the project.
        settings: YAML for its conf/local/airflow.yml.
        tables: Those that it knows.
    """
    project = make_project(folder, ROOT)
    keep_tables(project, tables)
    shutil.copytree(PLUGINS, project / "deploy" / "airflow" / "plugins")
    write_dags(project, settings)
    return project


def lake_files(project: Path) -> dict[str, list[str]]:
    """Table of the lake -> its partitions, each with the hash of its bytes."""
    lake = project / "data" / "sample" / "02_lake"
    return {
        table: sorted(
            f"{path.parent.relative_to(lake).as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}"
            for path in (lake / table).rglob("*.parquet")
        )
        for table in PUBLISHED
    }


def mlflow_runs(project: Path) -> tuple[list[Run], list[Run]]:
    """The runs of MLflow that have no parent, and those that have one."""
    client = MlflowClient(tracking_uri=f"sqlite:///{project / 'data' / 'mlflow' / 'mlflow.db'}")
    experiments = [one.experiment_id for one in client.search_experiments()]
    found = list(client.search_runs(experiments, max_results=1000))
    parents = [run for run in found if "mlflow.parentRunId" not in run.data.tags]
    return parents, [run for run in found if run not in parents]


def shared_run(project: Path, dag_run: str) -> tuple[Run, dict[str, str]]:
    """The one MLflow run of a DAG run (`<dag_id>/<run_id>`), and its children: name -> status."""
    parents, children = mlflow_runs(project)
    [run] = [one for one in parents if one.data.tags.get("viticast.shared_run") == dag_run]
    mine = [child for child in children if child.data.tags["mlflow.parentRunId"] == run.info.run_id]
    return run, {child.info.run_name: child.info.status for child in mine}


def children_of(tables: Sequence[str] = TABLES) -> dict[str, str]:
    """What the children of a good run are."""
    return {f"ingestion.intake/{table}": "FINISHED" for table in tables}
