"""History replayed on the real figures: what 2024-04 forecast, judged by what 2025-04 brought; printed."""

import pandas as pd
import pytest
import yaml
from tests.integration.real_panel import read_real_panel

from viticast.contracts.crosswalk import Crosswalk
from viticast.contracts.scores import Scores
from viticast.forecasting import Backtest, ForecastSpec, fit
from viticast.monitoring.alarms import AlarmParams, check_earlier
from viticast.monitoring.alarms_statistics import ACTIVE
from viticast.monitoring.scoring import score_earlier
from viticast.monitoring.verdicts import verdict_frame
from viticast.panel.crosswalk import new_labels
from viticast.panel.declarations import Aliases
from viticast.panel.dimension import describe_series

pytestmark = pytest.mark.real

MODEL, BEFORE = "1" * 16, "a" * 16
STAMP = {"snapshot_id": BEFORE, "model_key": MODEL, "source": "embrapa", "is_synthetic": False}
IDENTITY = STAMP | {"snapshot_id": "b" * 16, "model_key": "2" * 16}
LEVELS = (80, 95)
BOUNDS = [f"{side}{level}" for side in ("lo", "hi") for level in LEVELS]
TRADE = ("importacao", "exportacao")


@pytest.fixture(scope="module")
def reals(real_vintages, registry, project_root):
    return {
        name: read_real_panel(real_vintages[name], registry, project_root / "conf" / "base") for name in real_vintages
    }


def panel_of(real):
    return pd.concat([real.leaves, real.sums], ignore_index=True)


@pytest.fixture(scope="module")
def series(reals, project_root):
    """The dimension of the later vintage."""
    real = reals["2025-04"]
    declared = (project_root / "conf" / "base" / "aliases_embrapa.yml").read_text(encoding="utf-8")
    aliases = Aliases.from_mapping(yaml.safe_load(declared))
    leaves = real.corrected.cells[real.corrected.cells["row_kind"] == "leaf"].reset_index(drop=True)
    labels = new_labels(Crosswalk.empty(), leaves, real.tree, aliases, "embrapa")
    return describe_series(labels, leaves, real.tree, aliases)


@pytest.fixture(scope="module")
def trained(reals):
    """Forecasts and backtest of 2024-04, with the parameters of the project."""
    names = {"series_id": "unique_id", "year": "ds", "value": "y"}
    panel = panel_of(reals["2024-04"]).rename(columns=names)[list(names.values())]
    parents = {name: name.rsplit("/", 1)[0] for name in panel["unique_id"].unique() if "/" in name}
    spec = ForecastSpec(parents=parents, seed=20240401)
    last = int(panel["ds"].max())
    past = Backtest(origins=tuple(range(last - 6, last)), horizon=5, tracked=("naive",)).run(panel, spec)
    ahead = fit(panel, spec).predict(until=2027, levels=LEVELS)
    back = {"unique_id": "series_id", "ds": "year"}
    return ahead.rename(columns=back).assign(**STAMP), past.rename(columns=back).assign(**STAMP)


@pytest.fixture(scope="module")
def replay(reals, series, trained):
    """Scores and verdicts of the forecasts, after a change of them or of the figures that came."""
    forecasts, backtests = trained
    panel = panel_of(reals["2025-04"])

    def run(change=None, came=None):
        changed = forecasts if change is None else change(forecasts.copy())
        figures = panel if came is None else came(panel.copy())
        scores = score_earlier(changed, figures, backtests, series, IDENTITY)
        return scores, verdict_frame(check_earlier(scores, backtests, series, in_use=MODEL))

    return run


@pytest.fixture(scope="module")
def clean(replay):
    return replay()


def show(verdicts):
    print()
    print(verdicts[["check_name", "subject", "verdict", "observed", "threshold"]].round(3).to_string(index=False))


def test_every_figure_that_came_is_scored_and_none_that_was_known(reals, clean):
    scores, _ = clean
    Scores.validate(scores, lazy=True)
    known = panel_of(reals["2024-04"])
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
