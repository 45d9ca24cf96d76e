"""History replayed on the real figures by runs of the project: what 2024-04 forecast, judged by what 2025-04 brought.

Commands, verdicts and times are printed.
"""

import json
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from mlflow import MlflowClient
from tests.pipelines.project_runs import clean_environment, make_project

from viticast.contracts.decision import Decision
from viticast.contracts.lake import LAKE_TABLES
from viticast.contracts.scores import Scores
from viticast.lake.table import LakeTable
from viticast.monitoring.alarms import AlarmParams, check_earlier
from viticast.monitoring.alarms_statistics import ACTIVE
from viticast.monitoring.scoring import score_earlier
from viticast.monitoring.verdicts import verdict_frame

pytestmark = [pytest.mark.real, pytest.mark.printed]

LEVELS = (80, 95)
BOUNDS = [f"{side}{level}" for side in ("lo", "hi") for level in LEVELS]
TRADE = ("importacao", "exportacao")
MODEL = "viticast"
YEARS_CAME = "trained_on_all_years"
"""The rule that asks for a training because the model does not know the newest years."""


@dataclass(frozen=True)
class Step:
    """What a command took, and what stood in the lake and the registry after it."""

    wall: float
    cpu: float
    versions: int
    champion: str
    model_keys: frozenset[str]


class History:
    """A project with the repository's own parameters, which is told one vintage after the other.

    Args:
        folder: Where it is made.
        root: The repository.
    """

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder = make_project(folder, root)
        (self.folder / "conf" / "local" / "parameters_modeling.yml").unlink()
        self.steps: dict[str, Step] = {}
        self.decisions: dict[str, Decision] = {}

    def run(self, name: str, *arguments: str, figures: Path | None = None) -> None:
        """Runs `kedro run`, prints what it took, and remembers what it left."""
        given = "source=embrapa" + ("" if figures is None else f",source_url={figures}")
        began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        done = self._kedro("run", *arguments, "--params", given)
        wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
        print(f"\n{name}: kedro run {' '.join(arguments)}: {wall:.0f} s, {cpu:.0f} s CPU")
        registry = MlflowClient(f"sqlite:///{self.folder}/data/mlflow/mlflow.db")
        versions = registry.search_model_versions(f"name='{MODEL}'")
        keys = frozenset(version.tags["model_key"] for version in versions)
        champion = registry.get_model_version_by_alias(MODEL, "champion").tags["model_key"]
        self.steps[name] = Step(wall, cpu, len(versions), champion, keys)

    def decide(self, name: str) -> int:
        """Runs `kedro verdict`, prints it, and returns its status."""
        done = self._kedro("verdict", "--source", "embrapa")
        print(f"\n{name}: kedro verdict ends with {done.returncode}\n{done.stdout}")
        path = self.folder / "data" / "embrapa" / "08_reporting" / "decision.json"
        self.decisions[name] = Decision.model_validate_json(path.read_text(encoding="utf-8"))
        return done.returncode

    def table(self, name: str, **where: str) -> pd.DataFrame:
        """Rows of a lake table."""
        lake = self.folder / "data" / "embrapa" / "02_lake"
        return LakeTable(str(lake), name, LAKE_TABLES[name].partition_by, "changed").read(where)

    def snapshot(self) -> str:
        """The current one."""
        receipt = self.folder / "data" / "embrapa" / "02_lake" / "feature_receipt.json"
        return str(json.loads(receipt.read_text(encoding="utf-8"))["snapshot_id"])

    def _kedro(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "kedro", *arguments],
            cwd=self.folder,
            env=clean_environment(),
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def history(tmp_path_factory, project_root, real_vintages):
    """2024-04 trains and forecasts; 2025-04 comes, is forecast without training, judged, and then trained on."""
    history = History(tmp_path_factory.mktemp("history") / "main", project_root)
    history.run("2024-04", figures=real_vintages["2024-04"])
    history.statuses = {"2024-04": history.decide("2024-04")}
    history.then = history.snapshot()
    history.run("2025-04 comes", "--pipelines=ingestion,cataloging,feature", figures=real_vintages["2025-04"])
    history.now = history.snapshot()
    history.run("predict", "--tags", "predict")
    history.run("judge", "--pipelines=monitoring")
    history.statuses["2025-04"] = history.decide("2025-04")
    history.verdicts = history.table("monitoring", snapshot_id=history.now)
    history.scores = history.table("scores", snapshot_id=history.now)
    history.run("retrain", "--pipelines=modeling,monitoring")
    history.statuses["retrained"] = history.decide("retrained")
    return history


