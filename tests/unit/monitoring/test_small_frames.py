"""Scores, alarms, comparisons and losses of next to nothing: one series, one year, marks alone."""

import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from viticast.contracts.scores import Scores
from viticast.monitoring.alarms import NAMES, AlarmParams, check_earlier
from viticast.monitoring.calibration import PastYears, Tail, conformal_p
from viticast.monitoring.scoring import score_earlier
from viticast.monitoring.verdicts import verdict_frame
from viticast.registry.comparison import Resampling, compare, compare_with_naive

NOW, BEFORE, MODEL, OLD = "b" * 16, "a" * 16, "2" * 16, "1" * 16
IDENTITY = {"snapshot_id": NOW, "model_key": MODEL, "source": "sample", "is_synthetic": True}
LEAST = AlarmParams(fewest_origins=3, fewest_series=1)
BOUNDS = ["lo95", "lo80", "yhat", "hi80", "hi95"]
ORIGIN = 2000

figure = st.one_of(st.just(0.0), st.just(np.nan), st.floats(1e-300, 1e15))
known = st.one_of(st.just(0.0), st.floats(1e-300, 1e15))


@pytest.fixture(autouse=True)
def no_warning() -> Iterator[None]:
    """Nothing is divided by nothing, and no mean is of nothing."""
    with warnings.catch_warnings(), np.errstate(all="raise", under="ignore"):
        warnings.simplefilter("error")
        yield


@st.composite
def vintages(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Forecasts, panel, backtests and dimension of up to three series, up to two years and up to five origins."""
    count = draw(st.integers(1, 3))
    names = [f"flow/t/{n}" for n in range(count)]
    series = pd.DataFrame(
        [("flow", None, "flow"), *((name, "T", "leaf") for name in names)], columns=["series_id", "table_name", "level"]
    )
    series["unit"] = "KG"
    classes = st.sampled_from(["regular", "intermittent", "short", "inactive", "empty"])
    kinds = {name: draw(classes) for name in ["flow", *names]}
    years = draw(st.integers(0, 2))
    ahead = [
        (name, ORIGIN + h, h, kinds[name], *sorted(draw(st.lists(known, min_size=5, max_size=5))))
        for name in kinds
        for h in range(1, years + 1)
    ]
    forecasts = pd.DataFrame(ahead, columns=["series_id", "year", "horizon", "series_class", *BOUNDS])
    stamp = {"snapshot_id": BEFORE, "model_key": OLD, "source": "sample", "is_synthetic": True}
    first = ORIGIN - draw(st.integers(0, 6))
    figures = [(name, year, draw(figure)) for name in kinds for year in range(first, ORIGIN + 3)]
    panel = pd.DataFrame(figures, columns=["series_id", "year", "value"]).astype({"value": "float64"})
    past = [
        (method, name, origin, origin + 1, 1, kinds[name], draw(known), draw(known), *bounds)
        for name in kinds
        for origin in range(ORIGIN - draw(st.integers(0, 5)), ORIGIN)
        for method, bounds in (
            ("viticast", sorted(draw(st.lists(known, min_size=5, max_size=5)))),
            ("naive", [np.nan, np.nan, draw(known), np.nan, np.nan]),
        )
    ]
    columns = ["method", "series_id", "origin", "year", "horizon", "series_class", "y", "scale", *BOUNDS]
    backtests = pd.DataFrame(past, columns=columns).assign(model_key=OLD, snapshot_id=BEFORE)
    # As an empty table of the lake has them.
    kinds_of = {"series_id": "str", "series_class": "str", "year": "int64", "horizon": "int64"}
    numbers = dict.fromkeys(["y", "scale", *BOUNDS], "float64") | kinds_of | {"method": "str", "origin": "int64"}
    return (
        forecasts.assign(**stamp).astype(dict.fromkeys(BOUNDS, "float64") | kinds_of),
        panel,
        backtests.astype(numbers),
        series,
    )


@given(vintages())
@settings(deadline=None, max_examples=25, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
def test_scores_and_alarms_of_next_to_nothing_are_told(vintage) -> None:
    forecasts, panel, backtests, series = vintage
    scores = score_earlier(forecasts, panel, backtests, series, IDENTITY)
    Scores.validate(scores, lazy=True)
    there = panel.loc[panel["value"].notna(), ["series_id", "year"]]
    assert len(scores) == len(forecasts.merge(there, on=["series_id", "year"]))
    for params in (LEAST, AlarmParams()):
        found = verdict_frame(check_earlier(scores, backtests, series, params, OLD))
        assert set(found["check_name"]) == set(NAMES)
        assert (found["verdict"].eq("skipped") | found["observed"].notna()).all()
        assert np.isfinite(found.loc[found["verdict"] != "skipped", ["observed", "threshold"]].astype(float)).all(
            axis=None
        )


@given(vintages())
@settings(deadline=None, max_examples=25, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
def test_a_comparison_of_next_to_nothing_has_numbers_or_is_none(vintage) -> None:
    _, _, backtests, series = vintage
    same = compare(backtests, backtests, series, Resampling(100, 1, 1))
    if same is not None:
        assert same.capped_mase_ratio == same.wape_ratio == same.capped_mase_ratio_high == 1
    none = compare(backtests, backtests.head(0), series, Resampling(100, 1, 1))
    assert none is None
    if same is not None:
        against = compare_with_naive(backtests, series)
        assert not np.isnan([against.capped_mase_ratio, against.wape_ratio]).any()


@given(st.lists(known, max_size=200), st.lists(known, max_size=20))
def test_tails_and_ranks_of_any_errors_are_numbers(past: list[float], errors: list[float]) -> None:
    tail = Tail.of(np.array(past))
    assert tail is None or (tail.start > 0 and np.isfinite(tail.index))
    ranks = conformal_p(np.array(errors), np.array(past))
    assert np.isnan(ranks).all() if not past else ((ranks > 0) & (ranks <= 1)).all()


@given(st.lists(st.floats(-50, 50) | st.just(np.nan), max_size=8), st.integers(1, 5))
def test_past_years_of_any_statistics_have_a_reach_or_are_none(values: list[float], horizon: int) -> None:
    series = pd.Series(values, index=range(ORIGIN, ORIGIN + len(values)), dtype="float64")
    past = PastYears.of(series, horizon, 3)
    assert (past is None) == (series.notna().sum() < 3)
    assert past is None or 0 < past.reach(0.01) < np.inf
