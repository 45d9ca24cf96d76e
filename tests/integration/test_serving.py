"""A registered model behind MLflow's own server: numbers, thresholds, and questions that have no answer."""

import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.integration.model_server import ModelServer, group_is_alive, serve_model

from viticast.datasets.registered_model import REQUIREMENTS, ModelVersionDataset, RegisteredModelDataset
from viticast.forecasting import Fitted, ForecastSpec, fit
from viticast.registry.package import ModelPackage

pytestmark = pytest.mark.slow

NAME = "viticast-served"
ENDS = 2023


@dataclass(frozen=True)
class Registered:
    """A champion in a store of its own."""

    fitted: Fitted
    tracking_uri: str


@pytest.fixture(scope="module")
def registered(tmp_path_factory: pytest.TempPathFactory) -> Registered:
    """A total, two groups and forty leaves, enough for a learner to have a share."""
    import mlflow  # noqa: PLC0415

    random = np.random.default_rng(5)
    years = np.arange(1980, ENDS + 1)
    leaves = {
        f"vinho/{group}/{number:02d}": 10.0 ** random.integers(1, 5)
        * np.exp(np.cumsum(random.normal(0, 0.2, len(years))))
        for group in ("mesa", "fino")
        for number in range(20)
    }
    wide = pd.DataFrame(leaves, index=years)
    for above in ("vinho/mesa", "vinho/fino", "vinho"):
        wide[above] = wide[[name for name in leaves if name.startswith(f"{above}/")]].sum(axis=1)
    panel = wide.rename_axis("ds").reset_index().melt(id_vars="ds", var_name="unique_id", value_name="y")
    parents = {name: name.rsplit("/", 1)[0] for name in wide if "/" in name}
    fitted = fit(panel[["unique_id", "ds", "y"]], ForecastSpec(horizon=3, origins=6, parents=parents))
    assert "boosted" in fitted.explain()["members"].str.cat()

    folder = tmp_path_factory.mktemp("store")
    uri, before = f"sqlite:///{folder}/mlflow.db", mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(uri)
    experiment = mlflow.create_experiment("test", artifact_location=str(folder / "artifacts"))
    with mlflow.start_run(experiment_id=experiment):
        version = ModelVersionDataset(model_name=NAME)
        version.save(ModelPackage("a" * 16, fitted.to_arrays(), ("vinho", ENDS + 1)))
        mlflow.MlflowClient().set_registered_model_alias(NAME, "champion", version.load().version)
    mlflow.set_tracking_uri(before)
    return Registered(fitted, uri)


@pytest.fixture(scope="module")
def server(registered: Registered, tmp_path_factory: pytest.TempPathFactory):
    with serve_model(f"models:/{NAME}@champion", registered.tracking_uri, tmp_path_factory.mktemp("server")) as started:
        yield started


def records(*rows, **params):
    return {"dataframe_records": list(rows)} | ({"params": params} if params else {})


def row(series_id, year=ENDS + 1, **more):
    return {"series_id": series_id, "year": year, **more}


def test_leaves_groups_and_totals_have_the_numbers_of_the_forecaster(
    server: ModelServer, registered: Registered
) -> None:
    asked = [row(name, year) for year in (ENDS + 4, ENDS + 1) for name in ("vinho", "vinho/fino", "vinho/mesa/07")]
    status, answer = server.ask(records(*asked))
    assert status == 200
    expected = registered.fitted.predict(ENDS + 4).set_index(["unique_id", "ds"])
    assert [(told["series_id"], told["year"]) for told in answer["predictions"]] == [
        (told["series_id"], told["year"]) for told in asked
    ]
    for told in answer["predictions"]:
        assert set(told) == {"series_id", "year", "yhat", "lo80", "hi80", "lo95", "hi95"}
        wanted = expected.loc[(told["series_id"], told["year"])]
        for name in ("yhat", "lo80", "hi80", "lo95", "hi95"):
            assert told[name] == pytest.approx(wanted[name], rel=1e-9)


def test_levels_and_thresholds_are_answered(server: ModelServer, registered: Registered) -> None:
    expected = registered.fitted.predict(ENDS + 2, levels=(90,)).set_index(["unique_id", "ds"]).loc[("vinho", ENDS + 2)]
    asked = [row("vinho", ENDS + 2, threshold=expected["hi90"]), row("vinho", ENDS + 2), row("vinho/mesa", threshold=0)]
    status, answer = server.ask(records(*asked, levels=[90]))
    assert status == 200
    first, second, third = answer["predictions"]
    assert set(first) == {"series_id", "year", "yhat", "lo90", "hi90", "probability_above"}
    assert first["probability_above"] == pytest.approx(0.05, abs=1e-6)
    assert first["hi90"] == pytest.approx(expected["hi90"], rel=1e-9)
    assert second["probability_above"] is None
    assert third["probability_above"] == pytest.approx(1, abs=1e-3)


@pytest.fixture
def batch(registered: Registered):
    """The champion as the catalog loads it."""
    import mlflow  # noqa: PLC0415

    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(registered.tracking_uri)
    yield RegisteredModelDataset(model_name=NAME).load()
    mlflow.set_tracking_uri(before)


