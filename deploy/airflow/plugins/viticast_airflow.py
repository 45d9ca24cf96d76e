"""Airflow's operators for commands of the project, which run in its own environment: Kedro is not imported."""

import logging
import os
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import BaseHook, BaseOperator
from airflow.sdk.bases.branch import BranchMixIn
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowRuntimeError
from viticast_alert import post
from viticast_calls import Call, ask, close_run, delivery_name, open_run, run_pipeline
from viticast_process import KEDRO_ENV, Ended, Process, ended_text

OPEN, CLOSE = "open_run", "close_run"
"""Tasks that begin and end the MLflow run of a DAG run."""

CHOOSE, TRAIN = "has_champion", "modeling"
"""The task that chooses between forecasts of the champion and a training, and the one that it chooses to train."""

BRANCH = "branch"
"""Under this name of an XCom a task that branches leaves where it went on: Airflow keeps nothing that it returns."""

ERROR = "error"
"""Under this name of an XCom a task leaves what it failed with, for the alert."""

VERDICTS = {0: "ok", 10: "watch", 20: "retrain", 30: "stop"}
CHAMPIONS = {0: "yes", 10: "no"}
ANSWERS: Mapping[str, Mapping[int, str]] = {"champion": CHAMPIONS, "verdict": VERDICTS}
"""Command -> exit status -> answer."""

FAILED = ("failed", "upstream_failed")

log = logging.getLogger(__name__)


class KedroCall:
    """What is common to tasks that run a command of the project, wherever they run it.

    Attributes:
        command: run, open, close, champion or verdict.
        pipeline: Of `run`.
        tags: Of `run`: only nodes with this tag.
        parameters: Of `run`: names of the DAG run's parameters that are passed on.
        tables: Of `run`: names of tables; a task that is mapped has some of them each.
        event: What the asset event of the task says, beside the parameters of the DAG run.
    """

    command: str
    pipeline: str | None
    tags: str | None
    parameters: Sequence[str]
    tables: Sequence[str] | None
    event: Mapping[str, Any]

    def build(self, context: Mapping[str, Any]) -> Call:
        """The call for a DAG run.

        Raises:
            AirflowFailException: A parameter's value is refused; no retry would change it.
        """
        try:
            return self._build(context)
        except ValueError as error:
            raise AirflowFailException(str(error)) from error

    def announce(self, context: Mapping[str, Any]) -> None:
        """Gives the asset events of the task the parameters of its DAG run, so that the next DAG has the same."""
        for asset in self.outlets:  # type: ignore[attr-defined]
            context["outlet_events"][asset].extra = {"params": dict(flow_params(context)), **self.event}

    def _build(self, context: Mapping[str, Any]) -> Call:
        params, env = flow_params(context), os.environ.get(KEDRO_ENV) or None
        if self.command == "open":
            return open_run(f"{context['dag'].dag_id}/{context['run_id']}", source=params.get("source"), env=env)
        if self.command == "close":
            states = task_states(context)
            status = "failed" if any(state in FAILED for state in states.values()) else "finished"
            return close_run(shared_run(context), status, states, env=env)
        if self.command in ANSWERS:
            return ask(self.command, source=params.get("source"), env=env)
        given = {name: params.get(name) for name in self.parameters}
        if self.tables:
            given["tables"] = self.tables
        return run_pipeline(str(self.pipeline), run=shared_run(context), tags=self.tags, parameters=given, env=env)


