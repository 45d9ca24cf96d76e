"""A real registry: SQLite and files in a folder of its own."""

import json
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
from mlflow.exceptions import MlflowException

from viticast import __version__
from viticast.datasets.mlflow_tags import MlflowTagsDataset
from viticast.datasets.registered_model import ModelVersionDataset, RegisteredModelDataset
from viticast.forecasting import ForecastSpec, fit
from viticast.registry.champion import CHAMPION
from viticast.registry.package import ModelPackage
from viticast.registry.revision import git_revision

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
def panel():
    random = np.random.default_rng(3)
    years = range(1990, 2024)
    return pd.DataFrame(
        [
            {"unique_id": name, "ds": year, "y": float(level * random.lognormal(0, 0.2))}
            for name, level in (("a/x", 100), ("a/y", 10))
            for year in years
        ]
    )


@pytest.fixture(scope="module")
def fitted(panel):
    return fit(panel, ForecastSpec(horizon=2, origins=4, learners=()))


@pytest.fixture(scope="module")
def package(fitted):
    return ModelPackage(
        model_key="a" * 16,
        arrays=fitted.to_arrays(),
        example=("a/x", 2024),
        tags={"source": "sample"},
        metrics={"capped_mase": 1.25, "wape": 0.1234567891, "coverage80": 0.8},
    )


@pytest.fixture
def dataset(request):
    """A model of its own for each test."""
    return ModelVersionDataset(model_name=f"{NAME}-{request.node.name}")


@pytest.fixture(scope="module")
def registered(client, package):
    """The champion, as the dataset that loads it."""
    ModelVersionDataset(model_name=NAME).save(package)
    client.set_registered_model_alias(NAME, CHAMPION, "1")
    return RegisteredModelDataset(model_name=NAME)


def versions(client, dataset):
    return client.search_model_versions(f"name = '{dataset._describe()['model_name']}'")


def test_a_version_says_what_made_it(client, registered):
    [version] = versions(client, registered)
    assert version.tags == {
        "source": "sample",
        "model_key": "a" * 16,
        "backtest_capped_mase": "1.25",
        "backtest_wape": "0.123457",
        "backtest_coverage80": "0.8",
        "git_revision": git_revision(Path.cwd()),
        "viticast_version": __version__,
    }


def test_a_key_is_registered_once(client, registered, package):
    again = ModelVersionDataset(model_name=NAME)
    again.save(package)
    again.save(replace(package, example=("a/y", 2025)))
    assert len(versions(client, registered)) == 1
    assert (again.load().model_key, again.load().version) == ("a" * 16, "1")


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


@pytest.fixture(scope="module")
def model(registered):
    return registered.load()


def question(series_id, year, **more):
    return pd.DataFrame({"series_id": series_id, "year": year, **more})


@pytest.mark.parametrize(
    ("series_id", "year", "told"),
    [
        ("a/z", 2025, "the model knows no series 'a/z'; nearest to it: a/y, a/x"),
        ("a/x", 2023, "'a/x' has figures up to 2023, and 2023 is asked: ask for a year from 2024 to 2073"),
        ("a/x", 2074, "'a/x' is asked for 2074, too far ahead: ask for a year up to 2073"),
    ],
)
def test_a_question_without_an_answer_is_the_fault_of_who_asks(model, series_id, year, told):
    with pytest.raises(MlflowException, match=told) as refused:
        model.predict(question([series_id, "a/y"], [year, 2025]))
    assert refused.value.get_http_status_code() == 400


@pytest.mark.parametrize("level", [0, 100, -5, 1000])
def test_a_level_out_of_bounds_is_refused(model, level):
    with pytest.raises(MlflowException, match=f"level {level} is out of bounds: give whole per cent from 1 to 99"):
        model.predict(question(["a/x"], [2025]), params={"levels": [80, level]})


def test_an_infinite_threshold_is_refused(model):
    with pytest.raises(MlflowException, match="a threshold is infinite"):
        model.predict(question(["a/x"], [2025], threshold=[np.inf]))


def test_no_row_is_no_question(model):
    with pytest.raises(MlflowException, match="no row is asked"):
        model.predict(question(["a/x"], [2025]).head(0))


