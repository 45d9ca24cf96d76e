"""How the forecasts would have done: the whole of the method at past origins, with what was known then."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, model_validator

from viticast.forecasting.arrays import Bools, Floats, Ints
from viticast.forecasting.challengers import CHALLENGERS
from viticast.forecasting.classes import CLASSES
from viticast.forecasting.engine import Calibration, Engine
from viticast.forecasting.fitted import interval_columns
from viticast.forecasting.members import NAMES
from viticast.forecasting.panel import Panel, PanelError
from viticast.forecasting.spec import ForecastSpec

FINAL = "viticast"
"""Name of the forecasts that are published, next to those they are compared with."""


class Backtest(BaseModel):
    """Origins, years ahead, and how often the method is calibrated; `run` does it.

    An origin is the last year that a forecast may know. Nothing after it enters: not the class of a series, not a share
    in a blend, not a learner, not an interval, not the proportions of a hierarchy.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    origins: tuple[int, ...] = Field((), description="Years to forecast from; empty: by initial_train_size and stride")
    initial_train_size: int = Field(0, ge=0, description="Years of the panel up to the first origin")
    stride: int = Field(1, ge=1, description="Years between two origins")
    horizon: int = Field(5, ge=1, le=50, description="Years that are forecast and scored")
    gap: int = Field(0, ge=0, le=20, description="Years between an origin and the first that is scored")
    refit: int = Field(
        1,
        ge=0,
        description="Calibrate at every so-manieth origin, 0: at the first alone; always where the series are others",
    )
    tracked: tuple[str, ...] = Field(("naive",), description="Members and challengers to score beside the forecasts")

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if bool(self.origins) == bool(self.initial_train_size):
            raise ValueError("give either origins or initial_train_size")
        known = {*NAMES, *CHALLENGERS}
        if unknown := sorted(set(self.tracked) - known):
            raise ValueError(f"unknown methods {unknown}; there are {sorted(known)}")
        return self

    def origins_in(self, first_year: int, last_year: int) -> tuple[int, ...]:
        """The origins inside a panel of these years, each with at least one year after the gap.

        Raises:
            PanelError: There is none, or one that was asked for does not lie inside.
        """
        last = last_year - self.gap - 1
        if not self.origins:
            origins = tuple(range(first_year + self.initial_train_size - 1, last + 1, self.stride))
            if not origins:
                raise PanelError(
                    f"no origin after {self.initial_train_size} years of {first_year} to {last_year}: train on fewer"
                )
            return origins
        for origin in self.origins:
            if not first_year <= origin <= last:
                raise PanelError(f"origin {origin} is not inside the panel; give a year from {first_year} to {last}")
        return tuple(sorted(set(self.origins)))

    def run(
        self, panel: pd.DataFrame, spec: ForecastSpec, vintages: Mapping[int, pd.DataFrame] | None = None
    ) -> pd.DataFrame:
        """Forecast from each origin by data up to it alone.

        Args:
            panel: `unique_id, ds, y`: what came, and what was known before where there is no vintage.
            spec: As for `fit`; its horizon is replaced by that of the backtest with its gap.
            vintages: For some origins, the panel as it was known then: values that were revised later stand as they
                stood, and series whose last years were not published yet are forecast from where they ended.

        Returns:
            `unique_id, method, origin, ds, horizon, series_class, y, yhat`, the bounds of the spec's levels,
            `scale` and `scale_rms`, one row for each method, series, origin and horizon whose `y` is known. `method`
            is "viticast" or one of `tracked`; those have no bounds, and no rows where they do not apply. A series that
            has no value up to an origin, or no row after it, is left out of that origin.

        Raises:
            PanelError: A panel cannot be forecast, an origin does not lie inside it, or there is nothing to score.
        """
        truth = Panel.from_frame(panel)
        spec = spec.model_copy(update={"horizon": self.gap + self.horizon})
        whole = Engine(truth, spec)
        calibrated: _Origin | None = None
        frames = []
        for number, origin in enumerate(self.origins_in(truth.first_year, truth.first_year + truth.width - 1)):
            known = Panel.from_frame(_until(vintages[origin] if vintages and origin in vintages else panel, origin))
            engine = Engine(known, spec) if vintages and origin in vintages else whole
            cuts = _cuts(engine.panel, known, origin)
            is_due = number == 0 or (self.refit > 0 and number % self.refit == 0)
            if calibrated is None or is_due or not _are_alike(engine.panel, calibrated.engine.panel):
                calibrated = _Origin(engine, truth, origin, cuts, cuts, engine.calibrate(cuts))
            at = _Origin(engine, truth, origin, cuts, calibrated.learnt_at, calibrated.calibration)
            frames += self._at(at)
        if not frames:
            raise PanelError("nothing can be scored: no series has a value up to an origin and one after it")
        return pd.concat(frames, ignore_index=True)

    def _at(self, at: "_Origin") -> list[pd.DataFrame]:
        rows, late, actual, scored = at.targets(self.gap, self.horizon)
        steps = int(late.max(initial=0)) + self.gap + self.horizon
        ahead = late[:, None] + self.gap + np.arange(self.horizon)[None, :]
        outlook = at.engine.outlook(at.cuts, at.learnt_at, at.calibration.choices, steps)
        bounds = interval_columns(at.engine, outlook, at.calibration.errors, at.engine.spec.levels)
        told = {name: np.take_along_axis(bound[rows], ahead, axis=1) for name, bound in bounds.items()}
        nothing = {name: np.full(actual.shape, np.nan) for name in told}
        target = _Target(at, rows, actual, self.gap)
        frames = [target.frame(FINAL, scored, np.take_along_axis(outlook.yhat[rows], ahead, axis=1), told)]
        tracked = at.engine.pool.tracked(at.cuts, steps, self.tracked)
        for name, yhat in tracked.items():
            picked = np.take_along_axis(yhat[rows], ahead, axis=1)
            frames.append(target.frame(name, scored & np.isfinite(picked), picked, nothing))
        return [frame for frame in frames if len(frame)]


