"""How Kedro's pipelines become tasks, and what would make DAGs of them fail: it is refused before they are written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from kedro.pipeline import Pipeline


class UnfitPipelineError(ValueError):
    """The pipelines cannot run as the tasks that the DAGs have."""


@dataclass(frozen=True)
class Part:
    """Nodes that one task runs.

    Attributes:
        kind: Its kind, which is its task's id.
        pipeline: Name of the pipeline.
        tag: Of the nodes; None for all.
    """

    kind: str
    pipeline: str
    tag: str | None = None


PARTS = (
    Part("fetch", "ingestion", "fetch"),
    Part("intake", "ingestion", "intake"),
    Part("publish", "ingestion", "publish"),
    Part("cataloging", "cataloging"),
    Part("feature", "feature"),
    Part("modeling", "modeling"),
    Part("monitoring", "monitoring"),
)
"""In the order in which a DAG runs them; each node is in exactly one."""

PREDICT = Part("predict", "modeling", "predict")
"""Runs in place of all of modeling where there is a champion."""


def check_pipelines(pipelines: Mapping[str, Pipeline], in_memory: Iterable[str]) -> None:
    """Refuses pipelines of which no DAG can be made.

    Args:
        pipelines: By name, without their sum.
        in_memory: Names of the datasets that do not outlive a process; parameters are none of them.

    Raises:
        UnfitPipelineError: A node is in no task or in two, tasks wait for each other, a task needs what a later one
            makes, or what another one made has gone with its process.
    """
    chosen = {part: _nodes(pipelines, part) for part in (*PARTS, PREDICT)}
    _check_partition(pipelines, chosen)
    _check_order({part: chosen[part] for part in PARTS})
    _check_memory(chosen, set(in_memory))


def _nodes(pipelines: Mapping[str, Pipeline], part: Part) -> Pipeline:
    if part.pipeline not in pipelines:
        raise UnfitPipelineError(f"task {part.kind}: there is no pipeline {part.pipeline}")
    whole = pipelines[part.pipeline]
    found = whole if part.tag is None else whole.only_nodes_with_tags(part.tag)
    if not found.nodes:
        raise UnfitPipelineError(
            f"task {part.kind} would run nothing: no node of {part.pipeline} has the tag {part.tag}. Remedy: tag the "
            f"nodes in src/viticast/pipelines/{part.pipeline}/pipeline.py"
        )
    return found


def _check_partition(pipelines: Mapping[str, Pipeline], chosen: Mapping[Part, Pipeline]) -> None:
    for name, pipeline in pipelines.items():
        for node in pipeline.nodes:
            kinds = [part.kind for part in PARTS if node in chosen[part].nodes]
            if len(kinds) != 1:
                raise UnfitPipelineError(
                    f"node {node.name} of {name} is in {' and '.join(kinds) or 'no task'}: each must be in exactly one "
                    f"of {', '.join(part.kind for part in PARTS)}"
                )


def _check_order(chosen: Mapping[Part, Pipeline]) -> None:
    maker = {output: part.kind for part, nodes in chosen.items() for output in nodes.all_outputs()}
    waits = {part.kind: {maker[name] for name in nodes.inputs() if name in maker} for part, nodes in chosen.items()}
    try:
        TopologicalSorter(waits).prepare()
    except CycleError as error:
        raise UnfitPipelineError(f"tasks wait for each other: {' -> '.join(error.args[1])}") from error
    order = [part.kind for part in chosen]
    for kind, before in waits.items():
        if late := sorted(other for other in before if order.index(other) > order.index(kind)):
            raise UnfitPipelineError(f"task {kind} needs what {', '.join(late)} makes, which runs after it")


def _check_memory(chosen: Mapping[Part, Pipeline], in_memory: set[str]) -> None:
    makers = {output: part.kind for part in PARTS for output in chosen[part].all_outputs()}
    for part, nodes in chosen.items():
        if gone := sorted(in_memory & nodes.inputs()):
            told = ", ".join(f"{name} (of task {makers.get(name, 'none')})" for name in gone)
            raise UnfitPipelineError(
                f"task {part.kind} needs what is kept in memory and goes with another task's process: {told}. Remedy: "
                "give it a place in conf/base/catalog_*.yml, or make it and use it in one task"
            )
