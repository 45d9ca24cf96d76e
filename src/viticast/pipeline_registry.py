"""The project's pipelines by name."""

from importlib import import_module

from kedro.framework.project import pipelines
from kedro.pipeline import Pipeline

PIPELINES = ("ingestion", "cataloging", "feature", "modeling", "monitoring")
"""In the order in which a full run needs them."""


class UnknownPipelineError(ValueError):
    """A command asked for a pipeline that the project does not have."""


def register_pipelines() -> dict[str, Pipeline]:
    """Builds the pipelines that a command asked for, or all of them and `__default__`, which is their sum.

    A run of one pipeline imports only that one: the others' libraries take seconds.

    Raises:
        UnknownPipelineError: Names the pipelines that there are.
    """
    requested = pipelines._requested_pipelines
    if unknown := sorted(set(requested or ()) - {*PIPELINES, "__default__"}):
        raise UnknownPipelineError(f"no pipeline is named {', '.join(unknown)}. There are: {', '.join(PIPELINES)}")
    wanted = [name for name in PIPELINES if requested is None or "__default__" in requested or name in requested]
    registered = {name: import_module(f"viticast.pipelines.{name}").create_pipeline() for name in wanted}
    if requested is None or "__default__" in requested:
        registered["__default__"] = sum(registered.values(), start=Pipeline([]))
    return registered
