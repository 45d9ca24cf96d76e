"""Rules on earlier forecasts: were they as good as their backtest said?

All alarms of a run together have one false-alarm rate: each of the five rules has a fifth of it, split evenly over the
tests that the rule makes. That holds however the tests depend on each other, and they do: errors of a year are alike in
all series, and those of a series at all horizons.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from viticast.monitoring.alarms_statistics import (
    BIAS,
    COVERAGE,
    ERROR,
    TABLE,
    YEAR,
    Measure,
    newest,
    summed,
    with_errors,
)
from viticast.monitoring.calibration import FEWEST_ERRORS, PastYears, Tail
from viticast.monitoring.scoring import past_scores, pool, with_naive
from viticast.monitoring.verdicts import Status, Verdict

RULES = 5
SERIES = "earlier_series"
NAMES = (ERROR.name, BIAS.name, *(measure.name for measure in COVERAGE.values()), TABLE.name, SERIES)
ALL = "earlier forecasts"
FLOWS = "flows of several tables"
LISTED = 3
STEADY = ("regular", "sums")
"""Pools whose single series are judged: the others burst, and a bound that holds their errors tells nothing."""


class AlarmParams(BaseModel):
    """When earlier forecasts are worse than their backtest foretold.

    Attributes:
        false_alarm_rate: Probability that anything is raised in a run whose forecasts are as good as their backtest.
        fewest_origins: A backtest with fewer foretells nothing of a year.
        fewest_series: A table with fewer active series in a year is not judged by itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    false_alarm_rate: float = Field(0.05, gt=0, lt=1)
    fewest_origins: int = Field(4, ge=3)
    fewest_series: int = Field(5, ge=1)


@dataclass(frozen=True)
class _Year:
    """The forecast of one year.

    Attributes:
        key: Snapshot, model, year, horizon.
        now: Sums over its leaves, by table and class.
        then: Sums of the backtest of the same model, horizon and tables, by origin, table and class.
    """

    key: tuple[str, str, int, int]
    now: pd.DataFrame
    then: pd.DataFrame

    @property
    def name(self) -> str:
        return f"{self.key[2]} at horizon {self.key[3]}"

    @property
    def made_by(self) -> str:
        return f"by model {self.key[1]} from snapshot {self.key[0]}"

    def value(self, measure: Measure) -> float:
        """The measure of what came; NaN if no series counts."""
        values = measure.by(self.now, ["year"])
        return float(values.iloc[0]) if len(values) else float("nan")

    def past(self, measure: Measure, fewest: int) -> PastYears | None:
        """The measure at the origins."""
        return PastYears.of(measure.by(self.then, ["origin"]), self.key[3], fewest)


@dataclass(frozen=True)
class _Judged:
    """What is judged, how strictly, and what follows from an alarm."""

    years: tuple[_Year, ...]
    params: AlarmParams
    in_use: str | None

    def chance(self, tests: int) -> float:
        """Probability of a false alarm that each of so many tests of a rule has."""
        return self.params.false_alarm_rate / RULES / max(tests, 1)

    def says(self, rule: str, chance: float, past: PastYears | None = None) -> str:
        """A rule with the rate that it states."""
        origins = f"{past.count} " if past else ""
        return (
            f"{rule} a t interval around the {origins}origins of its backtest, which one clean forecast in "
            f"{1 / chance:.0f} leaves ({self.params.false_alarm_rate:.0%} of clean runs raise any alarm)"
        )

    def retrain(self, year: _Year) -> Status:
        """Training anew answers an alarm of the model in use; of any other it is told only."""
        return "retrain" if year.key[1] == self.in_use else "watch"

    def too_few(self, name: str, subject: str, rule: str) -> Verdict:
        """Nothing to judge, or to judge by."""
        why = f"no such series, or fewer than {self.params.fewest_origins} origins of the backtest that have them"
        return Verdict(name, subject, "skipped", f"{rule} a t interval around the origins of its backtest", detail=why)


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
        for name in NAMES:
            yield Verdict(name, ALL, "skipped", "earlier forecasts are as good as their backtest", detail=why)
        return
    chosen = newest(scores)
    made_by = backtests[backtests["model_key"].isin(chosen["forecast_model_key"].unique())]
    past = past_scores(made_by, series)
    leaves = with_naive(past[past["level"] == "leaf"], made_by)
    judged = _Judged(tuple(_years(chosen, leaves)), params, in_use)
    yield from _check_error(judged)
    yield from _check_bias(judged)
    yield from _check_coverage(judged)
    yield from _check_tables(judged)
    yield from _check_series(judged, chosen, past)


