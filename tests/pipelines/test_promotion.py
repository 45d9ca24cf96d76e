"""The gate in runs: what a model is judged against, what is published, and forecasts without training."""

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
import pytest
from kedro.io import DatasetError
from mlflow import MlflowClient
from tests.integration.crash_runs import TABLES
from tests.pipelines.project_runs import contents, keep_tables, make_project, run

from viticast.contracts.lake import LAKE_TABLES
from viticast.lake.table import LakeTable
from viticast.registry.publication import NothingPublishedError, OtherChampionError

LAKE = Path("data/sample/02_lake")
MODEL = "viticast-sample"
STRANGER = "c" * 16
BOUNDS = ["yhat", "lo80", "hi80", "lo95", "hi95"]


def client() -> MlflowClient:
    return MlflowClient(f"sqlite:///{Path('data/mlflow/mlflow.db').absolute()}")


def champion() -> str:
    """Key of the version that has the alias."""
    return str(client().get_model_version_by_alias(MODEL, "champion").tags["model_key"])


def table(name: str, **where: str) -> pd.DataFrame:
    return LakeTable(str(LAKE), name, LAKE_TABLES[name].partition_by, "changed").read(where)


def receipt(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((LAKE / f"{name}_receipt.json").read_text(encoding="utf-8"))
    return content


def verdict(model_key: str, champion_key: str) -> Mapping[str, Any]:
    [row] = table("promotions", model_key=model_key, champion_key=champion_key).to_dict("records")
    return {str(name): value for name, value in row.items()}


def plant_champion(factor: float, *, snapshot_id: str = "5" * 16, with_backtests: bool = True) -> None:
    """Makes another version champion: the same arrays under another key, its backtest's errors times `factor`."""
    registry = client()
    version = registry.get_model_version_by_alias(MODEL, "champion")
    tags = {**version.tags, "model_key": STRANGER, "snapshot_id": snapshot_id, "judged_against": "none"}
    rows = table("backtests", model_key=str(version.tags["model_key"]))
    ours = rows["method"] == "viticast"
    for name in BOUNDS:
        rows[name] = rows[name].where(~ours, rows["y"] + (rows[name] - rows["y"]) * factor).clip(lower=0)
    rows = rows.assign(model_key=STRANGER, snapshot_id=snapshot_id)
    if with_backtests:
        LakeTable(str(LAKE), "backtests", LAKE_TABLES["backtests"].partition_by, "changed").write(rows)
    mlflow.set_tracking_uri(registry.tracking_uri)
    source = Path(mlflow.artifacts.download_artifacts(version.source))
    folder = Path("data/mlflow/planted").absolute()
    shutil.copytree(source, folder, dirs_exist_ok=True)
    described = (folder / "MLmodel").read_text().replace(str(version.tags["model_key"]), STRANGER)
    (folder / "MLmodel").write_text(described)
    planted = registry.create_model_version(MODEL, source=str(folder), tags=tags)
    registry.set_registered_model_alias(MODEL, "champion", planted.version)


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory, project_root: Path) -> Path:
    """A project of some tables after its first run."""
    folder = make_project(tmp_path_factory.mktemp("project"), project_root)
    keep_tables(folder, TABLES)
    for path in (folder / "data" / "00_sample").glob("*/*.csv"):
        if path.stem not in TABLES:
            path.unlink()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        run(folder, pipelines=["ingestion", "cataloging", "feature", "modeling"])
    return folder


