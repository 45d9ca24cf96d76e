"""What the template of the DAGs is given: literals of Python, ready to be written."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from viticast.orchestration.settings import AirflowSettings, Param, TaskKind
from viticast.pipeline_registry import PIPELINES

WHOLE = "__default__"
"""Kedro's name of all pipelines, of which the whole DAG is made."""

READS: Mapping[str, tuple[str, ...]] = {
    WHOLE: ("source", "source_url", "as_of", "promote", "allow_partial", "train"),
    "ingestion": ("source", "source_url", "allow_partial"),
    "cataloging": ("source",),
    "feature": ("source", "as_of"),
    "modeling": ("source", "promote", "train"),
    # it may have a model trained
    "monitoring": ("source", "promote"),
}
"""Pipeline -> the parameters that its DAG's tasks read."""


@dataclass(frozen=True)
class Given:
    """What the template is given, for all DAGs.

    Attributes:
        settings: Of airflow.yml.
        chunks: The tables of each mapped task.
    """

    settings: AirflowSettings
    chunks: tuple[tuple[str, ...], ...]

    def before(self, pipeline: str) -> str | None:
        """The pipeline whose end starts the DAG of another one."""
        place = PIPELINES.index(pipeline)
        return PIPELINES[place - 1] if place else None

    def params(self, pipeline: str) -> dict[str, Param]:
        """The parameters of a DAG: what its tasks read, and what the DAGs after it must be told."""
        read = set(READS[pipeline])
        if pipeline != WHOLE:
            for later in PIPELINES[PIPELINES.index(pipeline) :]:
                read |= set(READS[later]) - ({"train"} if later == "modeling" != pipeline else set())
        return {name: param for name, param in self.settings.params if name in read}

    @property
    def kinds(self) -> dict[str, TaskKind]:
        """The kinds of tasks."""
        return dict(self.settings.tasks)

    @staticmethod
    def py(value: Any) -> Markup:  # noqa: ANN401 - whatever is written
        """A literal of Python as ruff formats it."""
        return Markup(literal(value))  # noqa: S704 - Python, no HTML


def literal(value: Any) -> str:  # noqa: ANN401 - whatever is written
    """A literal of Python on one line, with double quotes."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{literal(name)}: {literal(kept)}" for name, kept in value.items()) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(literal(kept) for kept in value) + "]"
    return repr(value)


def plan(settings: AirflowSettings, tables: Sequence[str]) -> Given:
    """What the template is given.

    Args:
        settings: Of airflow.yml.
        tables: Names of all tables, in their order.
    """
    size = settings.tables_per_task
    chunks = tuple(tuple(tables[start : start + size]) for start in range(0, len(tables), size))
    return Given(settings, chunks)
