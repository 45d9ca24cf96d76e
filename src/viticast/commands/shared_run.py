"""`kedro shared-run`: open and close an MLflow run that several processes log into, such as a scheduler's tasks."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from kedro.framework.session import KedroSession

from viticast.commands.plain import PlainErrors
from viticast.commands.project import configuration
from viticast.contracts.columns import SOURCES
from viticast.datasets.mlflow_shared_run import (
    RUN_ID_VARIABLE,
    close_shared_run,
    open_shared_run,
    require_shared_run,
)
from viticast.datasets.mlflow_store import store_lock

STATUSES = {"finished": "FINISHED", "failed": "FAILED"}

MOST_TASKS = 1000
"""States of more tasks are refused: each is a tag of the run."""

_TASK = re.compile(r"[\w./: -]{1,200}")
_STATE = re.compile(r"\w{1,50}")
_OWN = ("viticast.", "mlflow.")

_source = click.option("--source", type=click.Choice(SOURCES), help="Of the figures; the configured one without it.")
_env = click.option("--env", "-e", help="Configuration environment; local without it.")


@click.group(name="shared-run")
def shared_run() -> None:
    """One MLflow run over several processes: open it, let `kedro run` log into it, close it.

    `kedro run` does so with the environment variable VITICAST_SHARED_RUN_ID, and with VITICAST_SHARED_RUN_CHILD into a
    child run of that label.
    """


@shared_run.command(
    "open", cls=PlainErrors, epilog="Exit status: 0 the run is open; 2 for a wrong option, 1 for any other error."
)
@click.option("--name", required=True, help="Tells shared runs apart, e.g. <dag_id>/<dag_run_id>.")
@click.option("--tag", "tags", multiple=True, metavar="KEY=VALUE", help="A tag of the run; may be given several times.")
@_source
@_env
def open_command(name: str, tags: Sequence[str], source: str | None, env: str | None) -> None:
    """Find or make the shared run NAME, and set it to RUNNING.

    The last line that is printed is its id alone.
    """
    given = _tags(tags)
    client, experiment_id, tracking_uri = _tracking(source, env)
    with store_lock(tracking_uri, f"open the shared MLflow run {name}"):
        click.echo(open_shared_run(client, experiment_id, name, given))


@shared_run.command(
    "close", cls=PlainErrors, epilog="Exit status: 0 the run has ended; 2 for a wrong option, 1 for any other error."
)
@click.option("--run-id", required=True, envvar=RUN_ID_VARIABLE, help="Id of the run, as `open` printed it.")
@click.option("--status", type=click.Choice(list(STATUSES)), required=True, help="How the run ended.")
@click.option("--states", default="{}", metavar="JSON", help='What became of the tasks: {"task": "success", ...}.')
@_source
@_env
def close_command(run_id: str, status: str, states: str, source: str | None, env: str | None) -> None:
    """End the shared run; child runs that are still open are FAILED.

    Closing a run again changes nothing.
    """
    given = _states(states)
    client, experiment_id, tracking_uri = _tracking(source, env)
    with store_lock(tracking_uri, f"close the shared MLflow run {run_id}"):
        run = require_shared_run(client, run_id, experiment_id)
        left_open = close_shared_run(client, run, STATUSES[status], given)
    for child_id in left_open:
        click.echo(f"child run {child_id} was still open: it is FAILED")
    click.echo(f"{run_id} {STATUSES[status]}")


def _tracking(source: str | None, env: str | None) -> tuple[Any, str, str]:
    """A client of MLflow, the experiment's id and the store's address: a context has them made as a run has."""
    configuration(source, env)
    given = {} if source is None else {"source": source}
    with KedroSession.create(Path.cwd(), env=env, runtime_params=given) as session:
        # kedro-mlflow's hook puts it there.
        settings: Any = session.load_context().mlflow  # type: ignore[attr-defined]
    experiment = settings.tracking.experiment._experiment
    return settings.server._mlflow_client, str(experiment.experiment_id), str(settings.server.mlflow_tracking_uri)


def _tags(given: Sequence[str]) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in given]
    for name, equals, _ in pairs:
        if not equals or not _TASK.fullmatch(name) or name.startswith(_OWN):
            raise click.UsageError(
                f"--tag {name}{equals}…: give <key>=<value>, the key of letters, digits, spaces and ./:_-, not "
                f"beginning with {' or '.join(_OWN)}"
            )
    return {name: value for name, _, value in pairs}


def _states(text: str) -> dict[str, str]:
    try:
        states = json.loads(text)
    except ValueError as error:
        raise click.UsageError(f'--states is no JSON ({error}): give {{"<task>": "<state>", …}}') from error
    if not isinstance(states, dict) or len(states) > MOST_TASKS:
        raise click.UsageError(f'--states: give one object, {{"<task>": "<state>", …}}, of at most {MOST_TASKS} tasks')
    for task, state in states.items():
        if not _TASK.fullmatch(task) or not isinstance(state, str) or not _STATE.fullmatch(state):
            raise click.UsageError(
                f"--states: {json.dumps(task)}: {json.dumps(state)[:100]}: a task is of letters, digits, spaces and "
                "./:_-, 200 at most; a state is one word"
            )
    return states
