"""The five pipelines on the real figures, embedded and with `--env aws`: the same lake, seen through Athena."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import mlflow
import pandas as pd
import pytest
from tests.integration.aws.aws_project import ROOT, AwsProject, Ended, assert_equal, ended, steady
from tests.local_aws.account import AwsAccount
from tests.local_aws.fixtures import leading_to
from tests.local_aws.process import LocalAwsServer
from tests.pipelines.project_runs import clean_environment, make_project

from viticast.contracts.lake import LAKE_TABLES
from viticast.lake.lake import Lake

pytestmark = pytest.mark.aws

REAL = ROOT.parent / "shared" / "vitibrasil"


@pytest.fixture(scope="module")
def real_figures() -> Path:
    if not REAL.is_dir():
        pytest.skip("THE REAL FIGURES ARE NOT HERE (../shared/vitibrasil): the runs on them were not compared")
    return REAL


@pytest.fixture(scope="module")
def account(aws_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AwsAccount]:
    """A local AWS that keeps what the tests of this module wrote."""
    with LocalAwsServer(aws_python, tmp_path_factory.mktemp("aws")) as server:
        account = AwsAccount(server, server.endpoint)
        account.client("s3").create_bucket(Bucket=account.bucket)
        with leading_to(account):
            yield account


class Embedded:
    """The embedded default in a throw-away project, as the model to compare with."""

    def __init__(self, folder: Path) -> None:
        self.folder = make_project(folder, ROOT)
        (self.folder / "conf" / "local" / "parameters_modeling.yml").unlink()

    def start(self, url: Path) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "kedro", "run", "--params", f"source=embrapa,source_url={url}"],
            cwd=self.folder,
            env=clean_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def tables(self) -> dict[str, pd.DataFrame | None]:
        data = self.folder / "data" / "embrapa"
        lake = Lake("embrapa", str(data / "02_lake"), str(data / "01_raw"), str(data / "03_primary"))
        return {name: steady(lake.table(name)) for name in LAKE_TABLES}


@pytest.fixture(scope="module")
def both(
    real_figures: Path, account: AwsAccount, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Embedded, AwsProject, Ended]:
    """One run of each on both vintages, with the project's own parameters."""
    embedded = Embedded(tmp_path_factory.mktemp("embedded"))
    project = AwsProject(tmp_path_factory.mktemp("on_aws"), account, small=False)
    started = [embedded.start(real_figures), project.start("embrapa", real_figures)]
    ours, theirs = [ended(process) for process in started]
    assert ours.status == 0, ours.output[-4000:]
    assert theirs.status == 0, theirs.output[-4000:]
    return embedded, project, theirs


def test_every_table_is_the_same_through_athena(both: tuple[Embedded, AwsProject, Ended]) -> None:
    embedded, project, _ = both
    expected = embedded.tables()
    may_be_empty = {"findings", *(name for name, table in LAKE_TABLES.items() if table.may_be_empty)}
    assert all(frame is not None and len(frame) for name, frame in expected.items() if name not in may_be_empty)
    assert_equal(expected, project.tables("embrapa"))


def metrics(store: str, prefix: str) -> list[dict[str, float]]:
    client = mlflow.MlflowClient(store)
    runs = client.search_runs([found.experiment_id for found in client.search_experiments()])
    return [
        {name: value for name, value in run.data.metrics.items() if name.startswith(prefix)}
        for run in runs
        if run.info.status == "FINISHED"
    ]


def test_the_metrics_are_the_same(both: tuple[Embedded, AwsProject, Ended]) -> None:
    embedded, project, _ = both
    ours = metrics(f"sqlite:///{embedded.folder}/data/mlflow/mlflow.db", "backtest")
    theirs = metrics(f"sqlite:///{project.folder}/mlflow.db", "backtest")
    assert len(ours) == len(theirs) == 1
    assert ours[0]
    assert theirs[0] == pytest.approx(ours[0], rel=1e-9)


def test_what_the_queries_cost_is_logged(both: tuple[Embedded, AwsProject, Ended]) -> None:
    _, project, run = both
    found = metrics(f"sqlite:///{project.folder}/mlflow.db", "athena.")
    assert found[0]["athena.panel.bytes_scanned"] > 0
    assert found[0]["athena.panel.seconds"] > 0
    assert "bytes scanned" in run.output


def test_nothing_was_written_beside_the_bucket(both: tuple[Embedded, AwsProject, Ended]) -> None:
    _, project, _ = both
    assert sorted(path.name for path in (project.folder / "data").iterdir()) == ["00_sample"]


def test_a_second_run_writes_no_object_but_logs_and_a_new_vintage_shows_in_athena_by_itself(
    real_figures: Path, account: AwsAccount, tmp_path: Path
) -> None:
    """With a small backtest: three runs."""
    project = AwsProject(tmp_path / "project", account, prefix="grows")
    done = ended(project.start("embrapa", real_figures / "2024-04"))
    assert done.status == 0, done.output[-4000:]
    objects = project.objects()
    again = ended(project.start("embrapa", real_figures / "2024-04"))
    assert again.status == 0, again.output[-4000:]
    assert unlike(objects, project.objects()) == set()
    before = project.shown("embrapa")
    newer = ended(project.start("embrapa", real_figures / "2025-04", "ingestion,cataloging,feature,modeling"))
    assert newer.status == 0, newer.output[-4000:]
    after = {name: project.table("embrapa", name) for name in GROWING}
    for name, key in GROWING.items():
        assert partitions(before[name], key) < partitions(after[name], key), name


GROWING = {
    "observations": "vintage_id",
    "vintages": "vintage_id",
    "panel": "snapshot_id",
    # The champion may stay, and then forecasts the newer snapshot.
    "forecasts": "snapshot_id",
    "backtests": "model_key",
}


def unlike(before: Mapping[str, tuple[str, str]], after: Mapping[str, tuple[str, str]]) -> set[str]:
    """Keys that are new, gone or written anew. Evidently's reports hold ids that it draws: each run has its own."""
    assert set(before) == set(after)
    changed = {key for key, found in after.items() if before[key] != found}
    return {key for key in changed if "/08_reporting/evidently_" not in key}


def partitions(frame: pd.DataFrame | None, key: str) -> set[str]:
    assert frame is not None
    return set(frame[key])
