"""Inputs in a real MLflow store."""

import json

import pytest
from kedro.io import DatasetError

from viticast.datasets.mlflow_inputs import MlflowInputsDataset

INPUTS = [
    {
        "name": "ExpVinho",
        "digest": "1" * 16,
        "address": "https://me:SECRET@example.org/a?key=SECRET",
        "tags": {"cells": 7},
    },
    {"name": "panel", "digest": "2" * 16, "address": "lake table panel", "tags": {}},
]


@pytest.fixture(scope="module")
def logged(tmp_path_factory):
    import mlflow  # noqa: PLC0415 - six seconds that only these tests pay

    before = mlflow.get_tracking_uri()
    folder = tmp_path_factory.mktemp("mlflow")
    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    client = mlflow.MlflowClient()
    experiment = client.create_experiment("inputs", artifact_location=str(folder / "artifacts"))
    with mlflow.start_run(experiment_id=experiment) as run:
        dataset = MlflowInputsDataset(context="training")
        dataset.save(INPUTS)
        dataset.save(INPUTS)
    yield client.get_run(run.info.run_id).inputs.dataset_inputs
    mlflow.set_tracking_uri(before)


def test_each_input_is_there_once_with_its_hash(logged):
    assert sorted((one.dataset.name, one.dataset.digest) for one in logged) == [
        ("ExpVinho", "1" * 16),
        ("panel", "2" * 16),
    ]


def test_context_and_tags_are_kept(logged):
    [table] = [one for one in logged if one.dataset.name == "ExpVinho"]
    assert {tag.key: tag.value for tag in table.tags} == {"mlflow.data.context": "training", "cells": "7"}


def test_no_secret_of_an_address_is_kept(logged):
    told = " ".join(one.dataset.source for one in logged)
    assert "SECRET" not in told
    assert {json.loads(one.dataset.source)["address"] for one in logged} == {
        "https://***@example.org/a?***",
        "lake table panel",
    }


def test_inputs_are_not_loaded():
    with pytest.raises(DatasetError, match="look at the run in MLflow"):
        MlflowInputsDataset().load()
