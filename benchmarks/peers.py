"""What others say of the same histories, one frame of `unique_id, step` and forecasts for each peer, with its time.

statsmodels comes with the project. statsforecast is the optional extra `peers`; without it its rows are left out, and
the benchmark says so.
"""

import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
import pandas as pd

LEVELS = (80, 95)
HAS_STATSFORECAST = find_spec("statsforecast") is not None


@dataclass(frozen=True)
class Answer:
    """Forecasts of a peer: `unique_id, step, yhat` and the bounds it has; CPU milliseconds for each series."""

    name: str
    forecasts: pd.DataFrame
    ms_per_series: float


def answers(
    train: pd.DataFrame, horizon: int, with_scum: bool = True, with_statsmodels: bool = True
) -> Iterator[Answer]:
    """Each peer's forecasts of `train` (`unique_id, ds, y`, no gaps)."""
    yield _timed("naive", lambda data: _one_by_one(data, horizon, lambda y: np.repeat(y[-1], horizon)), train)
    if with_statsmodels:
        yield _timed("statsmodels ETS by AICc", lambda data: _one_by_one(data, horizon, _ets(horizon)), train)
        yield _timed("statsmodels Theta", lambda data: _one_by_one(data, horizon, _theta(horizon)), train)
    if not HAS_STATSFORECAST:
        return
    from statsforecast.models import AutoARIMA, AutoCES, AutoETS, DynamicOptimizedTheta, Naive  # noqa: PLC0415

    parts = []
    kinds = {"AutoETS": AutoETS, "DOT": DynamicOptimizedTheta}
    if with_scum:
        kinds |= {"AutoCES": AutoCES, "AutoARIMA": AutoARIMA}
    for name, kind in kinds.items():
        # compiled code is compiled before the clock starts
        _statsforecast(train[train["unique_id"].isin(train["unique_id"].unique()[:3])], horizon, kind, Naive)
        parts.append(_timed(name, lambda data, kind=kind: _statsforecast(data, horizon, kind, Naive), train))
        yield parts[-1]
    if with_scum:
        middle = pd.concat([part.forecasts[["unique_id", "step", "yhat"]] for part in parts])
        median = middle.groupby(["unique_id", "step"], as_index=False)["yhat"].median()
        yield Answer("SCUM", median, sum(part.ms_per_series for part in parts))


def _timed(name: str, forecast: Callable[[pd.DataFrame], pd.DataFrame], train: pd.DataFrame) -> Answer:
    start = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        forecasts = forecast(train)
    return Answer(name, forecasts, 1e3 * (time.process_time() - start) / train["unique_id"].nunique())


def _one_by_one(train: pd.DataFrame, horizon: int, forecast: Callable[[np.ndarray], np.ndarray]) -> pd.DataFrame:
    frames = []
    for name, series in train.groupby("unique_id"):
        y = series["y"].to_numpy(float)
        try:
            ahead = forecast(y)
        except (ValueError, np.linalg.LinAlgError):
            ahead = np.repeat(y[-1], horizon)
        ahead = np.where(np.isfinite(ahead), ahead, y[-1])
        frames.append(pd.DataFrame({"unique_id": name, "step": range(1, horizon + 1), "yhat": ahead}))
    return pd.concat(frames, ignore_index=True)


def _ets(horizon: int) -> Callable[[np.ndarray], np.ndarray]:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel  # noqa: PLC0415 - not to be timed

    def forecast(y: np.ndarray) -> np.ndarray:
        fits = [
            ETSModel(y, error="add", trend=trend, damped_trend=damped, initialization_method="estimated").fit(disp=0)
            for trend, damped in ((None, False), ("add", False), ("add", True))
        ]
        return np.asarray(min(fits, key=lambda fit: fit.aicc).forecast(horizon), dtype=float)

    return forecast


def _theta(horizon: int) -> Callable[[np.ndarray], np.ndarray]:
    from statsmodels.tsa.forecasting.theta import ThetaModel  # noqa: PLC0415 - not to be timed

    def forecast(y: np.ndarray) -> np.ndarray:
        fitted = ThetaModel(y, period=1, deseasonalize=False).fit(disp=False)
        return np.asarray(fitted.forecast(horizon), dtype=float)

    return forecast


def _statsforecast(train: pd.DataFrame, horizon: int, kind: type, fallback: type) -> pd.DataFrame:
    from statsforecast import StatsForecast  # noqa: PLC0415 - optional

    model = kind(season_length=1, alias="yhat")
    engine = StatsForecast(models=[model], freq=1, fallback_model=fallback(alias="yhat"), n_jobs=1)
    # with levels and a fallback, AutoCES silently answers as the fallback
    levels = None if kind.__name__ == "AutoCES" else list(LEVELS)
    ahead = engine.forecast(df=train[["unique_id", "ds", "y"]], h=horizon, level=levels)
    names = {f"yhat-{side}-{level}": f"{side}{level}" for level in LEVELS for side in ("lo", "hi")}
    told = ahead.rename(columns=names)
    return told.assign(step=told.groupby("unique_id").cumcount() + 1).drop(columns="ds")