def test_levels_are_those_that_were_asked_for(model, fitted):
    answer = model.predict(question(["a/x", "a/x"], [2026, 2024]), params={"levels": [50, 50, 99]})
    assert answer.columns.tolist() == ["series_id", "year", "yhat", "lo50", "hi50", "lo99", "hi99"]
    expected = fitted.predict(2026, levels=(50, 99)).query("unique_id == 'a/x'").set_index("ds").loc[[2026, 2024]]
    np.testing.assert_allclose(answer[["yhat", "lo50", "hi99"]], expected[["yhat", "lo50", "hi99"]], rtol=1e-12)
    assert model.predict(question(["a/x"], [2026]), params={"levels": []}).columns.tolist() == COLUMNS[:3]


def test_a_threshold_has_its_probability_and_a_row_without_one_has_none(model, fitted):
    bound = float(fitted.predict(2025).query("unique_id == 'a/x' and ds == 2025")["hi80"].iloc[0])
    answer = model.predict(question(["a/x", "a/y", "a/x"], [2025, 2025, 2025], threshold=[bound, np.nan, 0.0]))
    above = answer["probability_above"].tolist()
    assert above[0] == pytest.approx(0.1, abs=1e-6)
    assert above[1] is None
    assert above[2] == pytest.approx(1, abs=0.05)


def test_answers_are_json(model):
    answer = model.predict(question(["a/x", "a/y"], [2025, 2025], threshold=[1.0, np.nan]))
    assert json.loads(json.dumps(answer.to_dict("records"), allow_nan=False))[1]["probability_above"] is None


def test_the_signature_says_what_may_be_asked(model):
    signature = model.metadata.signature
    assert [(column.name, column.required) for column in signature.inputs.inputs] == [
        ("series_id", True),
        ("year", True),
        ("threshold", False),
    ]
    assert signature.params.to_dict() == [{"name": "levels", "type": "long", "default": [80, 95], "shape": (-1,)}]


def test_the_forecaster_in_the_model_can_be_updated(model, fitted, panel):
    inside = model.unwrap_python_model().fitted
    later = panel[panel["ds"] == 2023].assign(ds=2024)
    updated = inside.update(pd.concat([panel, later]), {})
    assert updated.predict(2025)["ds"].unique().tolist() == [2025]


def test_a_version_that_is_registered_is_no_champion(client, dataset, package, caplog):
    caplog.set_level("INFO", logger="viticast")
    name = dataset._describe()["model_name"]
    for key in ("1", "2", "1"):
        dataset.save(replace(package, model_key=key * 16))
    assert len(versions(client, dataset)) == 2
    assert client.get_registered_model(name).aliases == {}
    assert (dataset.load().version, dataset.load().tags["source"]) == ("1", "sample")
    assert [message for message in caplog.messages if name in message] == [
        f"model {'1' * 16} of {name} is version 1",
        f"model {'2' * 16} of {name} is version 2",
        f"model {'1' * 16} of {name} is version 1 already",
    ]


def test_a_run_that_registered_nothing_has_no_version(client, dataset):
    with pytest.raises(DatasetError, match="kedro run --pipelines=modeling"):
        dataset.load()


def test_a_registry_without_the_model_says_what_to_run(client, dataset):
    with pytest.raises(DatasetError, match="kedro run --pipelines=modeling"):
        RegisteredModelDataset(model_name=dataset._describe()["model_name"]).load()


def test_the_champion_is_not_saved(registered):
    with pytest.raises(DatasetError, match="not allowed"):
        registered.save(None)


def test_tags_are_set_on_the_run(client):
    import mlflow  # noqa: PLC0415

    MlflowTagsDataset().save({"source": "sample", "model_key": "1"})
    MlflowTagsDataset().save({"model_key": "2"})
    tags = client.get_run(mlflow.active_run().info.run_id).data.tags
    assert (tags["source"], tags["model_key"]) == ("sample", "2")


def test_tags_are_not_loaded():
    with pytest.raises(DatasetError, match="look at the run in MLflow"):
        MlflowTagsDataset().load()
