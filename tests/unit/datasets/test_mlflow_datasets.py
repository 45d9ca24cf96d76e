"""A real registry: SQLite and files in a folder of its own."""

import subprocess
import sys
import textwrap
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from kedro.io import DatasetError

from viticast.datasets.mlflow_tags import MlflowTagsDataset
from viticast.datasets.registered_model import CHAMPION, RegisteredModelDataset
from viticast.forecasting import ForecastSpec, fit
from viticast.registry.package import ModelPackage

NAME = "viticast-test"
COLUMNS = ["series_id", "year", "yhat", "lo80", "hi80", "lo95", "hi95"]


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    import mlflow  # noqa: PLC0415 - six seconds that only these tests pay

    folder = tmp_path_factory.mktemp("mlflow")
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    client = mlflow.MlflowClient()
    experiment = client.create_experiment("test", artifact_location=str(folder / "artifacts"))
    with mlflow.start_run(experiment_id=experiment):
        yield client
    mlflow.set_tracking_uri(before)


@pytest.fixture(scope="module")
def fitted():
    random = np.random.default_rng(3)
    years = range(1990, 2024)
    panel = pd.DataFrame(
        [
            {"unique_id": name, "ds": year, "y": float(level * random.lognormal(0, 0.2))}
            for name, level in (("a/x", 100), ("a/y", 10))
            for year in years
        ]
    )
    return fit(panel, ForecastSpec(horizon=2, origins=4, learners=()))


@pytest.fixture(scope="module")
def package(fitted):
    return ModelPackage(
        model_key="a" * 16,
        arrays=fitted.to_arrays(),
        is_champion=False,
        reason="in a test",
        example=("a/x", 2024),
        tags={"source": "sample"},
    )


@pytest.fixture
def dataset(request):
    """A model of its own for each test."""
    return RegisteredModelDataset(model_name=f"{NAME}-{request.node.name}")


@pytest.fixture(scope="module")
def registered(client, package):
    dataset = RegisteredModelDataset(model_name=NAME)
    dataset.save(package)
    return dataset


def versions(client, dataset):
    return client.search_model_versions(f"name = '{dataset._describe()['model_name']}'")


def champion(client, dataset):
    return client.get_model_version_by_alias(dataset._describe()["model_name"], CHAMPION)


def test_a_version_says_what_made_it(client, registered):
    [version] = versions(client, registered)
    assert version.tags == {"source": "sample", "model_key": "a" * 16, "decision": "in a test"}


def test_a_key_is_registered_once(client, registered, package):
    registered.save(package)
    registered.save(replace(package, is_champion=True))
    assert len(versions(client, registered)) == 1


def test_no_file_of_a_model_is_a_pickle(client, registered):
    import mlflow  # noqa: PLC0415

    [version] = versions(client, registered)
    folder = Path(mlflow.artifacts.download_artifacts(version.source))
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"MLmodel", "arrays.npz", "pyfunc_model.py"}
    assert [path for path in files if path.suffix in {".pkl", ".pickle", ".joblib", ".pth", ".dill"}] == []
    # A pickle of protocol 2 and later starts with 0x80 and ends with a stop opcode.
    assert [path for path in files if path.read_bytes()[:1] == b"\x80"] == []
    [arrays] = folder.rglob("arrays.npz")
    with np.load(arrays, allow_pickle=False) as stored:
        assert all(stored[name].dtype != object for name in stored.files)


LOADER = textwrap.dedent(
    """
    import sys
    import pandas as pd
    from viticast.datasets.registered_model import RegisteredModelDataset

    model = RegisteredModelDataset(model_name=sys.argv[1]).load()
    asked = pd.DataFrame({"series_id": ["a/y", "a/x", "a/x"], "year": [2025, 2024, 2025]})
    model.predict(asked).to_json(sys.stdout, orient="split", double_precision=15)
    """
)


def test_the_champion_gives_the_same_numbers_in_another_process(registered, fitted, tmp_path):
    import mlflow  # noqa: PLC0415

    answer = subprocess.run(
        [sys.executable, "-c", LOADER, NAME],
        env={"PATH": "", "HOME": str(tmp_path), "MLFLOW_TRACKING_URI": mlflow.get_tracking_uri(), "DO_NOT_TRACK": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    found = pd.read_json(StringIO(answer.stdout.splitlines()[-1]), orient="split")
    assert found[["series_id", "year"]].to_numpy().tolist() == [["a/y", 2025], ["a/x", 2024], ["a/x", 2025]]
    expected = fitted.predict(until=2025).rename(columns={"unique_id": "series_id", "ds": "year"})[COLUMNS]
    wanted = found[["series_id", "year"]].merge(expected, on=["series_id", "year"])
    np.testing.assert_allclose(found[COLUMNS[2:]], wanted[COLUMNS[2:]], rtol=1e-9)


@pytest.mark.parametrize(("series_id", "year"), [("a/z", 2025), ("a/x", 2023)])
def test_a_question_without_an_answer_is_an_error(registered, series_id, year):
    asked = pd.DataFrame({"series_id": [series_id, "a/y"], "year": [year, 2025]})
    with pytest.raises(ValueError, match=f"no forecast of '{series_id}' for {year}"):
        registered.load().predict(asked)


def test_the_first_model_is_used_and_later_ones_only_if_they_are_fit(client, dataset, package):
    for key, is_champion, version in [("1", False, 1), ("2", False, 1), ("3", True, 3), ("2", False, 3)]:
        dataset.save(replace(package, model_key=key * 16, is_champion=is_champion))
        assert int(champion(client, dataset).version) == version
    assert len(versions(client, dataset)) == 3


def test_a_registry_without_the_model_says_what_to_run(client, dataset):
    with pytest.raises(DatasetError, match="kedro run --pipelines=modeling"):
        dataset.load()


def test_tags_are_set_on_the_run(client):
    import mlflow  # noqa: PLC0415

    MlflowTagsDataset().save({"source": "sample", "model_key": "1"})
    MlflowTagsDataset().save({"model_key": "2"})
    tags = client.get_run(mlflow.active_run().info.run_id).data.tags
    assert (tags["source"], tags["model_key"]) == ("sample", "2")


def test_tags_are_not_loaded():
    with pytest.raises(DatasetError, match="look at the run in MLflow"):
        MlflowTagsDataset().load()


def test_a_model_that_is_registered_already_is_told_as_such(client, dataset, package, caplog):
    caplog.set_level("INFO", logger="viticast")
    told = []
    for key, is_champion in [("1", False), ("1", False), ("2", False), ("2", False), ("2", True), ("2", True)]:
        caplog.clear()
        reason = "it is fit" if is_champion else "does not beat it"
        dataset.save(replace(package, model_key=key * 16, is_champion=is_champion, reason=reason))
        told += [message for message in caplog.messages if dataset._describe()["model_name"] in message]
    name = dataset._describe()["model_name"]
    assert told == [
        f"model {name} version 1: champion, as there was none (does not beat it)",
        f"model {'1' * 16} of {name} is version 1 already: champion",
        f"model {name} version 2: kept aside (does not beat it)",
        f"model {'2' * 16} of {name} is version 2 already: not champion, which is version 1",
        f"model {'2' * 16} of {name} is version 2 already: champion, from now on (it is fit)",
        f"model {'2' * 16} of {name} is version 2 already: champion",
    ]
