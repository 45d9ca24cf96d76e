"""Earlier forecasts beside the figures that came since."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from viticast.contracts.scores import LARGEST_SCORE, Scores
from viticast.monitoring.calibration import conformal_p

FINAL = "viticast"
"""Method of a backtest whose forecasts are published."""

NAIVE = "naive"
"""Method that a backtest tracks beside it: the last figure."""

FORECAST = ["forecast_snapshot_id", "forecast_model_key"]
SUMS = "sums"
"""Pool of all series above the leaves; a leaf's is its class."""


def score_earlier(
    forecasts: pd.DataFrame,
    panel: pd.DataFrame,
    backtests: pd.DataFrame,
    series: pd.DataFrame,
    identity: Mapping[str, Any],
) -> pd.DataFrame:
    """Puts each earlier forecast beside its figure, and says how unusual the error is.

    A forecast is of a year after its table's last, so that no snapshot is scored on a year that it knew.

    Args:
        forecasts: Of other snapshots than the current one, as `contracts.forecasts.Forecasts` describes.
        panel: The current figures, as `contracts.panel.Panel` describes. A year without a value is not scored.
        backtests: Of the models that made the forecasts, as `contracts.forecasts.Backtests` describes.
        series: `contracts.panel.SeriesDimension` of the current snapshot.
        identity: snapshot_id of the figures, model_key of the model in use, source, is_synthetic.

    Returns:
        As `contracts.scores.Scores` describes; no row if no year that was forecast has been published since.
    """
    known = panel.loc[panel["value"].notna(), ["series_id", "year", "value"]].rename(columns={"value": "y"})
    names = dict(zip(["snapshot_id", "model_key"], FORECAST, strict=True))
    came = forecasts.rename(columns=names).drop(columns=["source", "is_synthetic"])
    came = came.merge(known, on=["series_id", "year"], validate="m:1")
    came = came.merge(series[["series_id", "table_name", "level"]], on="series_id", validate="m:1")
    came = _with_history(came, panel)
    came["score"] = interval_score(came)
    came["p_value"] = _p_values(came, past_scores(backtests, series))
    stamp = {name: identity[name] for name in ("snapshot_id", "model_key", "source", "is_synthetic")}
    columns = list(Scores.to_schema().columns)
    texts = dict.fromkeys(["snapshot_id", "model_key", "source", *FORECAST, "series_id", "table_name"], "str")
    stamped = came.assign(**stamp)[columns].astype({**texts, "is_synthetic": "bool"})
    return stamped.sort_values([*FORECAST, "series_id", "year"], ignore_index=True)


def interval_score(rows: pd.DataFrame) -> "pd.Series[float]":
    """The error over the half of the 95 % interval on its side, or over the series' usual change if that is larger.

    An interval of next to no width, as of a series that rests, would make every error of it endless.

    Args:
        rows: y, yhat, lo95, hi95 and scale.
    """
    error = rows["y"] - rows["yhat"]
    half = (rows["hi95"] - rows["yhat"]).where(error > 0, rows["yhat"] - rows["lo95"])
    width = np.fmax(half.to_numpy(float), rows["scale"].to_numpy(float))
    least = np.maximum(width, error.abs().to_numpy(float) / LARGEST_SCORE)
    score = error.to_numpy(float) / np.where(least > 0, least, 1.0)
    return pd.Series(np.clip(score, -LARGEST_SCORE, LARGEST_SCORE), index=rows.index)


def past_scores(backtests: pd.DataFrame, series: pd.DataFrame) -> pd.DataFrame:
    """The published method's rows of a backtest with table_name, level, pool and score."""
    past = backtests[backtests["method"] == FINAL]
    past = past.merge(series[["series_id", "table_name", "level"]], on="series_id", validate="m:1")
    return past.assign(score=interval_score(past), pool=pool(past))


def with_naive(past: pd.DataFrame, backtests: pd.DataFrame) -> pd.DataFrame:
    """Adds naive's forecast to rows of the published method."""
    keys = ["model_key", "series_id", "origin", "horizon"]
    naive = backtests.loc[backtests["method"] == NAIVE, [*keys, "yhat"]].rename(columns={"yhat": "naive"})
    return past.merge(naive, on=keys, how="left", validate="1:1")


def pool(rows: pd.DataFrame) -> "pd.Series[str]":
    """Series whose errors are alike: those of a leaf's class, or all above the leaves."""
    return rows["series_class"].where(rows["level"] == "leaf", SUMS)


def _p_values(came: pd.DataFrame, past: pd.DataFrame) -> "pd.Series[float]":
    keys = ["model_key", "pool", "horizon"]
    references = {key: rows["score"].abs().to_numpy() for key, rows in past.groupby(keys)}
    result = pd.Series(np.nan, index=came.index)
    for key, rows in came.groupby([came["forecast_model_key"], pool(came), came["horizon"]]):
        reference = references.get(key, np.array([]))
        result.loc[rows.index] = conformal_p(rows["score"].abs().to_numpy(), reference)
    return result


def _with_history(came: pd.DataFrame, panel: pd.DataFrame) -> pd.DataFrame:
    """Adds what the naive forecast would have been, and the usual yearly change up to the origin."""
    from viticast.forecasting.features import features  # noqa: PLC0415 - numba comes with it
    from viticast.forecasting.panel import Panel  # noqa: PLC0415

    names = {"series_id": "unique_id", "year": "ds", "value": "y"}
    matrix = Panel.from_frame(panel.rename(columns=names)[list(names.values())])
    rows = pd.Index(matrix.ids).get_indexer(pd.Index(came["series_id"]))
    origins = (came["year"] - came["horizon"]).to_numpy()
    naive, scale = np.full(len(came), np.nan), np.full(len(came), np.nan)
    for origin in np.unique(origins):
        cuts = np.full(len(matrix.ids), origin - matrix.first_year)
        seen, at = matrix.seen(cuts), origins == origin
        last = seen.shape[1] - 1 - np.argmax(seen[:, ::-1], axis=1)
        value = np.where(seen.any(axis=1), matrix.values[np.arange(len(last)), last], np.nan)
        naive[at] = value[rows[at]]
        scale[at] = features(matrix, cuts, np.zeros_like(cuts)).scale[rows[at]]
    return came.assign(naive=naive, scale=scale)