def test_the_first_model_is_promoted_and_has_nothing_to_be_judged_by(history):
    [row] = history.table("promotions", snapshot_id=history.then).to_dict("records")
    assert (row["verdict"], row["rule"]) == ("promote", "first_model")
    assert history.steps["2024-04"].champion == row["model_key"]
    assert history.statuses["2024-04"] in (0, 10)
    assert set(history.table("scores")["snapshot_id"]) == {history.now}


def test_forecasts_of_the_newest_figures_need_no_training(history):
    """The time of a prediction stands beside that of the training and of a whole run."""
    predict, retrain = history.steps["predict"], history.steps["retrain"]
    names = ["2024-04", "predict", "retrain"]
    print({name: (round(history.steps[name].wall), round(history.steps[name].cpu)) for name in names})
    assert predict.versions == history.steps["2024-04"].versions == 1
    assert predict.champion == history.steps["2024-04"].champion
    assert predict.cpu < retrain.cpu / 3
    forecasts = history.table("forecasts", snapshot_id=history.now)
    assert predict.champion in set(forecasts["model_key"])
    assert forecasts["year"].max() == 2028


def test_monitoring_asks_for_a_training_because_years_came_and_for_nothing_else(history):
    assert history.statuses["2025-04"] == 20
    decision = history.decisions["2025-04"]
    wanting = [reason for reason in decision.reasons if reason.verdict == "retrain"]
    assert {reason.check_name for reason in wanting} == {YEARS_CAME}
    assert any("modeling" in command for command in decision.what_to_do)


def test_the_gate_judges_the_new_model_and_says_why(history):
    retrained = history.steps["retrain"]
    assert retrained.versions == 2
    [challenger] = retrained.model_keys - history.steps["predict"].model_keys
    rows = history.table("promotions", snapshot_id=history.now)
    [row] = rows[rows["model_key"] == challenger].to_dict("records")
    print(row["verdict"], row["rule"], row["reason"])
    assert row["champion_key"] == history.steps["predict"].champion
    assert row["verdict"] in ("promote", "keep")
    assert row["series_origins"] > 5_000
    assert row["capped_mase_ratio_low"] <= row["capped_mase_ratio"] <= row["capped_mase_ratio_high"]
    expected = challenger if row["verdict"] == "promote" else row["champion_key"]
    assert retrained.champion == expected


def test_nothing_asks_for_a_training_after_it(history):
    assert history.statuses["retrained"] in (0, 10)
    assert not [reason for reason in history.decisions["retrained"].reasons if reason.verdict == "retrain"]


@pytest.fixture(scope="module")
def replay(history):
    """Scores and verdicts of the forecasts of 2024-04, after a change of them or of the figures that came."""
    model = history.steps["2024-04"].champion
    forecasts = history.table("forecasts", snapshot_id=history.then)
    backtests = history.table("backtests", model_key=model)
    panel = history.table("panel", snapshot_id=history.now)
    series = history.table("series", snapshot_id=history.now)
    stamp = history.table("forecasts", snapshot_id=history.now).iloc[0]
    identity = {name: stamp[name] for name in ("snapshot_id", "model_key", "source", "is_synthetic")}

    def run(change=None, came=None):
        changed = forecasts if change is None else change(forecasts.copy())
        figures = panel if came is None else came(panel.copy())
        scores = score_earlier(changed, figures, backtests, series, identity)
        return scores, verdict_frame(check_earlier(scores, backtests, series, in_use=model))

    return run


@pytest.fixture(scope="module")
def clean(replay):
    return replay()


def show(verdicts):
    print()
    print(verdicts[["check_name", "subject", "verdict", "observed", "threshold"]].round(3).to_string(index=False))


