"""Pipelines of which no DAG can be made are refused, each for its reason."""

import pytest
from kedro.pipeline import Pipeline, node

from viticast.orchestration.tasks import UnfitPipelineError, check_pipelines


def step(inputs, outputs, name, tags=None):
    return node(lambda *given: given, inputs=inputs, outputs=outputs, name=name, tags=tags)


@pytest.fixture
def pipelines():
    """The smallest that are fit."""
    return {
        "ingestion": Pipeline(
            [
                step("web", "raw", "fetch_files", "fetch"),
                step("raw", "landed", "land", "intake"),
                step("landed", "receipt", "settle", "publish"),
            ]
        ),
        "cataloging": Pipeline([step("receipt", "catalogued", "ask")]),
        "feature": Pipeline([step("catalogued", "panel", "build")]),
        "modeling": Pipeline([step("panel", "model", "fit"), step("model", "forecasts", "forecast", "predict")]),
        "monitoring": Pipeline([step("forecasts", "verdict", "judge")]),
    }


def refused(pipelines, in_memory=()):
    with pytest.raises(UnfitPipelineError) as caught:
        check_pipelines(pipelines, in_memory)
    return str(caught.value)


def test_fit_pipelines_pass(pipelines):
    check_pipelines(pipelines, ())


def test_a_node_without_a_task_is_named(pipelines):
    pipelines["ingestion"] += Pipeline([step("raw", "copy", "stray")])
    assert "node stray of ingestion is in no task" in refused(pipelines)


def test_a_node_in_two_tasks_is_named(pipelines):
    pipelines["ingestion"] += Pipeline([step("raw", "copy", "stray", ["fetch", "intake"])])
    assert "node stray of ingestion is in fetch and intake" in refused(pipelines)


def test_a_task_without_nodes_is_named(pipelines):
    pipelines["modeling"] = Pipeline([step("panel", "forecasts", "fit")])
    assert "task predict would run nothing: no node of modeling has the tag predict" in refused(pipelines)


def test_a_missing_pipeline_is_named(pipelines):
    del pipelines["feature"]
    assert "task feature: there is no pipeline feature" in refused(pipelines)


def test_tasks_that_wait_for_each_other_are_named(pipelines):
    pipelines["cataloging"] += Pipeline([step("panel", "looked", "look")])
    said = refused(pipelines)
    assert "tasks wait for each other" in said
    assert "cataloging" in said
    assert "feature" in said


def test_a_task_that_needs_a_later_one_is_named(pipelines):
    pipelines["cataloging"] = Pipeline([step("verdict", "catalogued", "ask")])
    pipelines["feature"] = Pipeline([step("receipt", "panel", "build")])
    assert refused(pipelines) == "task cataloging needs what monitoring makes, which runs after it"


def test_what_is_in_memory_may_not_cross_tasks(pipelines):
    assert "task intake needs what is kept in memory and goes with another task's process: raw (of task fetch)" in (
        refused(pipelines, {"raw"})
    )


def test_what_is_in_memory_may_stay_in_a_task(pipelines):
    pipelines["feature"] = Pipeline([step("catalogued", "cells", "query"), step("cells", "panel", "build")])
    check_pipelines(pipelines, {"cells"})


def test_predict_alone_needs_its_own_memory(pipelines):
    assert "task predict needs what is kept in memory" in refused(pipelines, {"model"})
