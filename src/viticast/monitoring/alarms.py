"""Rules on earlier forecasts: were they as good as their backtest said?

All alarms of a run together have one false-alarm rate: each of the five rules has a fifth of it, split evenly over the
tests that the rule makes. That holds however the tests depend on each other, and they do: errors of a year are alike in
all series, and those of a series at all horizons.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from viticast.monitoring.alarms_statistics import (
    ACTIVE,
    BIAS,
    COVERAGE,
    ERROR,
    TABLE,
    YEAR,
    Measure,
    means,
    newest,
    past_errors,
    with_errors,
)
from viticast.monitoring.calibration import PastYears, Tail
from viticast.monitoring.scoring import past_scores, pool
from viticast.monitoring.verdicts import Status, Verdict

RULES = 5
ALL = "earlier forecasts"
STEADY = ("regular", "sums")
"""Pools whose single series are judged: the others burst, and a bound that holds their errors tells nothing."""


class AlarmParams(BaseModel):
    """When earlier forecasts are worse than their backtest foretold.

    Attributes:
        false_alarm_rate: Probability that anything is raised in a run whose forecasts are as good as their backtest.
        fewest_origins: A backtest with fewer foretells nothing of a year.
        fewest_series: A table with fewer active series in a year is not judged by itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    false_alarm_rate: float = Field(0.05, gt=0, lt=1)
    fewest_origins: int = Field(4, ge=3)
    fewest_series: int = Field(5, ge=1)


@dataclass(frozen=True)
class _Judged:
    """The forecasts that are judged, the past they are judged by, and what follows from an alarm."""

    scores: pd.DataFrame
    leaves: pd.DataFrame
    past: pd.DataFrame
    params: AlarmParams
    in_use: str | None

    @property
    def years(self) -> Iterator[tuple[tuple[str, str, int, int], pd.DataFrame, pd.DataFrame]]:
        """Each forecast of a year, with its leaves and those of the backtest: same model, horizon and tables."""
        for key, rows in self.leaves.groupby(YEAR):
            _, model, _, horizon = key
            alike = (self.past["model_key"] == model) & (self.past["horizon"] == horizon)
            yield key, rows, self.past[alike & self.past["table_name"].isin(rows["table_name"].unique())]

    def chance(self, tests: int) -> float:
        """Probability of a false alarm that one of so many tests of a rule has."""
        return self.params.false_alarm_rate / RULES / max(tests, 1)

    def says(self, chance: float, origins: int) -> str:
        """The stated rate, for the text of a rule."""
        return (
            f"a t interval around {origins} origins of its backtest, which one clean forecast in {1 / chance:.0f} "
            f"leaves ({self.params.false_alarm_rate:.0%} of clean runs raise any alarm)"
        )

    def retrain(self, model: str) -> Status:
        """Training anew answers an alarm of the model in use; of any other it is told only."""
        return "retrain" if model == self.in_use else "watch"


def check_earlier(
    scores: pd.DataFrame,
    backtests: pd.DataFrame,
    series: pd.DataFrame,
    params: AlarmParams | None = None,
    in_use: str | None = None,
) -> Iterator[Verdict]:
    """Judges the newest forecast of each series by what came, against the backtest of the model that made it.

    Args:
        scores: As `contracts.scores.Scores` describes.
        backtests: Of the models that made the forecasts; other rows are passed over.
        series: `contracts.panel.SeriesDimension` of the current snapshot.
        params: The stated rate, and what is too little to judge by.
        in_use: model_key of the model in use, if training anew would answer an alarm. None if a model was trained on
            the present figures already: alarms are then told as `watch`, or every run would ask for another training.
    """
    params = params or AlarmParams()
    if scores.empty:
        why = "no year that was forecast from an earlier snapshot has been published since"
        for name in (ERROR.name, BIAS.name, *(one.name for one in COVERAGE.values()), TABLE.name, "earlier_series"):
            yield Verdict(name, ALL, "skipped", "earlier forecasts are as good as their backtest", detail=why)
        return
    chosen = newest(scores)
    made_by = backtests[backtests["model_key"].isin(chosen["forecast_model_key"].unique())]
    leaves = with_errors(chosen[chosen["level"] == "leaf"])
    judged = _Judged(chosen, leaves, past_errors(made_by, series), params, in_use)
    yield from _check_years(judged, ERROR, "the error of the regular series over that of naive is at most", 1)
    yield from _check_bias(judged)
    for level, measure in COVERAGE.items():
        rule = f"the {level} % intervals hold at least the share of the figures that is the end of"
        yield from _check_years(judged, measure, rule, len(COVERAGE))
    yield from _check_tables(judged)
    yield from _check_series(judged, past_scores(made_by, series))


