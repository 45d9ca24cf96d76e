"""The five pipelines as `kedro run`, `kedro viz` and a scheduler see them."""

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from kedro.framework.project import pipelines
from kedro.framework.startup import bootstrap_project
from kedro.pipeline import Pipeline

from viticast.datasets.receipt import WRITTEN_BY
from viticast.pipeline_registry import PIPELINES

HEAVY = ("evidently", "statsmodels", "sklearn", "boto3", "botocore", "pyathena", "s3fs")


@pytest.fixture(scope="module")
def registered(project_root: Path) -> dict[str, Pipeline]:
    bootstrap_project(project_root)
    return dict(pipelines)


def test_the_default_is_the_sum_of_the_five(registered: dict[str, Pipeline]) -> None:
    assert set(registered) == {*PIPELINES, "__default__"}
    together = {node.name for name in PIPELINES for node in registered[name].nodes}
    assert {node.name for node in registered["__default__"].nodes} == together


@pytest.mark.parametrize("name", PIPELINES)
def test_each_pipeline_is_a_namespace_of_its_name(registered: dict[str, Pipeline], name: str) -> None:
    assert {node.namespace for node in registered[name].nodes} == {name}
    assert not any(dataset.startswith(f"{name}.") for dataset in registered[name].datasets())


def test_namespaces_form_no_cycle(registered: dict[str, Pipeline]) -> None:
    for earlier, later in pairwise(PIPELINES):
        assert not registered[later].all_outputs() & registered[earlier].inputs()


def before(pipeline: Pipeline, output: str) -> set[str]:
    """All that is stored before an output, and by the same node ahead of it."""
    [last] = [node for node in pipeline.nodes if output in node.outputs]
    assert last.outputs[-1] == output
    return pipeline.to_nodes(last.name).all_outputs()


def test_a_receipt_is_written_after_all_that_it_promises(registered: dict[str, Pipeline]) -> None:
    modeling = registered["modeling"]
    assert {"backtests", "accuracy", "champion_alias"} <= before(modeling, "modeling_receipt")
    assert {"forecasts", "explanations", "modeling_receipt"} <= before(modeling, "forecast_receipt")


def test_each_receipt_is_known_by_the_pipeline_that_writes_it(registered: dict[str, Pipeline]) -> None:
    """A receipt that is missing names it."""
    written = {
        output: name
        for name in PIPELINES
        for output in registered[name].all_outputs()
        if output.endswith("_receipt") or output == "decision"
    }
    assert written == WRITTEN_BY


def test_the_alias_moves_after_verdict_and_version_are_stored(registered: dict[str, Pipeline]) -> None:
    assert {"promotion", "model_version"} <= before(registered["modeling"], "champion_alias")


def test_what_predicts_trains_nothing_and_needs_only_what_a_run_leaves(registered: dict[str, Pipeline]) -> None:
    predict = registered["__default__"].only_nodes_with_tags("predict")
    assert {node.namespace for node in predict.nodes} == {"modeling"}
    functions = {node.func.__name__ for node in predict.nodes}
    assert functions.isdisjoint({"fit_forecaster", "backtest_forecaster", "package_model", "judge_challenger"})
    assert predict.inputs() == {
        *("panel", "series", "feature_receipt", "code_fingerprint"),
        *("registered_model", "modeling_receipt", "promotion"),
    }
    assert {"forecasts", "explanations", "forecast_receipt", "modeling_catalog"} <= predict.all_outputs()


@pytest.mark.slow
def test_ingestion_alone_imports_no_library_of_models_or_of_aws(project: Path) -> None:
    script = (
        "import sys\n"
        "from kedro.framework.cli.cli import main\n"
        "sys.argv = ['kedro', 'run', '--pipeline=ingestion']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        f"print('loaded:', [name for name in {HEAVY} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=project, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "loaded: []"