def _years(chosen: pd.DataFrame, past: pd.DataFrame) -> Iterator[_Year]:
    then = summed(with_errors(past), ["model_key", "horizon", "origin"])
    for (snapshot, model, year, horizon), now in summed(with_errors(chosen), YEAR).groupby(YEAR):
        alike = (then["model_key"] == model) & (then["horizon"] == horizon)
        key = (str(snapshot), str(model), int(str(year)), int(str(horizon)))
        yield _Year(key, now, then[alike & then["table_name"].isin(now["table_name"].unique())])


def _check_error(judged: _Judged) -> Iterator[Verdict]:
    rule = "the error of the regular series over that of naive is at most the end of"
    yield from _check_years(judged, ERROR, rule, judged.chance(len(judged.years)))


def _check_coverage(judged: _Judged) -> Iterator[Verdict]:
    chance = judged.chance(len(COVERAGE) * len(judged.years))
    for level, measure in COVERAGE.items():
        rule = f"the {level} % intervals hold as many of the figures as the end of"
        yield from _check_years(judged, measure, rule, chance)


def _check_years(judged: _Judged, measure: Measure, rule: str, chance: float) -> Iterator[Verdict]:
    """A measure that is worse the larger it is."""
    if not judged.years:
        yield judged.too_few(measure.name, ALL, rule)
    for year in judged.years:
        observed, past = year.value(measure), year.past(measure, judged.params.fewest_origins)
        if past is None or isnan(observed):
            yield judged.too_few(measure.name, year.name, rule)
            continue
        bound = past.mean + past.reach(chance)
        told = f"mean of the origins {measure.shown(past.mean):.3f}, {year.made_by}"
        yield Verdict(
            measure.name,
            year.name,
            "ok" if observed <= bound else judged.retrain(year),
            judged.says(rule, chance, past),
            measure.shown(observed),
            measure.shown(bound),
            told,
        )


def _check_bias(judged: _Judged) -> Iterator[Verdict]:
    """A share that may be off on either side."""
    rule = "the share of figures above the forecast, less that above naive, lies in"
    chance = judged.chance(len(judged.years))
    if not judged.years:
        yield judged.too_few(BIAS.name, ALL, rule)
    for year in judged.years:
        observed, past = year.value(BIAS), year.past(BIAS, judged.params.fewest_origins)
        if past is None or isnan(observed):
            yield judged.too_few(BIAS.name, year.name, rule)
            continue
        reach = past.reach(chance / 2)
        side = 1 if observed >= past.mean else -1
        is_off = abs(observed - past.mean) > reach
        told = f"mean of the origins {past.mean:.3f}, {year.made_by}"
        yield Verdict(
            BIAS.name,
            year.name,
            judged.retrain(year) if is_off else "ok",
            judged.says(rule, chance, past),
            observed,
            past.mean + side * reach,
            f"forecasts are too {'low' if side > 0 else 'high'}; {told}" if is_off else told,
        )


@dataclass(frozen=True, eq=False)
class _TableYear:
    """The error of one table in one year."""

    year: _Year
    table: str
    observed: float
    past: PastYears