def test_scoring_through_the_catalog_gives_the_same_numbers(server: ModelServer, batch, registered: Registered) -> None:
    questions = registered.fitted.predict(ENDS + 3)[["unique_id", "ds"]].set_axis(["series_id", "year"], axis=1)
    questions = questions.assign(threshold=1000.0)
    scored = batch.predict(questions, params={"levels": [50, 90]})
    status, answer = server.ask({"dataframe_records": questions.to_dict("records"), "params": {"levels": [50, 90]}})
    assert status == 200
    served = pd.DataFrame(answer["predictions"])
    assert len(served) == 3 * 43
    pd.testing.assert_frame_equal(served, scored, check_dtype=False, rtol=1e-9)


def test_columns_apart_from_their_rows_are_a_question_too(server: ModelServer) -> None:
    split = {"columns": ["series_id", "year"], "data": [["vinho", ENDS + 1]]}
    assert server.ask({"dataframe_split": split}) == server.ask(records(row("vinho")))


@pytest.mark.parametrize(
    ("question", "told"),
    [
        (records(row("vinho/branco")), "the model knows no series 'vinho/branco'"),
        (records(row("vinho", ENDS)), f"has figures up to {ENDS}, and {ENDS} is asked: ask for a year from {ENDS + 1}"),
        (records(row("vinho", 10**12)), "too far ahead: ask for a year up to 2073"),
        (records(row("vinho"), levels=[80, 100]), "level 100 is out of bounds"),
        (records(row("vinho"), levels=80), "levels"),
        (records(row("vinho"), levels=[None]), "level None is out of bounds"),
        (records(row("vinho"), levels=[80.5]), "levels"),
        (records(row("vinho"), levels=["high"]), "levels"),
        (records({"series_id": "vinho"}), "year"),
        (records(row("vinho", "next year")), "year"),
        (records(row("vinho", None)), "year"),
        (records(row(None)), "series_id"),
        (records(row("vinho", threshold="much")), "threshold"),
        (records(), "series_id"),
        ({"rows": []}, "dataframe_records"),
        (b"not json", "JSON"),
    ],
)
def test_a_bad_question_is_told_what_is_wrong(server: ModelServer, question: object, told: str) -> None:
    status, answer = server.ask(question)
    assert status == 400
    assert told in answer["message"]


def test_the_server_ends_with_all_its_processes_when_a_test_fails(registered: Registered, tmp_path: Path) -> None:
    started: set[int] = set()

    def failing_test() -> None:
        before = _groups()
        with serve_model(f"models:/{NAME}@champion", registered.tracking_uri, tmp_path):
            started.update(_groups() - before)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing_test()
    assert len(started) == 1
    assert not any(map(group_is_alive, started))


def _groups() -> set[int]:
    """The process groups that this process's children lead."""
    children = Path("/proc/self/task").glob("*/children")
    return {int(child) for path in children for child in path.read_text().split()}


STRICT = textwrap.dedent(
    """
    import sys
    from importlib.metadata import PackageNotFoundError, packages_distributions, requires
    from packaging.requirements import Requirement

    def closure(names):
        known, todo = set(), [(name, "") for name in names]
        while todo:
            name, extra = todo.pop()
            if (name.lower(), extra) in known:
                continue
            known.add((name.lower(), extra))
            try:
                wanted = requires(name) or []
            except PackageNotFoundError:
                continue
            for each in map(Requirement, wanted):
                if each.marker is None or each.marker.evaluate({"extra": extra}):
                    todo += [(each.name, one) for one in ("", *each.extras)]
        return {name.replace("_", "-") for name, _ in known}

    allowed = closure(sys.argv[3:])
    owners = packages_distributions()

    class OnlyRequired:
        def find_spec(self, name, path=None, target=None):
            of = owners.get(name.partition(".")[0], [])
            others = {one.lower().replace("_", "-") for one in of} - {"viticast", "kedro", "setuptools"}
            if others and not others & allowed:
                raise ModuleNotFoundError(f"No module named {name!r}, of {of}, which no requirement brings")

    sys.meta_path.insert(0, OnlyRequired())
    import mlflow
    import pandas as pd

    mlflow.set_tracking_uri(sys.argv[1])
    model = mlflow.pyfunc.load_model(sys.argv[2])
    print(model.predict(pd.DataFrame({"series_id": ["vinho"], "year": [2025], "threshold": [1.0]}))["yhat"][0])
    print(*{one.lower() for name in list(sys.modules) for one in owners.get(name, [])})
    """
)


def test_the_packaged_requirements_are_what_loading_and_answering_import(
    registered: Registered, tmp_path: Path
) -> None:
    uri = f"models:/{NAME}@champion"

    def answered(*requirements: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-c", STRICT, registered.tracking_uri, uri, *requirements]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    done = answered(*REQUIREMENTS)
    assert done.returncode == 0, done.stderr[-3000:]
    number, imported = done.stdout.splitlines()[-2:]
    assert float(number) == pytest.approx(
        registered.fitted.predict(2025).query("unique_id == 'vinho' and ds == 2025")["yhat"].iloc[0], rel=1e-9
    )
    assert set(REQUIREMENTS) <= set(imported.split())
    without = answered(*(name for name in REQUIREMENTS if name != "numba"))
    assert "No module named 'numba'" in without.stderr