def _check_years(judged: _Judged, measure: Measure, rule: str, measures: int) -> Iterator[Verdict]:
    """A measure that is worse the larger it is, of each year."""
    chance = judged.chance(measures * judged.leaves.groupby(YEAR).ngroups)
    for key, rows, past in judged.years:
        observed, years = _compare(judged, measure, rows, past)
        if years is None:
            yield _too_few(measure.name, _named(key), rule, judged)
            continue
        bound = years.mean + years.reach(chance)
        status: Status = "ok" if observed <= bound else judged.retrain(key[1])
        told = f"{measure.shown(observed):.3f}; mean of the origins {measure.shown(years.mean):.3f}"
        yield Verdict(
            measure.name,
            _named(key),
            status,
            f"{rule} {judged.says(chance, years.count)}",
            measure.shown(observed),
            measure.shown(bound),
            f"{told}, {rows['series_id'].nunique()} leaf series, by model {key[1]} from snapshot {key[0]}",
        )


def _check_bias(judged: _Judged) -> Iterator[Verdict]:
    """A share that may be off on either side."""
    rule = "the share of figures above the forecast, less that above naive, lies in"
    chance = judged.chance(judged.leaves.groupby(YEAR).ngroups)
    for key, rows, past in judged.years:
        observed, years = _compare(judged, BIAS, rows, past)
        if years is None:
            yield _too_few(BIAS.name, _named(key), rule, judged)
            continue
        reach = years.reach(chance / 2)
        off = abs(observed - years.mean) > reach
        yield Verdict(
            BIAS.name,
            _named(key),
            judged.retrain(key[1]) if off else "ok",
            f"{rule} {judged.says(chance, years.count)}",
            observed,
            years.mean + (reach if observed >= years.mean else -reach),
            f"forecasts are too {'low' if observed > years.mean else 'high'}; mean of the origins {years.mean:.3f}, "
            f"by model {key[1]} from snapshot {key[0]}"
            if off
            else None,
        )


def _check_tables(judged: _Judged) -> Iterator[Verdict]:
    """The error of each table's series, not compared with naive: what figures do to both must show."""
    rule = "the mean log error of a table's active series, in units of their usual change, is at most the end of"
    found = list(_tables(judged))
    chance = judged.chance(len(found))
    beyond = [(*one, one[3].mean + one[3].reach(chance)) for one in found]
    alarms = [one for one in beyond if one[2] > one[4]]
    for key, table, observed, years, bound in alarms:
        why = f"{observed:.2f} against {years.mean:.2f}: look at its figures (units, rows) before anything is trained"
        text = f"{rule} {judged.says(chance, years.count)}"
        yield Verdict(TABLE.name, f"{table}, {_named(key)}", "watch", text, observed, bound, why)
    if not found:
        yield _too_few(TABLE.name, ALL, rule, judged)
    elif not alarms:
        _, table, observed, years, bound = max(beyond, key=lambda one: one[2] - one[4])
        text = f"{rule} {judged.says(chance, years.count)}"
        told = f"{len(found)} tables and years; nearest to its bound: {table}"
        yield Verdict(TABLE.name, "all tables", "ok", text, observed, bound, told)


