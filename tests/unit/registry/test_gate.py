"""The gate: what becomes of a model, by what it and the champion did on the same windows."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from viticast.contracts.forecasts import Backtests
from viticast.contracts.promotions import MODES, PROMOTIONS, Promotions
from viticast.registry.gate import Contest, GateParams, judge
from viticast.registry.verdict_row import verdict_row

from .backtests import make_backtests, make_series

PARAMS = GateParams(
    promote="gate", samples=500, seed=1, margin=0.02, table_bound=1.25, table_series_origins=50, fewest_series=10
)
SAME = Contest("c" * 16, "3", had_champion=True, is_same_figures=True, is_same_code=True, mode="gate")
NEWER = replace(SAME, is_same_figures=False)
FIRST = Contest(None, None, had_champion=False, is_same_figures=False, is_same_code=False, mode="gate")
IDENTITY = {"snapshot_id": "5" * 16, "model_key": "a" * 16, "source": "sample", "is_synthetic": True}


@pytest.fixture(scope="module")
def series():
    return make_series()


@pytest.fixture(scope="module")
def champion(series):
    return make_backtests(series)


@pytest.fixture(scope="module")
def judged(series, champion):
    """Verdict and rule on a model, whose row keeps the contract."""

    def ask(challenger, contest=SAME, of=None, params=PARAMS, dimension=None):
        against = champion if of is None else of
        verdict = judge(challenger, against, series if dimension is None else dimension, contest, params)
        Promotions.validate(verdict_row(verdict, contest, IDENTITY), lazy=True)
        assert verdict == judge(challenger, against, series if dimension is None else dimension, contest, params)
        return verdict

    return ask


def ruined(backtests, table):
    """Backtests whose forecasts of one table are too large by a tenth."""
    there = backtests["series_id"].str.contains(f"/{table}/") & (backtests["method"] == "viticast")
    columns = ["yhat", "lo80", "hi80", "lo95", "hi95"]
    return backtests.assign(**{name: backtests[name].where(~there, backtests[name] * 1.1) for name in columns})


def test_the_first_model_is_promoted(judged, champion):
    verdict = judged(champion, FIRST, of=Backtests.empty())
    assert (verdict.verdict, verdict.rule) == ("promote", "first_model")
    assert "first model" in verdict.reason


def test_a_model_is_promoted_where_the_alias_is_gone(judged, champion):
    verdict = judged(champion, replace(FIRST, had_champion=True), of=Backtests.empty())
    assert (verdict.verdict, verdict.rule) == ("promote", "alias_gone")
    assert "no version has the alias champion any more" in verdict.reason


def test_an_equal_model_on_the_same_figures_leaves_the_champion(judged, champion):
    verdict = judged(champion)
    assert (verdict.verdict, verdict.rule) == ("keep", "not_better")
    numbers = verdict.comparison
    assert (numbers.capped_mase_ratio_low, numbers.capped_mase_ratio, numbers.capped_mase_ratio_high) == (1, 1, 1)
    assert (numbers.wape_ratio, numbers.left_out_series) == (1, 0)


def test_a_model_that_is_no_worse_on_newer_figures_is_promoted(judged, champion):
    verdict = judged(champion, NEWER)
    assert (verdict.verdict, verdict.rule) == ("promote", "not_worse_but_newer")


def test_a_model_of_other_code_that_is_no_worse_takes_the_place_of_one_that_nothing_installed_can_run(judged, champion):
    verdict = judged(champion, replace(SAME, is_same_code=False))
    assert (verdict.verdict, verdict.rule) == ("promote", "not_worse_but_newer")
    assert "made by other code" in verdict.reason


def test_a_model_that_may_be_worse_on_newer_figures_is_not(judged, series):
    verdict = judged(make_backtests(series, seed=1, error=0.1), NEWER)
    assert verdict.comparison.capped_mase_ratio_high > 1 + PARAMS.margin
    assert (verdict.verdict, verdict.rule) == ("keep", "newer_but_worse")


@pytest.mark.parametrize("contest", [SAME, NEWER])
def test_a_degraded_model_is_refused(judged, series, contest):
    verdict = judged(make_backtests(series, bias=1.3), contest)
    assert (verdict.verdict, verdict.rule) == ("refuse", "loses_to_naive")
    assert "capped MASE" in verdict.reason


@pytest.mark.parametrize("contest", [SAME, NEWER])
def test_a_model_worse_than_the_champion_but_not_than_naive_is_refused(judged, series, contest):
    verdict = judged(make_backtests(series, seed=1, error=0.12, width=1.2), contest)
    assert (verdict.verdict, verdict.rule) == ("refuse", "worse")
    assert verdict.comparison.capped_mase_ratio_low > 1 + PARAMS.margin


@pytest.mark.parametrize(
    ("contest", "expected"), [(SAME, ("keep", "not_better")), (NEWER, ("promote", "not_worse_but_newer"))]
)
def test_a_model_that_is_surely_worse_by_next_to_nothing_is_not_called_worse(judged, champion, contest, expected):
    ours = champion["method"] == "viticast"
    further_off = champion["y"] + 1.001 * (champion["yhat"] - champion["y"])
    bounds = {"lo95": 0.99, "lo80": 0.99, "hi80": 1.01, "hi95": 1.01}
    wider = {name: champion[name].where(~ours, champion[name] * factor) for name, factor in bounds.items()}
    verdict = judged(champion.assign(yhat=champion["yhat"].where(~ours, further_off), **wider), contest)
    assert 1 < verdict.comparison.capped_mase_ratio_low < 1 + PARAMS.margin
    assert (verdict.verdict, verdict.rule) == expected


@pytest.mark.parametrize("contest", [SAME, NEWER])
def test_an_improved_model_is_promoted(judged, series, contest):
    verdict = judged(make_backtests(series, seed=1, error=0.05, width=0.5), contest)
    assert (verdict.verdict, verdict.rule) == ("promote", "better")
    assert "better than the champion" in verdict.reason


def test_a_model_that_loses_to_naive_is_refused_even_if_the_champion_is_no_better(judged, series):
    weak = make_backtests(series, seed=1, error=0.3)
    verdict = judged(weak, of=weak)
    assert (verdict.verdict, verdict.rule) == ("refuse", "loses_to_naive")


@pytest.mark.parametrize("width", [0.5, 3.0])
def test_intervals_that_hold_too_little_or_too_much_are_refused(judged, series, width):
    verdict = judged(make_backtests(series, width=width), NEWER)
    assert (verdict.verdict, verdict.rule) == ("refuse", "coverage")
    assert "% of the actuals" in verdict.reason


def test_intervals_as_bad_as_the_champions_are_not_refused(judged, series):
    narrow = make_backtests(series, width=0.5)
    assert judged(narrow, of=narrow).rule == "not_better"
    better = judged(make_backtests(series, seed=1, error=0.05, width=0.2), of=make_backtests(series, width=0.3))
    assert better.rule == "better"


def test_one_ruined_table_is_refused(judged, series, champion):
    mixed = ruined(make_backtests(series, seed=2, error=0.07), "impvinho")
    verdict = judged(mixed, of=champion)
    assert (verdict.verdict, verdict.rule) == ("refuse", "table_worse")
    assert "worse than the champion in ImpVinho_kg" in verdict.reason
    assert verdict.comparison.worst_table == "ImpVinho_kg"
    assert verdict.comparison.worst_table_ratio > PARAMS.table_bound


def test_a_small_table_is_not_judged_by_itself(judged, champion):
    params = PARAMS.model_copy(update={"table_series_origins": 121})
    assert judged(champion, params=params).comparison.worst_table is None
    assert judged(champion).comparison.worst_table_ratio == 1


def test_without_the_champions_backtests_it_stays(judged, champion):
    verdict = judged(champion, of=Backtests.empty())
    assert (verdict.verdict, verdict.rule) == ("keep", "no_backtests")
    assert "--params promote=force" in verdict.reason


def test_without_a_common_window_the_champion_stays(judged, series):
    verdict = judged(make_backtests(series), NEWER, of=make_backtests(series, origins=(2012, 2013)))
    assert (verdict.verdict, verdict.rule) == ("keep", "no_common_window")
    assert "--params promote=force" in verdict.reason


def test_with_few_series_in_common_the_champion_stays(judged, series):
    """The interval of one series has no width: its ratio would be sure, whatever it is."""
    one = make_backtests(series)
    of_one = one[one["series_id"] == series.loc[series["level"] == "leaf", "series_id"].iloc[0]]
    verdict = judged(make_backtests(series, bias=1.3), NEWER, of=of_one)
    assert (verdict.verdict, verdict.rule) == ("keep", "no_common_window")
    assert "windows of 1 series only" in verdict.reason


def test_only_windows_of_both_are_compared(judged, series):
    later = make_backtests(series, origins=(2020, 2021, 2022, 2023))
    numbers = judged(later, NEWER).comparison
    assert (numbers.series, numbers.series_origins) == (60, 60 * 2)


def test_new_and_vanished_series_are_left_out_and_counted(judged, champion):
    more = make_series(64)
    newer = make_backtests(more)
    newer = newer[~newer["series_id"].isin(["flow/expvinho/s0", "flow/impvinho/s1"])]
    numbers = judged(newer, NEWER, dimension=more[more["series_id"] != "flow/expvinho/s0"]).comparison
    assert (numbers.series, numbers.left_out_series) == (58, 6)


def test_the_figures_of_both_are_the_newest(judged, series, champion):
    revised = champion.assign(y=champion["y"] * 1.2)
    assert judged(revised, NEWER).comparison.wape_ratio == pytest.approx(1)


def test_sums_are_not_compared(judged, series, champion):
    off = champion["series_id"] == "flow"
    assert judged(champion.assign(yhat=champion["yhat"].where(~off, 0.0), lo95=0.0)).rule == "not_better"


@pytest.mark.parametrize(("mode", "verdict"), [("never", "keep"), ("force", "promote")])
@pytest.mark.parametrize("error", [0.05, 0.12])
def test_a_run_may_forbid_or_force_whatever_the_gate_says(judged, series, mode, verdict, error):
    told = judged(make_backtests(series, seed=1, error=error, width=error / 0.1), replace(SAME, mode=mode))
    assert told.verdict == verdict
    assert told.gate_verdict == ("promote" if error < 0.1 else "refuse")
    assert f"promote={mode}; the gate would {told.gate_verdict}: " in told.reason


def test_a_champion_may_be_forced_without_its_backtests(judged, champion):
    verdict = judged(champion, replace(SAME, mode="force"), of=Backtests.empty())
    assert (verdict.verdict, verdict.gate_verdict, verdict.rule) == ("promote", "keep", "no_backtests")


def test_a_champion_without_errors_is_not_beaten(judged, series):
    perfect = make_backtests(series, error=0.0)
    assert judged(perfect, of=perfect).rule == "not_better"
    verdict = judged(make_backtests(series), of=perfect)
    assert verdict.comparison.capped_mase_ratio == float("inf")
    assert verdict.verdict == "refuse"


@pytest.mark.parametrize(
    "change",
    [{"promote": "sometimes"}, {"samples": 1}, {"margin": -0.1}, {"table_bound": 1.0}, {"table_series_origins": 0}],
)
def test_parameters_have_bounds(change):
    with pytest.raises(ValidationError):
        GateParams.model_validate(PARAMS.model_dump() | change)


def test_words_of_gate_and_contract_are_the_same():
    assert set(MODES) == {"never", "gate", "force"}
    assert set(PROMOTIONS) == {"promote", "keep", "refuse"}
