"""The five pipelines as `kedro run`, `kedro viz` and a scheduler see them."""

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from kedro.framework.project import pipelines
from kedro.framework.startup import bootstrap_project
from kedro.pipeline import Pipeline

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


def test_the_receipt_of_a_model_is_written_after_all_that_it_promises(registered: dict[str, Pipeline]) -> None:
    [last] = [node for node in registered["modeling"].nodes if "modeling_receipt" in node.outputs]
    assert last.outputs == ["registered_model", "modeling_receipt"]
    assert {"forecasts", "backtests", "accuracy"} <= registered["modeling"].to_nodes(last.name).all_outputs()


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
