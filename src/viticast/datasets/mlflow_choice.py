"""One MLflow run for one identity, though several processes, of several machines, may look for it at once."""

import random
import time
from collections.abc import Mapping
from typing import Any

DECISION = "viticast.shared_run"
"""Parameter that each run found or made here gets once: the store refuses a second value, whoever asks."""

CHOSEN = "chosen"
GIVEN_UP = "given up"

ATTEMPTS = 20
"""So often a process tries; one that meets another loses an attempt, and then waits for a random time."""

PAUSE_SECONDS = 0.5


class UndecidedRunError(TimeoutError):
    """Other processes make runs of the same identity all the time."""


def find_or_make_run(
    client: Any,  # noqa: ANN401 - mlflow's, imported late
    experiment_id: str,
    run_name: str,
    identity: Mapping[str, str],
    tags: Mapping[str, str],
) -> Any:  # noqa: ANN401
    """The run with these tags, made if there is none.

    A server has no lock that processes could share, and no tag that only one run may have. So each process makes a run,
    gives up all others that it sees, and only then chooses its own. The one that comes later sees the earlier one: at
    most one is chosen. What was given up has nothing in it, and is deleted, as is what a killed process left.

    Args:
        client: An MlflowClient.
        experiment_id: Where to look.
        run_name: Name of a run that is made.
        identity: Tags that no other run of the experiment has; no value has a single quote in it.
        tags: Further tags of a run that is made.

    Raises:
        UndecidedRunError: Others got in the way at each attempt.
    """
    for attempt in range(ATTEMPTS):
        chosen = [run for run in _candidates(client, experiment_id, identity) if _decision(run) == CHOSEN]
        if chosen:
            return chosen[0]
        made = client.create_run(experiment_id, run_name=run_name, tags={**tags, **identity})
        if run_id := _choose(client, experiment_id, identity, made.info.run_id):
            return client.get_run(run_id)
        time.sleep(random.uniform(0, PAUSE_SECONDS) * (attempt + 1))  # noqa: S311 - no secret hangs on it
    raise UndecidedRunError(
        f"MLflow run '{run_name}': other processes made runs of this name at each of {ATTEMPTS} attempts. Try again; "
        "if that does not help, see who opens it"
    )


def _choose(client: Any, experiment_id: str, identity: Mapping[str, str], run_id: str) -> str | None:  # noqa: ANN401
    """Id of the run that is chosen; None if this one was given up by another process, which deletes it."""
    for other in _candidates(client, experiment_id, identity):
        other_id = str(other.info.run_id)
        if other_id == run_id:
            continue
        if _decide(client, other_id, GIVEN_UP):
            client.delete_run(other_id)
        else:
            if _decide(client, run_id, GIVEN_UP):
                client.delete_run(run_id)
            return other_id
    return run_id if _decide(client, run_id, CHOSEN) else None


def _decide(client: Any, run_id: str, decision: str) -> bool:  # noqa: ANN401
    """Decides on a run, unless that is done; True if the decision is this one."""
    from mlflow.exceptions import MlflowException  # noqa: PLC0415 - the client is there, so it is imported

    try:
        client.log_param(run_id, DECISION, decision)
    except MlflowException:
        taken = _decision(client.get_run(run_id))
        if taken is None:
            raise
        return taken == decision
    return True


def _candidates(client: Any, experiment_id: str, identity: Mapping[str, str]) -> list[Any]:  # noqa: ANN401
    asked = " and ".join(f"tags.`{name}` = '{value}'" for name, value in identity.items())
    return list(client.search_runs([experiment_id], asked, order_by=["attributes.start_time ASC"]))


def _decision(run: Any) -> str | None:  # noqa: ANN401
    taken = run.data.params.get(DECISION)
    return None if taken is None else str(taken)
