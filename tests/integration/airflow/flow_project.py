"""A throw-away project with few tables whose DAGs Airflow runs, and what a run of it left in lake and MLflow."""

import hashlib
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import Run
from tests.integration.airflow.airflow_home import ROOT, write_dags
from tests.pipelines.project_runs import keep_tables, make_project

TABLES = ["Producao", "ExpVinho", "ImpSuco"]

ONCE = "retries: {count: 0, delay_seconds: 1, exponential: false, longest_delay_seconds: 1}\n"
"""A failure is final at once."""

SOON = "retries: {count: 2, delay_seconds: 1, exponential: false, longest_delay_seconds: 5}\n"
"""A failure is tried again at once."""

PUBLISHED = ("observations", "series", "forecasts", "backtests")
"""Tables of the lake that say nothing of when or how a run was made."""


def make_flow_project(folder: Path, settings: str) -> tuple[Path, Path]:
    """The project, and the folder of its DAGs.

    Args:
        folder: Gets the project.
        settings: YAML for its conf/local/airflow.yml.
    """
    project = make_project(folder, ROOT)
    keep_tables(project, TABLES)
    return project, write_dags(project, settings)


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