class KedroOperator(KedroCall, BaseOperator):
    """Runs a command of the project as a process beside the task, without a shell."""

    template_fields: Sequence[str] = ("pipeline", "tags", "parameters", "tables")

    def __init__(
        self,
        *,
        command: str = "run",
        pipeline: str | None = None,
        tags: str | None = None,
        parameters: Sequence[str] = (),
        tables: Sequence[str] | None = None,
        event: Mapping[str, Any] | None = None,
        **kwargs: Any,  # noqa: ANN401 - Airflow's
    ) -> None:
        super().__init__(**kwargs)
        self.command, self.pipeline, self.tags = command, pipeline, tags
        self.parameters, self.tables, self.event = list(parameters), tables, dict(event or {})
        self._process: Process | None = None

    def execute(self, context: Mapping[str, Any]) -> str | None:
        """Runs the command; gives the id of the MLflow run that `open` printed."""
        call = self.build(context)
        ended = self.run(call)
        if ended.status != 0:
            raise fail(context, call, ended)
        self.announce(context)
        return ended.lines[-1].strip() if self.command == "open" else None

    def run(self, call: Call) -> Ended:
        """Runs a call to its end."""
        self.log.info("in the project's environment: %s", " ".join(call.arguments))
        self._process = Process(self.log)
        return self._process.run(call, os.environ)

    def on_kill(self) -> None:
        """Ends the command with its task."""
        if self._process is not None:
            self._process.kill()


class KedroBranch:
    """What is common to tasks that branch on the exit status of a command.

    Attributes:
        command: champion or verdict.
        branches: Answer of the command -> the task to go on with.
    """

    command: str
    branches: Mapping[str, str]
    inherits_from_skipmixin = True

    def decided(self, context: Mapping[str, Any]) -> str | None:
        """The answer where none has to be asked for."""
        return "no" if self.command == "champion" and flow_params(context).get("train") is True else None

    def follow(self, context: Mapping[str, Any], answer: str) -> Any:  # noqa: ANN401 - as Airflow has it
        """Goes on with the task of an answer and skips the others."""
        if answer == "retrain" and just_trained(context):
            self.log.warning("a model was trained just before, and the verdict is retrain again: look at the page")  # type: ignore[attr-defined]
            answer = "watch"
        context["ti"].xcom_push(key=BRANCH, value=self.branches[answer])
        return self.do_branch(context, self.branches[answer])  # type: ignore[attr-defined]


