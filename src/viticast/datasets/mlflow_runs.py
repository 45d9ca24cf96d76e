"""MLflow runs of processes that ended without saying so, by `kill -9` for one."""

import json
import logging
import os
from collections.abc import Mapping

from viticast.lake.writers import Writer, this_host, this_writer

HOST_TAG = "viticast.host"
PID_TAG = "viticast.pid"

logger = logging.getLogger(__name__)


def sign_new_runs() -> None:
    """Has MLflow tag each run that this process starts with the process: as the run is made, not after it."""
    # The name that MLflow promises to keep for tags from the environment.
    given = json.loads(os.environ.get("MLFLOW_RUN_CONTEXT", "{}"))
    writer = this_writer()
    os.environ["MLFLOW_RUN_CONTEXT"] = json.dumps({**given, HOST_TAG: writer.host, PID_TAG: str(writer.pid)})


def close_abandoned_runs(experiment_name: str) -> list[str]:
    """Marks runs KILLED that say they are running though their process, of this host, is no more.

    Returns:
        Ids of the runs that were closed.
    """
    from mlflow import MlflowClient  # noqa: PLC0415 - kedro-mlflow has imported it by now

    client = MlflowClient()
    experiment = client.get_experiment_by_name(experiment_name)
    if experiment is None:
        return []
    open_runs = client.search_runs(
        [experiment.experiment_id], f"attributes.status = 'RUNNING' and tags.`{HOST_TAG}` = '{this_host()}'"
    )
    closed = [run.info.run_id for run in open_runs if _writer(run.data.tags).is_dead]
    for run_id in closed:
        client.set_terminated(run_id, "KILLED")
        logger.warning("MLflow run %s was left open by a process that ended: it is KILLED", run_id)
    return closed


def _writer(tags: Mapping[str, str]) -> Writer:
    return Writer(tags[HOST_TAG], int(tags[PID_TAG]))