def _tables(judged: _Judged) -> Iterator[tuple[tuple[str, str, int, int], str, float, PastYears]]:
    for key, rows, past in judged.years:
        now = means(rows, ACTIVE, ["table_name"])
        then = TABLE.of(means(past, ACTIVE, ["table_name", "origin"]))
        for table, mean in now[now["n"] >= judged.params.fewest_series].groupby("table_name"):
            values = then.loc[[table]] if table in then.index.get_level_values(0) else then.iloc[:0]
            years = PastYears.of(values.to_numpy(float), judged.params.fewest_origins)
            if years is not None:
                yield key, str(table), float(TABLE.of(mean).iloc[0]), years


def _check_series(judged: _Judged, past: pd.DataFrame) -> Iterator[Verdict]:
    """Single series against the tail of all errors of their pool."""
    rule = "no regular series or sum is further off, in half intervals or usual changes, than a Pareto tail of the"
    pooled = judged.scores.assign(pool=pool(judged.scores), size=judged.scores["score"].abs())
    tested = pooled[pooled["pool"].isin(STEADY)]
    groups = {key: rows for key, rows in tested.groupby(["forecast_model_key", "pool", "horizon"])}
    then = past.assign(size=past["score"].abs()).groupby(["model_key", "pool", "horizon"])["size"]
    tails = {key: Tail.of(then.get_group(key).to_numpy(float)) for key in groups if key in then.groups}
    known = {key: tail for key, tail in tails.items() if tail is not None}
    tests = sum(len(groups[key]) for key in known)
    if not tests:
        yield Verdict("earlier_series", ALL, "skipped", rule, detail="the backtest has too few errors to tell a tail by")
        return
    chance = judged.chance(tests)
    text = (
        f"{rule} backtest's errors of the same pool and horizon foretells, which one clean series in "
        f"{1 / chance:.0f} exceeds ({judged.params.false_alarm_rate:.0%} of clean runs raise any alarm)"
    )
    beyond = pd.concat(
        [groups[key].assign(bound=tail.bound(chance)) for key, tail in known.items()], ignore_index=True
    )
    missed = beyond[beyond["size"] > beyond["bound"]].sort_values(["series_id", "year"])
    for row in missed.itertuples(index=False):
        why = f"{row.y:.6g} came, {row.yhat:.6g} was forecast, by model {row.forecast_model_key}"
        subject = f"{row.series_id}, {row.year} at horizon {row.horizon}"
        yield Verdict("earlier_series", subject, "watch", text, float(row.size), float(row.bound), why)
    if missed.empty:
        at = beyond.loc[(beyond["size"] / beyond["bound"]).idxmax()]
        told = f"{tests} series and years; nearest to its bound: {at['series_id']}, {at['year']}"
        yield Verdict("earlier_series", "all series", "ok", text, float(at["size"]), float(at["bound"]), told)


def _compare(
    judged: _Judged, measure: Measure, rows: pd.DataFrame, past: pd.DataFrame
) -> tuple[float, PastYears | None]:
    """The measure now, and at the origins; None if either cannot be told."""
    now = measure.of(means(rows.assign(origin=rows["year"] - rows["horizon"]), measure.classes, ["origin"]))
    then = measure.of(means(past, measure.classes, ["origin"]))
    if now.empty:
        return float("nan"), None
    return float(now.iloc[0]), PastYears.of(then.to_numpy(float), judged.params.fewest_origins)


def _named(key: tuple[str, str, int, int]) -> str:
    _, _, year, horizon = key
    return f"{year} at horizon {horizon}"


def _too_few(name: str, subject: str, rule: str, judged: _Judged) -> Verdict:
    why = (
        f"fewer than {judged.params.fewest_origins} origins of the model's backtest in the lake have such series at this "
        "horizon"
    )
    return Verdict(name, subject, "skipped", f"{rule} a t interval around the origins of its backtest", detail=why)