class KedroBranchOperator(KedroBranch, KedroOperator, BranchMixIn):
    """Runs a command as a process and branches on its exit status."""

    def __init__(self, *, branches: Mapping[str, str], **kwargs: Any) -> None:  # noqa: ANN401 - Airflow's
        super().__init__(**kwargs)
        self.branches = dict(branches)

    def execute(self, context: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as Airflow has it
        """Asks, and branches.

        Raises:
            AirflowException: The status is no answer.
        """
        if answer := self.decided(context):
            return self.follow(context, answer)
        call = self.build(context)
        ended = self.run(call)
        if ended.status not in ANSWERS[self.command]:
            raise fail(context, call, ended)
        return self.follow(context, ANSWERS[self.command][ended.status])


class StopOperator(BaseOperator):
    """Fails the DAG run where monitoring said stop: its forecasts must not be published before someone has looked."""

    def execute(self, context: Mapping[str, Any]) -> None:
        """Fails at once, and without a retry.

        Raises:
            AirflowFailException: Always.
        """
        text = "monitoring's verdict is stop: publish nothing, see the page and `kedro verdict` for reasons and remedy"
        context["ti"].xcom_push(key=ERROR, value=text)
        raise AirflowFailException(text)


class TrainOperator(TriggerDagRunOperator):
    """Triggers the DAG that trains, with the parameters of this DAG run."""

    def execute(self, context: Mapping[str, Any]) -> None:
        """Triggers it once for each DAG run, however often the task is tried."""
        params = flow_params(context)
        self.conf = {**{name: params[name] for name in context["params"] if params[name] is not None}, "train": True}
        self.trigger_run_id = f"retrain__{context['run_id']}"
        super().execute(context)


def flow_params(context: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a DAG run: its own, or those of the run whose asset event triggered it.

    `delivery` is the name of the DAG run. A backfill without `as_of` knows what was published by its logical date.
    """
    dag_run = context["dag_run"]
    params = dict(context["params"])
    if event := last_event(context):
        params |= {name: value for name, value in event.get("params", {}).items() if name in params}
    if not params.get("as_of") and getattr(dag_run.run_type, "value", dag_run.run_type) == "backfill":
        params["as_of"] = dag_run.logical_date.date().isoformat()
    return params | {"delivery": delivery_name(context["dag"].dag_id, context["run_id"])}


def last_event(context: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the newest of the asset events that triggered a DAG run says; empty if none did."""
    events = sorted(context["dag_run"].consumed_asset_events or (), key=lambda event: event.timestamp)
    return (events[-1].extra or {}) if events else {}


def just_trained(context: Mapping[str, Any]) -> bool:
    """Whether a model was trained in this DAG run, or for the asset event that triggered it: training again is idle."""
    return last_event(context).get("trained") is True or context["ti"].xcom_pull(task_ids=CHOOSE, key=BRANCH) == TRAIN


def shared_run(context: Mapping[str, Any]) -> str:
    """Id of the MLflow run of a DAG run.

    Raises:
        AirflowFailException: The task that begins it left none.
    """
    run = context["ti"].xcom_pull(task_ids=OPEN)
    if not run:
        raise AirflowFailException(f"there is no MLflow run of this DAG run: clear its task {OPEN}")
    return str(run)


def task_states(context: Mapping[str, Any]) -> dict[str, str]:
    """Task -> state of a DAG run, without the tasks that begin and end its MLflow run."""
    dag_id, run_id = context["dag"].dag_id, context["run_id"]
    found = context["ti"].get_task_states(dag_id=dag_id, run_ids=[run_id]).get(run_id, {})
    return {task: str(getattr(state, "value", state)) for task, state in found.items() if task not in (OPEN, CLOSE)}


def fail(context: Mapping[str, Any], call: Call, ended: Ended) -> AirflowException:
    """The error of a call that failed; its text is kept for the alert."""
    text = ended_text(call, ended, os.environ)
    context["ti"].xcom_push(key=ERROR, value=text)
    return AirflowException(text)


def alert_by(*, variable: str | None = None, connection: str | None = None) -> partial[None]:
    """The callback of a DAG whose run failed for good: Airflow calls it once for each run.

    Args:
        variable: Name of the environment variable with the address of the webhook.
        connection: Or of the connection of Airflow: its host is the address, its password a bearer token.
    """
    return partial(_alert, variable, connection)


def _alert(variable: str | None, connection: str | None, context: Mapping[str, Any]) -> None:
    document = alert_document(context)
    log.error("the DAG run failed: %s", document)
    if connection:
        known = BaseHook.get_connection(connection)
        post(known.host or "", document, known.password)
    elif variable and (address := os.environ.get(variable)):
        post(address, document)
    else:
        log.warning("no alert was sent: the variable %s is not set", variable)


def alert_document(context: Mapping[str, Any]) -> dict[str, Any]:
    """What the alert of a DAG run says."""
    task = context.get("ti")
    named = {"dag_id": context["dag"].dag_id, "run_id": context["run_id"], "reason": context.get("reason")}
    if task is None:
        return named | {"task_id": None, "try_number": None, "log_url": None, "error": None}
    return named | {
        "task_id": task.task_id,
        "map_index": task.map_index,
        "try_number": task.try_number,
        "log_url": task.log_url,
        "error": _error_text(task) or "it left no text: see its log (a killed process leaves none)",
    }


def _error_text(task: Any) -> str | None:  # noqa: ANN401 - Airflow's
    """What a task left of its failure. The alert is worth more than this text, and goes out without it."""
    try:
        found = task.xcom_pull(task_ids=task.task_id, map_indexes=task.map_index, key=ERROR)
    except (AirflowException, AirflowRuntimeError, ImportError) as error:  # ImportError: `dag.test` has no supervisor
        log.warning("the text of the failure cannot be read here: %s", error)
        return None
    return None if found is None else str(found)