def test_the_run_scores_what_the_library_scores(history, clean):
    scores, verdicts = clean
    ours = verdicts.set_index(["check_name", "subject"])[["verdict", "observed", "threshold"]]
    theirs = history.verdicts[history.verdicts["check_name"].str.startswith("earlier_")]
    theirs = theirs.set_index(["check_name", "subject"])[["verdict", "observed", "threshold"]]
    pd.testing.assert_frame_equal(theirs.sort_index(), ours.sort_index(), check_dtype=False)
    assert len(history.scores) == len(scores)


def test_every_figure_that_came_is_scored_and_none_that_was_known(history, clean):
    scores, _ = clean
    Scores.validate(scores, lazy=True)
    known = history.table("panel", snapshot_id=history.then).dropna(subset="value")
    last = known.groupby("series_id")["year"].max()
    assert (scores["year"] > scores["series_id"].map(last)).all()
    assert set(scores["year"]) == {2023, 2024}
    assert scores.loc[scores["year"] == 2024, "series_id"].str.startswith(TRADE).all()
    assert (scores.groupby("year").size() > [1_500, 1_200]).all()


def test_errors_of_active_series_are_as_large_as_the_backtest_says(clean):
    """If they are exchangeable with those of the backtest, their p-values are uniform."""
    scores, _ = clean
    active = scores[(scores["level"] == "leaf") & scores["series_class"].isin(ACTIVE)]
    shares = {level: float((active["p_value"] <= level).mean()) for level in (0.01, 0.05, 0.2, 0.5)}
    print("\nshare of p-values up to", {level: round(share, 3) for level, share in shares.items()})
    assert shares[0.05] < 0.08
    assert 0.1 < shares[0.2] < 0.3
    assert 0.4 < shares[0.5] < 0.6


def test_the_forecasts_of_2023_and_2024_were_as_good_as_their_backtest(clean):
    _, verdicts = clean
    show(verdicts)
    assert set(verdicts["verdict"]) == {"ok"}
    observed = verdicts.set_index(["check_name", "subject"])["observed"]
    for year in ("2023 at horizon 1", "2024 at horizon 2"):
        assert observed["earlier_error", year] < 1.05
        assert 0.75 < observed["earlier_coverage_80", year] < 0.88
        assert 0.92 < observed["earlier_coverage_95", year] < 0.98
        assert abs(observed["earlier_bias", year]) < 0.1
    rate = AlarmParams().false_alarm_rate
    assert verdicts["rule"].str.contains(f"{rate:.0%} of clean runs raise any alarm").all()


def too_high(forecasts):
    names = ["yhat", *BOUNDS]
    return forecasts.assign(**{name: 1.5 * forecasts[name] for name in names})


def overconfident(forecasts):
    middle = forecasts["yhat"]
    return forecasts.assign(**{name: middle + (forecasts[name] - middle) / 3 for name in BOUNDS})


@pytest.mark.parametrize(
    ("fault", "rule"),
    [(too_high, "earlier_error"), (too_high, "earlier_bias"), (overconfident, "earlier_coverage_95")],
    ids=["too high: error", "too high: bias", "overconfident: coverage"],
)
def test_a_worse_model_is_to_be_trained_again(replay, fault, rule):
    _, verdicts = replay(change=fault)
    show(verdicts)
    assert "retrain" in set(verdicts.loc[verdicts["check_name"] == rule, "verdict"])


def test_a_table_in_other_units_is_to_be_looked_at(replay):
    def thousandfold(panel):
        came = panel["series_id"].str.contains("/imp_vinhos") & (panel["year"] > 2022)
        return panel.assign(value=panel["value"].where(~came, 1000 * panel["value"]))

    _, verdicts = replay(came=thousandfold)
    show(verdicts)
    tables = verdicts[(verdicts["check_name"] == "earlier_table_error") & (verdicts["verdict"] == "watch")]
    assert tables["subject"].tolist() == ["ImpVinhos, 2023 at horizon 1"]
    missed = verdicts[verdicts["check_name"] == "earlier_series"]
    assert (missed["subject"].item(), missed["verdict"].item()) == ("ImpVinhos", "watch")
    assert not verdicts["verdict"].isin(["retrain"]).any()
