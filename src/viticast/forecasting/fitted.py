"""The fitted panel: forecasts with intervals, sample paths, reasons, and a form without pickle."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from numbers import Integral, Real
from typing import Self

import numpy as np
import pandas as pd

from viticast.forecasting.arrays import Bools, Floats, Ints
from viticast.forecasting.classes import CLASSES
from viticast.forecasting.engine import Calibration, Engine, Outlook
from viticast.forecasting.intervals import ErrorModel
from viticast.forecasting.panel import Panel, shown
from viticast.forecasting.spec import ForecastSpec
from viticast.forecasting.updating import carry_over
from viticast.forecasting.weighing import Choice


def fit(panel: pd.DataFrame, spec: ForecastSpec) -> "Fitted":
    """Fit all series of `panel` (`unique_id, ds, y`; a missing `y` is NaN) at their own cut-offs, their last rows.

    Raises:
        PanelError: The panel or its hierarchy cannot be forecast; the message says what to change.
    """
    engine = Engine(Panel.from_frame(panel), spec)
    return Fitted(engine, engine.calibrate(engine.panel.last))


@dataclass
class Fitted:
    """Forecasts of a panel after each series' last row."""

    engine: Engine
    calibration: Calibration

    def update(self, panel: pd.DataFrame, parents: Mapping[str, str]) -> Self:
        """The same forecaster after other figures, newer ones as a rule; this one stays as it is.

        Shares and error model are those that were fitted: nothing is weighed or calibrated anew, so it costs no more
        than its forecasts. What the series are, their classes and levels, is read from `panel`. A learner that has a
        share learns again, from `panel`, by the same seed: learnt models are not kept, as `to_arrays` has them learn
        again too. The very panel and parents that it was fitted on give the same forecasts to the last digit.

        A series is known by no more than its class and the root above it: a new one below a known root takes that
        tree's shares, and below a new root the default recipe of its class. A series that `panel` does not have is
        not forecast.

        Args:
            panel: `unique_id, ds, y`, as `fit` takes it.
            parents: Parent of each `unique_id` that has one.

        Raises:
            PanelError: The panel or its hierarchy cannot be forecast; the message says what to change.
            ValueError: There are parents, and the forecaster was fitted without the bound `lower=0`.
        """
        spec = ForecastSpec.model_validate(self.engine.spec.model_dump() | {"parents": dict(parents)})
        engine = Engine(Panel.from_frame(panel), spec)
        choices = carry_over(self.calibration.choices, self.engine, engine)
        return type(self)(engine, Calibration(choices, self.calibration.errors))

    def predict(self, until: int, levels: Sequence[int] = (80, 95)) -> pd.DataFrame:
        """Forecasts of every year after each series' last row up to `until`.

        Returns:
            `unique_id, ds, horizon, series_class, yhat`, then `lo` and `hi` of each level, e.g. `lo80, hi80`. `yhat`
            lies in every interval and a wider level holds a narrower one. A series that ends in `until` or later has
            no row. Intervals beyond the spec's horizon extend those within it.

        Raises:
            ValueError: `until` is no whole year, every series reaches it already, or a level is not a percentage.
        """
        _check_levels(levels)
        outlook = self._outlook(self._steps(until))
        return self._frame(outlook, levels, self._years(outlook) <= until)

    def predict_ahead(self, steps: int, levels: Sequence[int] = (80, 95)) -> pd.DataFrame:
        """As `predict`, but `steps` years for every series, wherever it ends.

        Raises:
            ValueError: `steps` is not a whole number from 1 on, or a level is not a percentage.
        """
        _check_whole("steps", steps, 1)
        _check_levels(levels)
        outlook = self._outlook(steps)
        return self._frame(outlook, levels, np.ones(outlook.yhat.shape, dtype=bool))

    def paths(self, n: int, seed: int, until: int) -> tuple[Floats, pd.DataFrame]:
        """`n` possible futures of each series.

        Returns:
            An array of shape (n, rows) and its index, a frame of `unique_id, ds` with the rows of `predict(until)`.
            Each column has the distribution that the intervals are quantiles of. Within a series successive years
            are correlated as past errors were; across series paths are independent, so they do not add up.

        Raises:
            ValueError: `n` or `seed` is not a whole number from 0 on, `until` is no whole year, or every series
                reaches it already.
        """
        _check_whole("n", n, 0)
        _check_whole("seed", seed, 0)
        outlook = self._outlook(self._steps(until))
        kept = self._years(outlook) <= until
        random, persistence = np.random.default_rng(seed), self.calibration.errors.persistence
        from scipy.special import ndtr  # noqa: PLC0415 - slow to import

        out = np.empty((n, int(kept.sum())))
        for path in range(n):
            shock = random.standard_normal(outlook.yhat.shape)
            for step in range(1, shock.shape[1]):
                shock[:, step] = persistence * shock[:, step - 1] + np.sqrt(1 - persistence**2) * shock[:, step]
            out[path] = self.engine.quantile(outlook, self.calibration.errors, ndtr(shock))[kept]
        return out, self._frame(outlook, (), kept)[["unique_id", "ds"]]

    def exceedance(self, asked: pd.DataFrame) -> Floats:
        """How likely each series is to lie above a threshold, by the distribution that the intervals are quantiles of.

        Args:
            asked: `unique_id, ds, threshold`, in the unit of the series; a series and year may stand there twice.

        Returns:
            P(y > threshold) of each row, from 0 to 1: 0.1 at `hi80`, 0.9 at `lo80`, and 0 at a value that y cannot
            exceed.

        Raises:
            ValueError: A column is missing, a series is unknown, a year is not after the series' last row, or a
                threshold is missing.
        """
        rows, years, threshold = self._asked(asked)
        if len(rows) == 0:
            return np.empty(0)
        outlook = self._outlook(self._steps(int(years.max())))
        steps = years - self.engine.panel.first_year - self.engine.panel.last[rows] - 1
        return self.engine.exceedance(outlook, self.calibration.errors, rows, steps, threshold)

    def explain(self) -> pd.DataFrame:
        """How each series is forecast.

        Returns:
            `unique_id, series_class`; `members`, the shares of members and learners as JSON, the largest first;
            `recipes`, what they come from; `basis, class_past, tree_past, best_recipe, default_recipe, saved_percent`,
            why, as `weighing.Choice` describes; `is_scaled_to_parent`, whether the blend was then moved to add up. An
            empty `members` is a forecast of zero. A member that has no forecast for a series, such as one on the log
            scale for negative values, leaves its share to the others.
        """
        classes = self.engine.pool.classes(self.engine.panel.last)
        chosen = [self.calibration.choices[number] for number in self.engine.groups(classes)]
        told = {id(choice): (_ranked(choice.shares), _ranked(choice.recipes)) for choice in self.calibration.choices}
        return pd.DataFrame(
            {
                "unique_id": list(self.engine.panel.ids),
                "series_class": [CLASSES[number] for number in classes],
                "members": [told[id(choice)][0] for choice in chosen],
                "recipes": [told[id(choice)][1] for choice in chosen],
                "basis": [choice.basis for choice in chosen],
                "class_past": [choice.class_past for choice in chosen],
                "tree_past": [choice.tree_past for choice in chosen],
                "best_recipe": [choice.best for choice in chosen],
                "default_recipe": [choice.default for choice in chosen],
                "saved_percent": [round(choice.saved_percent, 2) for choice in chosen],
                "is_scaled_to_parent": self.engine.hierarchy.groups >= 0,
            }
        )

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Arrays of numbers and text that `numpy.load` reads without pickle; learners learn again from them."""
        panel, errors = self.engine.panel, self.calibration.errors
        return {
            "spec": np.array(self.engine.spec.model_dump_json()),
            "ids": np.array(panel.ids, dtype=np.str_),
            "first_year": np.array(panel.first_year),
            "values": panel.values,
            "first": panel.first,
            "last": panel.last,
            "choices": np.array(json.dumps([asdict(choice) for choice in self.calibration.choices])),
            "error_coefficients": errors.coefficients,
            "error_centre": errors.centre,
            "error_width": errors.width,
            "error_quantiles": errors.quantiles,
            "error_persistence": np.array(errors.persistence),
        }

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> Self:
        """The inverse of `to_arrays`: the same forecasts, to the last digit on the same machine."""
        spec = ForecastSpec.model_validate_json(str(arrays["spec"]))
        panel = Panel(
            tuple(str(name) for name in arrays["ids"]),
            int(arrays["first_year"]),
            arrays["values"],
            arrays["first"],
            arrays["last"],
        )
        choices = tuple(Choice(**choice) for choice in json.loads(str(arrays["choices"])))
        errors = ErrorModel(
            arrays["error_coefficients"],
            arrays["error_centre"],
            arrays["error_width"],
            arrays["error_quantiles"],
            float(arrays["error_persistence"]),
        )
        return cls(Engine(panel, spec), Calibration(choices, errors))

    def _asked(self, asked: pd.DataFrame) -> tuple[Ints, Ints, Floats]:
        """Row numbers, years and thresholds of a question."""
        if missing := sorted({"unique_id", "ds", "threshold"} - set(asked.columns)):
            raise ValueError(f"asked has no column {', '.join(missing)}; it needs unique_id, ds and threshold")
        rows = pd.Index(self.engine.panel.ids).get_indexer(pd.Index(asked["unique_id"]))
        threshold = asked["threshold"].to_numpy(dtype=np.float64, na_value=np.nan)
        years = asked["ds"].to_numpy()
        for row, name, year, limit in zip(rows, asked["unique_id"], years, threshold, strict=True):
            _check_whole("ds", year)
            if row < 0:
                raise ValueError(f"there is no series {shown(name)}; ask for one that predict names")
            end = int(self.engine.panel.last[row]) + self.engine.panel.first_year
            if year <= end:
                raise ValueError(f"series {name!r} reaches {end}, and {year} is asked; ask for a year after {end}")
            if np.isnan(limit):
                raise ValueError(f"series {name!r} has no threshold for {year}; give a number in its unit")
        return rows.astype(np.int64), years.astype(np.int64), threshold

    def _outlook(self, steps: int) -> Outlook:
        last = self.engine.panel.last
        return self.engine.outlook(last, last, self.calibration.choices, steps)

    def _steps(self, until: int) -> int:
        _check_whole("until", until)
        first_end = int(self.engine.panel.last.min()) + self.engine.panel.first_year
        if until <= first_end:
            raise ValueError(f"every series reaches {until} already; ask for a year after {first_end}")
        return until - first_end

    def _years(self, outlook: Outlook) -> Ints:
        ends = self.engine.panel.last + self.engine.panel.first_year
        return np.asarray(ends[:, None] + np.arange(1, outlook.yhat.shape[1] + 1)[None, :], dtype=np.int64)

    def _frame(self, outlook: Outlook, levels: Sequence[int], kept: Bools) -> pd.DataFrame:
        rows, steps = np.nonzero(kept)
        ids = np.array(self.engine.panel.ids, dtype=object)
        columns: dict[str, object] = {
            "unique_id": pd.array(ids[rows], dtype="str"),
            "ds": self._years(outlook)[kept],
            "horizon": (steps + 1).astype(np.int64),
            "series_class": pd.array(np.array(CLASSES, dtype=object)[outlook.classes[rows]], dtype="str"),
            "yhat": outlook.yhat[kept],
        }
        for name, bound in interval_columns(self.engine, outlook, self.calibration.errors, levels).items():
            columns[name] = bound[kept]
        return pd.DataFrame(columns)


def _check_whole(name: str, value: int, least: int | None = None) -> None:
    is_whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not is_whole or (least is not None and value < least):
        told = "" if least is None else f" from {least} on"
        raise ValueError(f"{name} is {shown(value)}; give a whole number{told}")


def _check_levels(levels: Sequence[int]) -> None:
    is_sequence = isinstance(levels, Collection) and not isinstance(levels, str)
    if not is_sequence:
        raise ValueError(f"levels is {shown(levels)}; give a sequence of percentages, e.g. levels=(80, 95)")
    for level in levels:
        if not isinstance(level, Real) or not 0 < level < 100:
            raise ValueError(f"level {shown(level)} is not a percentage between 0 and 100")


def interval_columns(engine: Engine, outlook: Outlook, errors: ErrorModel, levels: Sequence[int]) -> dict[str, Floats]:
    """`lo` and `hi` of each level, shape (series, steps).

    Raises:
        ValueError: A level is not a percentage between 0 and 100.
    """
    out = {}
    for level in levels:
        if not 0 < level < 100:
            raise ValueError(f"level {level} is not a percentage between 0 and 100")
        tail = (1 - level / 100) / 2
        out[f"lo{level}"] = engine.quantile(outlook, errors, np.array(tail))
        out[f"hi{level}"] = engine.quantile(outlook, errors, np.array(1 - tail))
    return out


def _ranked(shares: dict[str, float]) -> str:
    ranked = sorted(shares.items(), key=lambda item: (-item[1], item[0]))
    return json.dumps({name: round(share, 4) for name, share in ranked})
