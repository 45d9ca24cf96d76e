"""`conf/base/airflow.yml`: every setting of the DAGs, each wrong one refused by its key, its value and a remedy."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from viticast.contracts.declared import DeclarationError

FILE = "conf/base/airflow.yml"

REMEDY = "Remedy: correct the file, whose comments say what each key means, and run kedro dags"

CRON_FIELD = r"[\d*/,\-A-Za-z#]+"

Words = Annotated[str, Field(min_length=1, max_length=300)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=250)]
Variable = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
Cron = Annotated[str, Field(pattern=rf"^({CRON_FIELD} ){{4}}{CRON_FIELD}$|^@(hourly|daily|weekly|monthly|yearly)$")]
Quantity = Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)?(m|Ki|Mi|Gi|Ti)?$")]


class Settings(BaseModel):
    """Refuses what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Schedules(Settings):
    """When the DAGs that nothing else starts run: cron in UTC, None for by hand."""

    viticast: Cron | None
    ingestion: Cron | None


class Retries(Settings):
    """How often and when a task that failed is tried again."""

    count: Annotated[int, Field(ge=0, le=20)]
    delay_seconds: Annotated[int, Field(ge=0)]
    exponential: bool
    longest_delay_seconds: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def first_delay_is_shortest(self) -> Self:
        """The delay only grows."""
        if self.delay_seconds > self.longest_delay_seconds:
            msg = f"delay_seconds is {self.delay_seconds}, more than longest_delay_seconds"
            raise ValueError(msg)
        return self


class Pool(Settings):
    """How many tasks may run at once."""

    slots: Annotated[int, Field(ge=1)]
    description: Words


class Resources(Settings):
    """What a pod asks for, and may not go beyond."""

    cpu: Quantity
    memory: Quantity


class TaskKind(Settings):
    """What one kind of task is given."""

    timeout_minutes: Annotated[int, Field(ge=1)]
    pool: Name
    priority: Annotated[int, Field(ge=1)]
    resources: Resources


class TaskKinds(Settings):
    """All kinds of tasks."""

    control: TaskKind
    fetch: TaskKind
    intake: TaskKind
    publish: TaskKind
    cataloging: TaskKind
    feature: TaskKind
    predict: TaskKind
    modeling: TaskKind
    monitoring: TaskKind


JSON_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "null": type(None),
}
JsonType = Literal["string", "boolean", "integer", "null"]


class Param(Settings):
    """One parameter of a DAG run, as JSON schema says it."""

    description: Words
    type: JsonType | tuple[JsonType, ...]
    enum: tuple[str | None, ...] | None = None
    format: Literal["date"] | None = None
    default: str | bool | int | None

    @model_validator(mode="after")
    def default_is_allowed(self) -> Self:
        """A DAG whose default is refused cannot be triggered."""
        names = (self.type,) if isinstance(self.type, str) else self.type
        if not any(type(self.default) is JSON_TYPES[name] for name in names):
            msg = f"default {self.default!r} is no {' or '.join(names)}"
            raise ValueError(msg)
        if self.enum is not None and self.default not in self.enum:
            msg = f"default {self.default!r} is none of enum"
            raise ValueError(msg)
        return self


class Params(Settings):
    """The parameters of a DAG run."""

    source: Param
    source_url: Param
    as_of: Param
    promote: Param
    allow_partial: Param
    train: Param


class Notify(Settings):
    """By what name the address of the webhook is known: of an environment variable or of a connection."""

    variable: Variable | None
    connection: Name | None

    @model_validator(mode="after")
    def one_name(self) -> Self:
        """Two would leave open which one holds."""
        if self.variable is not None and self.connection is not None:
            msg = "variable and connection are both set: set one of them to null"
            raise ValueError(msg)
        return self


class Kubernetes(Settings):
    """Where pods run, and of which image."""

    image: Annotated[str, Field(pattern=r"^[\w][\w./:@-]*$")]
    namespace: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", max_length=63)]
    env_from_secret: Name | None
    service_account: Name | None


class AirflowSettings(Settings):
    """All settings of the DAGs."""

    owner: Words
    tags: Annotated[tuple[Words, ...], Field(min_length=1)]
    start_date: date
    schedules: Schedules
    catchup: bool
    max_active_runs: Annotated[int, Field(ge=1)]
    dagrun_timeout_minutes: Annotated[int, Field(ge=1)]
    retries: Retries
    pools: Annotated[dict[Name, Pool], Field(min_length=1)]
    tasks: TaskKinds
    tables_per_task: Annotated[int, Field(ge=1)]
    params: Params
    notify: Notify
    operator: Literal["process", "kubernetes"]
    kubernetes: Kubernetes

    @model_validator(mode="after")
    def pools_are_there(self) -> Self:
        """A task in a pool that is not there is never scheduled."""
        for name, kind in self.tasks:
            if kind.pool not in self.pools:
                msg = f"tasks.{name}.pool is {kind.pool!r}, and pools has {', '.join(self.pools)}"
                raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def a_try_ends_before_its_run(self) -> Self:
        """Otherwise the run's end hides which task took too long."""
        for name, kind in self.tasks:
            if kind.timeout_minutes > self.dagrun_timeout_minutes:
                msg = (
                    f"tasks.{name}.timeout_minutes is {kind.timeout_minutes}, more than "
                    f"dagrun_timeout_minutes: {self.dagrun_timeout_minutes}"
                )
                raise ValueError(msg)
        return self


def read_settings(content: object) -> AirflowSettings:
    """The settings of parsed YAML.

    Raises:
        DeclarationError: Names every wrong key with its value.
    """
    if not isinstance(content, Mapping):
        raise DeclarationError(f"{FILE} is empty, or is no mapping of names to settings. {REMEDY}")
    try:
        return AirflowSettings.model_validate(dict(content))
    except ValidationError as error:
        found = "; ".join(_problem(problem) for problem in error.errors())
        raise DeclarationError(f"{FILE}: {found}. {REMEDY}") from None


def _problem(problem: Mapping[str, Any]) -> str:
    message = re.sub("^Value error, ", "", problem["msg"])
    place = ".".join(map(str, problem["loc"]))
    if problem["type"] == "extra_forbidden":
        return f"{place}: no setting has this name (it is {problem['input']!r})"
    if problem["type"] in ("missing", "value_error"):
        return f"{place}: {message}" if place else message
    return f"{place} is {problem['input']!r}: {message}"