def _check_tables(judged: _Judged) -> Iterator[Verdict]:
    """The error of each table's series, not compared with naive: what figures do to both must show."""
    rule = "the mean log error of a table's active series, in units of their usual change, is at most the end of"
    found = [one for year in judged.years for one in _tables(year, judged.params)]
    if not found:
        yield judged.too_few(TABLE.name, ALL, rule)
        return
    chance = judged.chance(len(found))
    room = {one: one.past.mean + one.past.reach(chance) - one.observed for one in found}
    alarms = [one for one in found if room[one] < 0]
    for one in alarms or [min(found, key=room.__getitem__)]:
        told = f"mean of the origins {TABLE.shown(one.past.mean):.2f}, {one.year.made_by}"
        yield Verdict(
            TABLE.name,
            f"{one.table}, {one.year.name}" if alarms else "all tables",
            "watch" if alarms else "ok",
            judged.says(rule, chance, one.past),
            TABLE.shown(one.observed),
            TABLE.shown(one.observed + room[one]),
            f"look at its figures (units, rows) before anything is trained; {told}"
            if alarms
            else f"{len(found)} tables and years, nearest to its bound {one.table}, {one.year.name}; {told}",
        )


def _tables(year: _Year, params: AlarmParams) -> Iterator[_TableYear]:
    now, then = TABLE.by(year.now, ["table_name"]), TABLE.by(year.then, ["table_name", "origin"])
    known = set(then.index.get_level_values("table_name"))
    count = year.now.groupby("table_name")["n"].sum()
    for table in map(str, now.index[(count >= params.fewest_series) & now.notna()]):
        past = PastYears.of(then.xs(table), year.key[3], params.fewest_origins) if table in known else None
        if past is not None:
            yield _TableYear(year, table, float(now.loc[table]), past)


def _check_series(judged: _Judged, chosen: pd.DataFrame, past: pd.DataFrame) -> Iterator[Verdict]:
    """Single series against the tail of all errors of their pool."""
    rule = "no regular series or sum is further off, in half intervals or usual changes, than the Pareto tail of"
    tails = _tails(past)
    tested = chosen.assign(pool=pool(chosen), size=chosen["score"].abs())
    keys = pd.MultiIndex.from_frame(tested[["forecast_model_key", "pool", "horizon"]])
    tested = tested[keys.isin(list(tails))]
    if tested.empty:
        why = f"the backtest has fewer than {FEWEST_ERRORS} errors of any pool and horizon to tell a tail by"
        yield Verdict(SERIES, ALL, "skipped", f"{rule} its backtest", detail=why)
        return
    chance = judged.chance(len(tested))
    text = (
        f"{rule} its backtest's errors at the horizon foretells, which one clean series in {1 / chance:.0f} exceeds "
        f"({judged.params.false_alarm_rate:.0%} of clean runs raise any alarm)"
    )
    bounds = {key: tail.bound(chance) for key, tail in tails.items()}
    tested = tested.assign(bound=[bounds[key] for key in keys[keys.isin(list(tails))]])
    tested = tested.assign(beyond=tested["size"] / tested["bound"]).sort_values("beyond", ascending=False)
    missed = tested[tested["beyond"] > 1]
    for table, rows in missed.groupby(missed["table_name"].fillna(FLOWS), sort=False):
        yield _series_verdict(str(table), "watch", text, rows, f"{rows['series_id'].nunique()} series: {_listed(rows)}")
    if missed.empty:
        told = f"{len(tested)} series and years, nearest to its bound {_listed(tested.head(1))}"
        yield _series_verdict("all series", "ok", text, tested, told)


def _tails(past: pd.DataFrame) -> dict[tuple[str, str, int], Tail]:
    """Of each model, steady pool and horizon that has enough errors."""
    steady = past[past["pool"].isin(STEADY)]
    tails: dict[tuple[str, str, int], Tail] = {}
    for (model, name, horizon), rows in steady.groupby(["model_key", "pool", "horizon"]):
        if tail := Tail.of(rows["score"].abs().to_numpy(float)):
            tails[str(model), str(name), int(str(horizon))] = tail
    return tails


def _series_verdict(subject: str, status: Status, rule: str, rows: pd.DataFrame, told: str) -> Verdict:
    worst = rows.iloc[0]
    return Verdict(SERIES, subject, status, rule, float(worst["size"]), float(worst["bound"]), told)


def _listed(rows: pd.DataFrame) -> str:
    """The first few, with what came and what was forecast."""
    shown = rows.head(LISTED).to_dict("records")
    texts = [f"{row['series_id']} in {row['year']} ({row['y']:.4g}, not {row['yhat']:.4g})" for row in shown]
    return ", ".join([*texts, "..."] if len(rows) > LISTED else texts)
