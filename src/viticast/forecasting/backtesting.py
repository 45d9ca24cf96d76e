"""How the forecasts would have done: the whole of the method at past origins, with what was known then."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from viticast.forecasting.arrays import Bools, Floats, Ints
from viticast.forecasting.classes import CLASSES
from viticast.forecasting.engine import Engine
from viticast.forecasting.fitted import interval_columns
from viticast.forecasting.panel import Panel, PanelError
from viticast.forecasting.spec import ForecastSpec

FINAL = "viticast"
"""Name of the forecasts that are published, next to those of the candidates."""


def backtest(panel: pd.DataFrame, spec: ForecastSpec, origins: Sequence[int]) -> pd.DataFrame:
    """Forecast from each origin by data up to it alone: class, route, reconciliation, intervals, all of it.

    Returns:
        `unique_id, method, origin, ds, horizon, series_class, y, yhat`, the bounds of the spec's levels and `scale`,
        one row for each method, series, origin and horizon (up to the spec's) whose `y` is known. `method` is
        "viticast" or the name of a candidate; a candidate has no bounds, and no rows where it does not apply. A
        series that has no row up to an origin, or none after it, is left out of that origin.

    Raises:
        PanelError: The panel cannot be forecast, or an origin does not lie inside it.
    """
    engine = Engine(Panel.from_frame(panel), spec)
    frames = [frame for origin in sorted(set(origins)) for frame in _at(engine, origin)]
    if not frames:
        raise PanelError("no origin to test; give years inside the panel")
    return pd.concat(frames, ignore_index=True)


def _at(engine: Engine, origin: int) -> list[pd.DataFrame]:
    panel, spec = engine.panel, engine.spec
    column = origin - panel.first_year
    if not 0 <= column < panel.values.shape[1] - 1:
        last = panel.first_year + panel.values.shape[1] - 1
        raise PanelError(f"origin {origin} is not inside the panel; give a year from {panel.first_year} to {last - 1}")
    cuts = np.minimum(panel.last, column)
    calibration = engine.calibrate(cuts)
    routes = tuple(choice.route for choice in calibration.choices)
    outlook = engine.outlook(cuts, routes, spec.horizon, with_slow=True)
    bounds = interval_columns(engine, outlook, calibration.errors, spec.levels)
    actual = panel.actuals(cuts, spec.horizon)
    scored = np.isfinite(actual) & ((panel.last > column) & (panel.first <= column))[:, None]
    nothing = {name: np.full(actual.shape, np.nan) for name in bounds}
    truth = _Truth(panel, origin, actual, engine.bank.classes(cuts), engine.features(cuts).scale)
    frames = [_frame(truth, FINAL, scored, outlook.yhat, bounds)]
    for name, yhat in engine.bank.forecasts(cuts, spec.horizon, with_slow=True).items():
        frames.append(_frame(truth, name, scored & np.isfinite(yhat), yhat, nothing))
    return [frame for frame in frames if len(frame)]


@dataclass(frozen=True)
class _Truth:
    """What all methods share at an origin."""

    panel: Panel
    origin: int
    actual: Floats
    classes: Ints
    scale: Floats


def _frame(truth: _Truth, method: str, kept: Bools, yhat: Floats, bounds: dict[str, Floats]) -> pd.DataFrame:
    rows, steps = np.nonzero(kept)
    return pd.DataFrame(
        {
            "unique_id": pd.array(np.array(truth.panel.ids, dtype=object)[rows], dtype="str"),
            "method": pd.array(np.full(len(rows), method, dtype=object), dtype="str"),
            "origin": np.full(len(rows), truth.origin, dtype=np.int64),
            "ds": (truth.origin + 1 + steps).astype(np.int64),
            "horizon": (steps + 1).astype(np.int64),
            "series_class": pd.array(np.array(CLASSES, dtype=object)[truth.classes[rows]], dtype="str"),
            "y": truth.actual[kept],
            "yhat": yhat[kept],
            **{name: bound[kept] for name, bound in bounds.items()},
            "scale": truth.scale[rows],
        }
    )