@dataclass(frozen=True)
class _Origin:
    """An origin: who forecasts, from where, by what it learnt, and the panel that tells what came."""

    engine: Engine
    truth: Panel
    year: int
    cuts: Ints
    learnt_at: Ints
    calibration: Calibration

    def targets(self, gap: int, horizon: int) -> tuple[Ints, Ints, Floats, Bools]:
        """Rows of the engine's panel, years by which each ends before the origin, values that came, and which count."""
        column = self.year - self.truth.first_year
        there = {name: row for row, name in enumerate(self.truth.ids)}
        rows = np.array([row for row, name in enumerate(self.engine.panel.ids) if name in there], dtype=np.int64)
        of_truth = np.array([there[self.engine.panel.ids[row]] for row in rows], dtype=np.int64)
        came = self.truth.actuals(np.full(len(self.truth.ids), column), gap + horizon)[of_truth, gap:]
        goes_on = (self.truth.last[of_truth] > column) & self.engine.panel.seen(self.cuts)[rows].any(axis=1)
        # one that has ended is forecast as far as the others where they must add up
        needed = goes_on | bool(self.engine.hierarchy.families)
        late = np.where(needed, self.year - self._first - self.cuts[rows], 0)
        return rows, late, came, np.isfinite(came) & goes_on[:, None]

    @property
    def _first(self) -> int:
        return self.engine.panel.first_year


@dataclass(frozen=True)
class _Target:
    """What all methods share at an origin."""

    at: _Origin
    rows: Ints
    actual: Floats
    gap: int

    def frame(self, method: str, kept: Bools, yhat: Floats, bounds: dict[str, Floats]) -> pd.DataFrame:
        rows, steps = np.nonzero(kept)
        engine, cuts = self.at.engine, self.at.cuts
        ids = np.array(engine.panel.ids, dtype=object)[self.rows[rows]]
        classes = engine.pool.classes(cuts)[self.rows[rows]]
        horizon = (self.gap + 1 + steps).astype(np.int64)
        return pd.DataFrame(
            {
                "unique_id": pd.array(ids, dtype="str"),
                "method": pd.array(np.full(len(rows), method, dtype=object), dtype="str"),
                "origin": np.full(len(rows), self.at.year, dtype=np.int64),
                "ds": self.at.year + horizon,
                "horizon": horizon,
                "series_class": pd.array(np.array(CLASSES, dtype=object)[classes], dtype="str"),
                "y": self.actual[kept],
                "yhat": yhat[kept],
                **{name: bound[kept] for name, bound in bounds.items()},
                "scale": engine.features(cuts).scale[self.rows[rows]],
                "scale_rms": engine.features(cuts).scale_rms[self.rows[rows]],
            }
        )


def _until(panel: pd.DataFrame, origin: int) -> pd.DataFrame:
    """The rows up to an origin; a year that is no number is left to the panel's reader, which names it."""
    years = pd.to_numeric(panel["ds"], errors="coerce") if "ds" in panel else pd.Series(origin, index=panel.index)
    return panel[~(years > origin)]


def _cuts(panel: Panel, known: Panel, origin: int) -> Ints:
    """Column of the last row of each series up to an origin; the origin's own for a series that is not there yet."""
    ends = dict(zip(known.ids, (known.last + known.first_year).tolist(), strict=True))
    return np.array([ends.get(name, origin) - panel.first_year for name in panel.ids], dtype=np.int64)


def _are_alike(one: Panel, other: Panel) -> bool:
    """Whether columns and rows mean the same in both, so that what was learnt at one origin holds at another."""
    return one.first_year == other.first_year and one.ids == other.ids