@pytest.fixture
def project(first_run: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of the project after its first run, with a store of its own, as the current folder."""
    folder = tmp_path / "project"
    shutil.copytree(first_run, folder)
    # MLflow keeps one store for each address in a process.
    (folder / "conf" / "local" / "globals.yml").write_text(f"data_path: {(folder / 'data').as_posix()}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield folder
    mlflow.set_tracking_uri("")


def lake() -> dict[str, tuple[str, int]]:
    """All files of the lake but that of the views, which says where it lies."""
    return {name: found for name, found in contents(str(LAKE)).items() if not name.endswith(".duckdb")}


def test_the_first_model_is_promoted_and_a_second_run_changes_nothing(project: Path) -> None:
    key = champion()
    assert (verdict(key, "none")["verdict"], verdict(key, "none")["rule"]) == ("promote", "first_model")
    assert receipt("modeling")["model_key"] == receipt("forecast")["model_key"] == key
    before, versions = lake(), client().search_model_versions(f"name = '{MODEL}'")
    run(project, pipelines=["modeling"])
    assert lake() == before
    assert [found.tags for found in client().search_model_versions(f"name = '{MODEL}'")] == [
        found.tags for found in versions
    ]


def test_a_degraded_challenger_is_refused_and_the_champions_results_are_published(project: Path) -> None:
    challenger = champion()
    plant_champion(0.4)
    run(project, pipelines=["modeling"])
    row = verdict(challenger, STRANGER)
    assert row["verdict"] == "refuse"
    assert row["capped_mase_ratio_low"] > 1
    assert champion() == STRANGER
    tags = client().get_model_version(MODEL, "1").tags
    assert (tags["verdict"], tags["judged_against"], tags["reason"]) == ("refuse", STRANGER, row["reason"])
    made, forecasts = receipt("modeling"), receipt("forecast")
    assert (made["model_key"], made["snapshot_id"]) == (STRANGER, "5" * 16)
    assert (forecasts["model_key"], forecasts["trained_on"]) == (STRANGER, "5" * 16)
    assert forecasts["snapshot_id"] == receipt("feature")["snapshot_id"]
    assert len(table("forecasts", model_key=STRANGER, snapshot_id=forecasts["snapshot_id"]))
    accuracy = pd.read_csv("data/sample/08_reporting/accuracy.csv").query("breakdown == 'overall'").set_index("method")
    rows = table("backtests", model_key=STRANGER).query("method == 'viticast'")
    leaves = rows.merge(table("series").query("level == 'leaf'")[["series_id"]])
    wape = (leaves["yhat"] - leaves["y"]).abs().sum() / leaves["y"].sum()
    assert accuracy.loc["viticast", "wape"] == pytest.approx(wape)
    run(project, pipelines=["monitoring"])
    assert table("monitoring", model_key=STRANGER)["snapshot_id"].nunique() == 1


@pytest.mark.slow
def test_an_improved_challenger_is_promoted_and_a_second_run_says_the_same(project: Path) -> None:
    challenger = champion()
    plant_champion(1.5)
    run(project, pipelines=["modeling"], **{"modeling.gate.table_bound": 5.0})
    assert verdict(challenger, STRANGER)["rule"] == "better"
    assert champion() == receipt("modeling")["model_key"] == receipt("forecast")["model_key"] == challenger
    before = lake()
    run(project, pipelines=["modeling"], **{"modeling.gate.table_bound": 5.0})
    assert lake() == before
    assert champion() == challenger


@pytest.mark.slow
@pytest.mark.parametrize(("lost", "fewest_series"), [("version", 10), ("backtests", 10), ("nothing", 10_000)])
def test_the_champions_verdict_stands_whatever_became_of_the_one_before(
    project: Path, lost: str, fewest_series: int
) -> None:
    """A later run that comes to the champion again could not judge it as its own run did."""
    challenger = champion()
    plant_champion(1.5)
    run(project, pipelines=["modeling"], **{"modeling.gate.table_bound": 5.0})
    if lost == "version":
        client().delete_model_version(MODEL, "2")
    if lost == "backtests":
        for path in (LAKE / "backtests").rglob("*"):
            if path.is_file() and STRANGER in str(path):
                path.unlink()
    before, tags = lake(), client().get_model_version(MODEL, "1").tags
    run(project, pipelines=["modeling"], **{"modeling.gate.fewest_series": fewest_series})
    assert lake() == before
    assert client().get_model_version(MODEL, "1").tags == tags
    assert (verdict(challenger, STRANGER)["rule"], champion()) == ("better", challenger)


@pytest.mark.slow
@pytest.mark.parametrize("absent", [["snapshot_id"], ["target_year", "params_sha256"]], ids=" ".join)
def test_a_champion_that_lacks_tags_is_named_with_what_it_lacks(project: Path, absent: list[str]) -> None:
    """Somebody registered it by hand, or took tags away."""
    challenger = champion()
    plant_champion(1.0)
    for name in absent:
        client().delete_model_version_tag(MODEL, "2", name)
    before = receipt("modeling"), receipt("forecast")
    with pytest.raises(NothingPublishedError, match=rf"(?s)version 2 of '{MODEL}'.*{STRANGER}.*{', '.join(absent)}"):
        run(project, pipelines=["modeling"], promote="never")
    assert (receipt("modeling"), receipt("forecast")) == before
    run(project, pipelines=["modeling"], promote="force")
    assert champion() == receipt("forecast")["model_key"] == challenger


@pytest.mark.slow
@pytest.mark.parametrize(("mode", "factor", "kept"), [("never", 1.5, True), ("force", 0.4, False)])
def test_a_run_may_forbid_or_force_the_promotion(project: Path, mode: str, factor: float, kept: bool) -> None:
    challenger = champion()
    plant_champion(factor)
    run(project, pipelines=["modeling"], promote=mode)
    row = verdict(challenger, STRANGER)
    assert (row["mode"], row["gate_verdict"]) == (mode, "promote" if kept else "refuse")
    assert champion() == receipt("forecast")["model_key"] == (STRANGER if kept else challenger)
    before = lake()
    # What was forced stands, and is told as what it was.
    run(project, pipelines=["modeling"], promote=mode if kept else "gate")
    assert lake() == before


@pytest.mark.slow
def test_an_alias_that_is_gone_goes_to_the_next_model(project: Path) -> None:
    key = champion()
    client().delete_registered_model_alias(MODEL, "champion")
    with pytest.raises(DatasetError, match="kedro run --pipelines=modeling"):
        run(project, tags=["predict"])
    for _ in range(2):
        run(project, pipelines=["modeling"])
        assert (champion(), verdict(key, "none")["rule"]) == (key, "alias_gone")


@pytest.mark.slow
def test_nothing_is_published_without_the_champions_backtests_and_the_verdict_stays(project: Path) -> None:
    challenger = champion()
    plant_champion(1.0, with_backtests=False)
    with pytest.raises(NothingPublishedError, match="promote=force"):
        run(project, pipelines=["modeling"])
    assert (verdict(challenger, STRANGER)["rule"], champion()) == ("no_backtests", STRANGER)
    run(project, pipelines=["modeling"], promote="force")
    assert champion() == receipt("forecast")["model_key"] == challenger


@pytest.mark.slow
def test_no_model_may_be_wanted_where_there_is_none(project: Path) -> None:
    client().delete_registered_model_alias(MODEL, "champion")
    with pytest.raises(NothingPublishedError, match="no model is champion"):
        run(project, pipelines=["modeling"], promote="never")


@pytest.mark.slow
def test_a_champion_that_changed_since_the_judgement_keeps_its_alias(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another run promotes its model between this run's verdict and its move."""
    from viticast.pipelines.modeling import nodes  # noqa: PLC0415

    judged, challenger = nodes.judge_challenger, champion()
    plant_champion(1.5)
    first = client().get_model_version_by_alias(MODEL, "champion").version

    def slow(*arguments: Any) -> pd.DataFrame:
        row = judged(*arguments)
        registry = client()
        other = registry.create_model_version(MODEL, source="nowhere", tags={"model_key": "d" * 16})
        registry.set_registered_model_alias(MODEL, "champion", other.version)
        return row

    monkeypatch.setattr(nodes, "judge_challenger", slow)
    with pytest.raises(DatasetError, match=r"d{16} is champion .* kedro run --pipelines=modeling"):
        run(project, pipelines=["modeling"], **{"modeling.gate.table_bound": 5.0})
    assert champion() == "d" * 16
    assert verdict(challenger, STRANGER)["verdict"] == "promote"
    assert first != client().get_model_version_by_alias(MODEL, "champion").version


@pytest.mark.slow
def test_the_champion_forecasts_without_training(project: Path) -> None:
    before = lake()
    done = run(project, tags=["predict"])
    assert set(done) <= {"forecasts", "explanations", "modeling_catalog"}
    assert lake() == before


@pytest.mark.slow
def test_a_champion_of_older_figures_forecasts_the_newest(project: Path) -> None:
    key, newest = champion(), receipt("feature")["snapshot_id"]
    newer = table("forecasts", snapshot_id=newest)
    run(project, pipelines=["cataloging", "feature"], as_of="2024-12-31")
    older = receipt("feature")["snapshot_id"]
    assert older != newest
    run(project, tags=["predict"])
    made = receipt("forecast")
    assert (made["model_key"], made["snapshot_id"], made["trained_on"]) == (key, older, newest)
    rows = table("forecasts", snapshot_id=older)
    assert set(rows["model_key"]) == {key}
    assert rows["year"].min() < newer["year"].min()
    assert made["is_updated"]
    assert len(client().search_model_versions(f"name = '{MODEL}'")) == 1
    run(project, pipelines=["monitoring"])
    told = table("monitoring", snapshot_id=older).query("check_name == 'champion_reproduces'")
    assert told["verdict"].tolist() == ["skipped"]


@pytest.mark.slow
def test_an_alias_that_somebody_moved_asks_for_a_run_that_keeps_it(project: Path) -> None:
    plant_champion(1.0)
    with pytest.raises(OtherChampionError, match="promote=never"):
        run(project, tags=["predict"])
    run(project, pipelines=["modeling"], promote="never")
    assert receipt("modeling")["model_key"] == STRANGER
    run(project, tags=["predict"])
    assert receipt("forecast")["model_key"] == STRANGER


@pytest.mark.slow
def test_an_earlier_version_takes_the_place_back_until_a_training_may_promote(project: Path) -> None:
    """As docs/serving.md says it."""
    newer = champion()
    plant_champion(1.5)
    run(project, pipelines=["modeling"], **{"modeling.gate.table_bound": 5.0})
    assert champion() == receipt("forecast")["model_key"] == newer
    client().set_registered_model_alias(MODEL, "champion", "2")
    # What is in use is told of one model: forecasts of another are not put beside its accuracy.
    with pytest.raises(OtherChampionError, match="promote=never"):
        run(project, tags=["predict"])
    assert receipt("forecast")["model_key"] == newer
    run(project, pipelines=["modeling"], promote="never")
    made = receipt("forecast")
    assert champion() == receipt("modeling")["model_key"] == made["model_key"] == STRANGER
    assert len(table("forecasts", model_key=STRANGER, snapshot_id=made["snapshot_id"]))
    assert (verdict(newer, STRANGER)["verdict"], verdict(newer, STRANGER)["gate_verdict"]) == ("keep", "promote")
    before = lake()
    run(project, tags=["predict"])
    assert lake() == before
    # The next training may promote the newer one again.
    run(project, pipelines=["modeling"], **{"modeling.gate.table_bound": 5.0})
    assert champion() == receipt("forecast")["model_key"] == newer


@pytest.mark.parametrize(
    ("name", "chosen", "first"),
    [
        ("forecast", {"pipelines": ["monitoring"]}, "modeling"),
        ("modeling", {"pipelines": ["monitoring"]}, "modeling"),
        ("modeling", {"tags": ["predict"]}, "modeling"),
        ("feature", {"pipelines": ["monitoring"]}, "feature"),
        ("feature", {"tags": ["predict"]}, "feature"),
    ],
)
def test_a_receipt_that_is_not_there_names_the_pipeline_that_writes_it(
    project: Path, name: str, chosen: dict[str, Any], first: str
) -> None:
    (LAKE / f"{name}_receipt.json").unlink()
    with pytest.raises(DatasetError, match=rf"{name}_receipt\.json is missing.*kedro run --pipelines={first}"):
        run(project, **chosen)


def test_a_receipt_of_forecasts_that_is_not_there_is_written_by_forecasting(project: Path) -> None:
    (LAKE / "forecast_receipt.json").unlink()
    run(project, tags=["predict"])
    assert receipt("forecast")["model_key"] == champion()


@pytest.mark.parametrize(
    ("chosen", "first"),
    [
        ({"pipelines": ["monitoring"]}, "train one first with kedro run --pipelines=modeling"),
        (
            {"tags": ["predict"]},
            r"feature_receipt.json is missing.*kedro run --pipelines=feature; or run them all once",
        ),
    ],
    ids=["monitoring", "predict"],
)
def test_a_fresh_project_is_told_what_to_run_first(
    tmp_path: Path, project_root: Path, monkeypatch: pytest.MonkeyPatch, chosen: dict[str, Any], first: str
) -> None:
    folder = make_project(tmp_path, project_root)
    monkeypatch.chdir(folder)
    with pytest.raises((DatasetError, FileNotFoundError), match=r"(?s)kedro run") as raised:
        run(folder, **chosen)
    print("FRESH", chosen, raised.value)
    mlflow.set_tracking_uri("")


def test_forecasts_without_a_panel_say_what_to_run(project: Path) -> None:
    (LAKE / "feature_receipt.json").unlink()
    with pytest.raises(DatasetError, match=r"feature_receipt.json is missing.*kedro run"):
        run(project, tags=["predict"])
