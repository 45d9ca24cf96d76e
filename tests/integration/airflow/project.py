"""A throw-away project with DAGs of its own, and what its MLflow says of the runs of those."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mlflow import MlflowClient
from tests.integration.airflow.airflow_home import ROOT, write_dags
from tests.pipelines.project_runs import keep_tables, make_project

TABLES = ("Producao", "ExpVinho")
QUICK = """
schedules: {viticast: null, ingestion: null}
retries: {count: 1, delay_seconds: 1, exponential: false, longest_delay_seconds: 1}
notify: {variable: VITICAST_ALERT_URL, connection: null}
"""
"""Settings of DAGs whose retries nobody waits for."""


def make_airflow_project(folder: Path, tables: Sequence[str] = TABLES, settings: str = QUICK) -> Path:
    """A project of the sample with some of the tables, the repository's plugins, and DAGs written for them."""
    project = make_project(folder, ROOT)
    if tables:
        keep_tables(project, tables)
        for path in (project / "data" / "00_sample").glob("*/*.csv"):
            if path.stem not in tables:
                path.unlink()
    shutil.copytree(ROOT / "deploy" / "airflow" / "plugins", project / "deploy" / "airflow" / "plugins")
    write_dags(project, settings)
    return project


class Recorded:
    """MLflow's store of a project.

    Args:
        project: Its folder.
    """

    def __init__(self, project: Path) -> None:
        self._client = MlflowClient(f"sqlite:///{project}/data/mlflow/mlflow.db")

    def shared(self, name: str) -> Any:
        """The one run of a DAG run (`<dag_id>/<run_id>`)."""
        [run] = self._search(f"tags.`viticast.shared_run` = '{name}'")
        return run

    def children(self, run: Any) -> list[Any]:
        """The child runs of a run."""
        return self._search(f"tags.`mlflow.parentRunId` = '{run.info.run_id}'")

    def versions(self, model: str = "viticast-sample") -> int:
        """How many versions of a model there are."""
        return len(self._client.search_model_versions(f"name='{model}'"))

    def _search(self, asked: str) -> list[Any]:
        experiment = self._client.get_experiment_by_name("viticast")
        return list(self._client.search_runs([experiment.experiment_id], asked))
