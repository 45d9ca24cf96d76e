"""A whole run on the sample with a small backtest: what it leaves, and that a second one leaves it alone."""

from pathlib import Path

import duckdb
import pandas as pd
import pytest
from mlflow import MlflowClient
from tests.pipelines.project_runs import contents, run

from viticast.contracts.lake import LAKE_TABLES
from viticast.monitoring.model_checks import StaleModelError
from viticast.pipeline_registry import PIPELINES

LAKE = Path("data/sample/02_lake")


def versions() -> list[str]:
    client = MlflowClient("sqlite:///data/mlflow/mlflow.db")
    return [str(found.version) for found in client.search_model_versions("name = 'viticast-sample'")]


@pytest.fixture(scope="module")
def finished(project: Path) -> Path:
    run(project)
    return project


def test_every_table_of_the_lake_is_queryable_and_fulfils_its_contract(finished: Path) -> None:
    with duckdb.connect(str(LAKE / "lake.duckdb"), read_only=True) as connection:
        for name, contract in LAKE_TABLES.items():
            columns = list(contract.model.to_schema().columns)
            frame = connection.table(name).select(*columns).df()
            assert len(frame) or contract.may_be_empty, name
            assert frame["is_synthetic"].all() if "is_synthetic" in frame else True


def test_forecasts_reach_one_year_and_add_up(finished: Path) -> None:
    forecasts = pd.concat(map(pd.read_parquet, LAKE.glob("forecasts/*/*/part-0.parquet")))
    assert forecasts.groupby("series_id")["year"].max().nunique() == 1
    forecasts["parent"] = forecasts["series_id"].str.rpartition("/")[0]
    sums = forecasts[forecasts["parent"] != ""].groupby(["parent", "year"])["yhat"].sum().rename("parts")
    above = forecasts.merge(sums, left_on=["series_id", "year"], right_index=True)
    assert len(above) == len(sums) > 60
    pd.testing.assert_series_equal(above["yhat"], above["parts"], check_names=False, rtol=1e-6, atol=1.0)


def test_the_model_is_stored_without_pickle(finished: Path) -> None:
    names = [path.name for path in Path("data/mlflow/artifacts").rglob("*") if path.is_file()]
    assert "arrays.npz" in names
    assert not [name for name in names if name.endswith((".pkl", ".pickle", ".joblib", ".cloudpickle"))]


@pytest.mark.slow
def test_a_second_run_registers_nothing_and_changes_no_file(finished: Path) -> None:
    before, registered = contents(str(LAKE), "data/sample/01_raw", "data/sample/03_primary"), versions()
    run(finished)
    assert contents(str(LAKE), "data/sample/01_raw", "data/sample/03_primary") == before
    assert versions() == registered
    assert len(registered) == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", PIPELINES)
def test_each_pipeline_runs_alone_after_a_full_run(finished: Path, name: str) -> None:
    run(finished, pipelines=[name])


def test_the_page_says_that_the_figures_are_synthetic(finished: Path) -> None:
    page = Path("data/sample/08_reporting/viticast.html").read_text(encoding="utf-8")
    assert "DADOS SINTÉTICOS" in page


@pytest.mark.slow
def test_an_earlier_date_gives_the_earlier_snapshot(finished: Path) -> None:
    run(finished, pipelines=["feature"], as_of="2024-12-31")
    panel = pd.concat(map(pd.read_parquet, LAKE.glob("panel/*/part-0.parquet")), keys=LAKE.glob("panel/*"))
    last = panel.groupby(level=0)["year"].max()
    assert sorted(last) == [2022, 2024]
    page = contents("data/sample/08_reporting")["data/sample/08_reporting/viticast.html"]
    with pytest.raises(StaleModelError, match="modeling,monitoring"):
        run(finished, pipelines=["monitoring"])
    assert contents("data/sample/08_reporting")["data/sample/08_reporting/viticast.html"] == page
    run(finished, pipelines=["feature"])
