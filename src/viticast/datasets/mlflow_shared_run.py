"""An MLflow run that several processes log into, one after the other or at once: of a scheduler's tasks, for one.

A process opens it and ends, others log into it or into child runs, one of each label, and a last one closes it. No
process owns the shared run: it has no tag of one, so that no later run takes it for abandoned. A child run belongs to
the process that used it last.

What several processes log meets in one run:

- Tags: the last value counts. kedro-mlflow sets `kedro_command`, `pipeline_names` and the like for each process.
- Metrics: each value is kept, the last one is shown. Inputs and artifacts: the same once, a changed file is replaced.
- Parameters: MLflow takes one value and refuses any other, which would end a task that is run again with
  `promote=force`, or for other tables. The first value stays; the others are in the tag
  `viticast.other_values.<parameter>`.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from viticast.datasets.mlflow_choice import find_or_make_run
from viticast.datasets.mlflow_runs import HOST_TAG, PID_TAG
from viticast.lake.writers import this_writer

NAME_TAG = "viticast.shared_run"
LABEL_TAG = "viticast.shared_run_child"
PARENT_TAG = "mlflow.parentRunId"
STATE_TAG = "viticast.task."
OTHER_VALUES_TAG = "viticast.other_values."

RUN_ID_VARIABLE = "VITICAST_SHARED_RUN_ID"
LABEL_VARIABLE = "VITICAST_SHARED_RUN_CHILD"

COMMAND_TAG = "kedro_command"
"""kedro-mlflow sets it by itself, and not with other tags: of two processes that make it at once, SQLite fails one."""

RUNNING = "RUNNING"
LONGEST_NAME = 250
LONGEST_VALUE = 500
LONGEST_LIST = 5000
MOST_TAGS = 100
"""MLflow takes so many at once."""

_NAME = re.compile(rf"[^'\"`\\\x00-\x1f\x7f]{{1,{LONGEST_NAME}}}")


class SharedRunError(ValueError):
    """A shared run that there is not, or whose name or label is not possible."""


def open_shared_run(client: Any, experiment_id: str, name: str, tags: Mapping[str, str]) -> str:  # noqa: ANN401
    """The shared run of a name, RUNNING: made if there is none, opened again if it had ended.

    Args:
        client: An MlflowClient.
        experiment_id: Where the run is.
        name: Its name, of at most 250 characters, without quotes and backslashes.
        tags: Set on the run, whether it is made or was there.

    Returns:
        Its id.

    Raises:
        SharedRunError: The name is not possible.
        UndecidedRunError: Other processes got in the way all the time.
    """
    identity = {NAME_TAG: _possible(name, "name")}
    made = {**_context_tags(), COMMAND_TAG: "kedro shared-run open"}
    run = find_or_make_run(client, experiment_id, name, identity, made)
    _set_tags(client, run.info.run_id, tags)
    if run.info.status != RUNNING:
        client.update_run(run.info.run_id, status=RUNNING)
    return str(run.info.run_id)


def close_shared_run(client: Any, run: Any, status: str, states: Mapping[str, str]) -> list[str]:  # noqa: ANN401
    """Ends a shared run, and what is still open under it.

    Args:
        client: An MlflowClient.
        run: The shared run, as `require_shared_run` gives it.
        status: FINISHED or FAILED.
        states: Task -> what became of it.

    Returns:
        Ids of the child runs that were still RUNNING: they are FAILED.
    """
    run_id, experiment_id = run.info.run_id, run.info.experiment_id
    _set_tags(client, run_id, {f"{STATE_TAG}{task}": state for task, state in states.items()})
    children = client.search_runs(
        [experiment_id], f"tags.`{PARENT_TAG}` = '{run_id}' and attributes.status = 'RUNNING'"
    )
    left_open = [str(child.info.run_id) for child in children]
    for child_id in left_open:
        client.set_terminated(child_id, "FAILED")
    if run.info.status != status:
        client.set_terminated(run_id, status)
    return left_open


def require_shared_run(client: Any, run_id: str, experiment_id: str) -> Any:  # noqa: ANN401
    """A shared run by its id.

    Args:
        client: An MlflowClient.
        run_id: Its id.
        experiment_id: Where it must be.

    Raises:
        SharedRunError: There is none in this experiment of this store, or the run is not a shared one.
    """
    from mlflow.exceptions import MlflowException  # noqa: PLC0415 - the client is there, so it is imported
    from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE, RESOURCE_DOES_NOT_EXIST  # noqa: PLC0415

    remedy = "Open one (kedro shared-run open --name <name>) and use the id that it prints, with the same --env"
    try:
        run = client.get_run(run_id)
    except MlflowException as error:
        if error.error_code not in _names(RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE):
            raise
        raise SharedRunError(f"MLflow's store has no run '{run_id}'. {remedy}") from error
    if run.info.lifecycle_stage != "active" or run.info.experiment_id != experiment_id:
        raise SharedRunError(f"MLflow run {run_id} was deleted, or is of another experiment. {remedy}")
    if NAME_TAG not in run.data.tags:
        raise SharedRunError(f"MLflow run {run_id} is not a shared one: it has no tag {NAME_TAG}. {remedy}")
    return run


def open_child(client: Any, shared: Any, label: str) -> Any:  # noqa: ANN401
    """The child run of a label, made if there is none, and signed by this process, that uses it.

    Args:
        client: An MlflowClient.
        shared: The shared run.
        label: Tells the children of a run apart; as possible as a name.

    Raises:
        SharedRunError: The label is not possible.
        UndecidedRunError: Other processes got in the way all the time.
    """
    identity = {PARENT_TAG: str(shared.info.run_id), LABEL_TAG: _possible(label, "label")}
    writer = this_writer()
    signature = {HOST_TAG: writer.host, PID_TAG: str(writer.pid)}
    child = find_or_make_run(client, shared.info.experiment_id, label, identity, {**_context_tags(), **signature})
    # Before it is RUNNING again: else another run would take it for that of the process before.
    _set_tags(client, child.info.run_id, signature)
    return child


def note_other_value(client: Any, run_id: str, name: str, value: str) -> bool:  # noqa: ANN401
    """Notes, in a tag, a value of a parameter that has another one.

    Returns:
        False if the parameter has no other value: that is not why it was refused.
    """
    run = client.get_run(run_id)
    if run.data.params.get(name, value) == value:
        return False
    tag = f"{OTHER_VALUES_TAG}{name}"[:LONGEST_NAME]
    known = json.loads(run.data.tags.get(tag, "[]"))
    if value[:LONGEST_VALUE] in known:
        return True
    listed = [*known, value[:LONGEST_VALUE]]
    while len(json.dumps(listed)) > LONGEST_LIST:
        del listed[0]
    client.set_tag(run_id, tag, json.dumps(listed))
    return True


def _possible(text: str, what: str) -> str:
    if not text.strip() or not _NAME.fullmatch(text):
        raise SharedRunError(
            f"{what} '{text}' of a shared run: give 1 to {LONGEST_NAME} characters, without quotes and backslashes"
        )
    return text


def _names(*codes: int) -> list[str]:
    from mlflow.protos.databricks_pb2 import ErrorCode  # noqa: PLC0415

    return [ErrorCode.Name(code) for code in codes]


def _context_tags() -> dict[str, str]:
    """What MLflow tags each run with (user, program, git commit), without the process."""
    from mlflow.tracking.context.registry import resolve_tags  # noqa: PLC0415

    found: dict[str, str] = resolve_tags()
    return {name: value for name, value in found.items() if name not in (HOST_TAG, PID_TAG)}


def _set_tags(client: Any, run_id: str, tags: Mapping[str, str]) -> None:  # noqa: ANN401
    from mlflow.entities import RunTag  # noqa: PLC0415

    given = [RunTag(name, value) for name, value in tags.items()]
    for start in range(0, len(given), MOST_TAGS):
        # In one batch, which bears a second process that makes the same tag.
        client.log_batch(run_id, tags=given[start : start + MOST_TAGS])
