"""kedro-mlflow's hooks, whose run may be one that several processes share (`viticast.datasets.mlflow_shared_run`)."""

import atexit
import logging
import os
from typing import Any

import mlflow
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from kedro_mlflow.framework.hooks.mlflow_hook import MlflowHook
from mlflow.exceptions import MlflowException
from mlflow.utils.validation import MAX_PARAM_VAL_LENGTH

from viticast.datasets.mlflow_shared_run import (
    LABEL_VARIABLE,
    RUN_ID_VARIABLE,
    SharedRunError,
    note_other_value,
    open_child,
    require_shared_run,
)
from viticast.datasets.mlflow_store import store_lock

logger = logging.getLogger(__name__)


class SharedRunHooks(MlflowHook):  # type: ignore[misc]
    """Stands in the place of kedro-mlflow's hooks, and is them, except where a run is shared.

    `VITICAST_SHARED_RUN_ID` names the shared run that this process logs into; with `VITICAST_SHARED_RUN_CHILD` it logs
    into the child run of that label. Without the first, all is as kedro-mlflow has it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._joined: str | None = None
        self._is_child = False
        # MLflow, imported by now, has each run FINISHED at the end of a process; what is registered later is called
        # first.
        atexit.register(self._leave, "FAILED")

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Prepares MLflow; an experiment that another process makes at the same time is the same one."""
        try:
            super().after_context_created(context)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
            super().after_context_created(context)

    @hook_impl
    def before_pipeline_run(self, run_params: dict[str, Any], pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Starts an MLflow run, or joins the shared one.

        Raises:
            SharedRunError: There is no such shared run, or no shared run for the label.
        """
        self._joined = None
        run_id, label = os.environ.get(RUN_ID_VARIABLE), os.environ.get(LABEL_VARIABLE)
        if label and not run_id:
            raise SharedRunError(
                f"{LABEL_VARIABLE} is '{label}', and {RUN_ID_VARIABLE} says of which shared run: set it to the id that "
                "kedro shared-run open printed, or unset both"
            )
        settings = self.mlflow_config.tracking.run
        settings.id, settings.name = self._join(run_id, label) if run_id else (settings.id, settings.name)
        super().before_pipeline_run(run_params, pipeline, catalog)

    @hook_impl(trylast=True)
    def after_pipeline_run(self, run_params: dict[str, Any], pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Ends the run; a shared one goes on."""
        if not self._leave("FINISHED"):
            super().after_pipeline_run(run_params, pipeline, catalog)

    @hook_impl(trylast=True)
    def on_pipeline_error(
        self, error: Exception, run_params: dict[str, Any], pipeline: Pipeline, catalog: DataCatalog
    ) -> None:
        """Ends the run as failed; a shared one goes on."""
        if not self._leave("FAILED"):
            super().on_pipeline_error(error, run_params, pipeline, catalog)

    def _join(self, run_id: str, label: str | None) -> tuple[str, str]:
        """Id and name of the run to log into."""
        server, experiment = self.mlflow_config.server, self.mlflow_config.tracking.experiment._experiment
        client = server._mlflow_client
        with store_lock(server.mlflow_tracking_uri, "join the shared MLflow run"):
            shared = require_shared_run(client, run_id, experiment.experiment_id)
            run = open_child(client, shared, label) if label else shared
        self._joined, self._is_child = str(run.info.run_id), bool(label)
        return self._joined, str(run.info.run_name)

    def _leave(self, status: str) -> bool:
        """Ends the child run, or has the shared run stay as it is; False if this process joined none."""
        if self._joined is None:
            return False
        # With `nested: true` in mlflow.yml, each node starts it once more.
        while (active := mlflow.active_run()) is not None and active.info.run_id == self._joined:
            # Whoever closed a shared run meanwhile knows better.
            mlflow.end_run(status if self._is_child else mlflow.get_run(self._joined).info.status)
        self._joined = None
        return True

    def _log_param(self, name: str, value: object) -> None:
        """Logs a parameter; one that the shared run has with another value is noted in a tag."""
        try:
            super()._log_param(name, value)
        except MlflowException:
            if self._joined is None or not self._note(name, str(value)[:MAX_PARAM_VAL_LENGTH]):
                raise

    def _note(self, name: str, value: str) -> bool:
        server = self.mlflow_config.server
        with store_lock(server.mlflow_tracking_uri, f"note the parameter {name}"):
            is_other = note_other_value(server._mlflow_client, str(self._joined), name, value)
        if is_other:
            logger.info("the shared MLflow run has another value of %s: a tag has this one, %.80s", name, value)
        return is_other
