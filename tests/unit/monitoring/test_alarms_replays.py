"""The alarms on simulated vintages: how often they are wrong, and how often they see what was done to one."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom
from tests.unit.monitoring.simulated_vintages import (
    BOUNDS,
    FIRST_YEAR,
    FORECASTS,
    IDENTITY,
    LAST,
    MODEL,
    simulate,
)

from viticast.monitoring.alarms import AlarmParams, check_earlier
from viticast.monitoring.scoring import score_earlier

pytestmark = pytest.mark.slow

REPLAYS, FAULTY = 200, 20
made = cache(simulate)
LAST_KNOWN = FIRST_YEAR + LAST
NEWS = [LAST_KNOWN + 1, LAST_KNOWN + 2]
TABLE = "flow/t3/"


def alarms(vintage):
    scores = score_earlier(vintage.forecasts, vintage.panel, vintage.backtests, vintage.series, IDENTITY)
    verdicts = check_earlier(scores, vintage.backtests, vintage.series, in_use=MODEL)
    return [verdict for verdict in verdicts if verdict.verdict in ("watch", "retrain")]


def too_high(vintage):
    return vintage.with_forecasts(lambda frame: frame.assign(**{name: 1.5 * frame[name] for name in FORECASTS}))


def too_low(vintage):
    return vintage.with_forecasts(lambda frame: frame.assign(**{name: frame[name] / 1.5 for name in FORECASTS}))


def stale(vintage):
    """The figures of four years before the origin, with intervals as wide in proportion."""
    panel = vintage.panel
    old = panel[panel["year"] == LAST_KNOWN - 4].set_index("series_id")["value"]

    def replace(frame):
        yhat = frame["series_id"].map(old)
        bounds = {name: (yhat * frame[name] / frame["yhat"]).fillna(0.0) for name in BOUNDS}
        return frame.assign(yhat=yhat, **bounds)

    return vintage.with_forecasts(replace)


def overconfident(vintage):
    def shrink(frame):
        return frame.assign(**{name: frame["yhat"] + (frame[name] - frame["yhat"]) / 3 for name in BOUNDS})

    return vintage.with_forecasts(shrink)


def scrambled_table(vintage):
    def scramble(values):
        rows = values.index[values.index.str.startswith(TABLE)]
        values.loc[rows, NEWS] = np.random.default_rng(1).permutation(values.loc[rows, NEWS].to_numpy().copy())
        return values

    return vintage.with_news(scramble)


def thousandfold_table(vintage):
    def multiply(values):
        values.loc[values.index.str.startswith(TABLE), NEWS] *= 1000
        return values

    return vintage.with_news(multiply)


def stuck_table(vintage):
    def repeat(values):
        rows = values.index.str.startswith(TABLE)
        values.loc[rows, NEWS] = values.loc[rows, [LAST_KNOWN, LAST_KNOWN]].to_numpy()
        return values

    return vintage.with_news(repeat)


def vanished_series(vintage):
    def empty(values):
        values.loc[f"{TABLE}s03", NEWS] = 0.0
        return values

    return vintage.with_news(empty)


@pytest.fixture(scope="module")
def clean():
    return [alarms(simulate(seed)) for seed in range(REPLAYS)]


def test_clean_vintages_raise_no_more_alarms_than_stated(clean):
    rate = AlarmParams().false_alarm_rate
    raised = sum(map(bool, clean))
    names = pd.Series([verdict.check_name for found in clean for verdict in found], dtype="str").value_counts()
    print(f"\n{raised} of {REPLAYS} clean replays raise an alarm; stated: {rate:.0%}")
    print(names.to_string())
    assert raised <= binom.ppf(0.99, REPLAYS, rate)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (too_high, {("earlier_error", "retrain"), ("earlier_bias", "retrain")}),
        (too_low, {("earlier_error", "retrain"), ("earlier_bias", "retrain")}),
        (stale, {("earlier_error", "retrain"), ("earlier_coverage_80", "retrain"), ("earlier_coverage_95", "retrain")}),
        (overconfident, {("earlier_coverage_80", "retrain"), ("earlier_coverage_95", "retrain")}),
        (scrambled_table, {("earlier_table_error", "watch"), ("earlier_series", "watch")}),
        (thousandfold_table, {("earlier_table_error", "watch"), ("earlier_series", "watch")}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_fault_is_caught_by_its_rule(fault, expected):
    found = [{(one.check_name, one.verdict) for one in alarms(fault(made(seed)))} for seed in range(FAULTY)]
    caught = sum(bool(raised & expected) for raised in found)
    every = pd.Series([one for raised in found for one in raised]).value_counts()
    print(f"\n{fault.__name__}: {caught} of {FAULTY}", {" ".join(name): int(n) for name, n in every.items()})
    assert caught >= 0.8 * FAULTY


@pytest.mark.parametrize("fault", [stuck_table, vanished_series], ids=lambda fault: fault.__name__)
def test_what_is_wrong_with_figures_alone_is_no_fault_of_the_model(fault, clean):
    """Rules on data see it. Errors are no larger for it, and a training would learn it."""
    seen = sum(bool(alarms(fault(made(seed)))) for seed in range(FAULTY))
    before = sum(map(bool, clean[:FAULTY]))
    print(f"\n{fault.__name__}: {seen} of {FAULTY} raise an alarm, {before} without it")
    assert seen <= before + 2
