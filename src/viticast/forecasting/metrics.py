"""Losses of a backtest: how far the forecasts were off, and how often the intervals held the truth."""

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from viticast.forecasting.arrays import Floats

MASE_CAP = 10.0
"""A few series explode: no series and origin counts more than this in the mean."""

COLUMNS = (
    *("n", "series_origins", "capped_mase", "wape", "smape", "owa", "rmse", "mae", "rmsse"),
    *("coverage80", "coverage95", "msis80", "msis95", "wql"),
)
REFERENCE = "naive"
"""Method that OWA is relative to."""


def losses(backtest: pd.DataFrame, by: Sequence[str] = ("method",)) -> pd.DataFrame:
    """Losses for each combination of the columns `by`, one row each.

    Args:
        backtest: As `backtest` returns it. Rows without an actual or a forecast are left out.
        by: Columns to group by, e.g. `("method", "series_class")`.

    Returns:
        The columns `by`, then: n rows; series_origins; capped_mase, the mean over series and origins of the MASE,
        each capped at 10 and left out where the scale is zero or unknown; wape, sum of absolute errors over sum of
        absolute actuals; smape in percent; owa, the mean of smape and capped_mase over those of naive on the same
        rows; rmse and mae in the units of the rows, which mean something within one unit only; rmsse, the mean over
        series and origins of the root mean square error over `scale_rms`, where the backtest has that column, each
        capped at 10; coverage of the intervals; msis over the rows with a scale; wql, the weighted loss of the bounds
        of both intervals and of yhat as the median. What a method has no intervals for is NaN.

    Raises:
        ValueError: `by` is no sequence of columns of the backtest.
    """
    keys = _keys(backtest, by)
    scored = backtest[backtest["y"].notna() & backtest["yhat"].notna()]
    rows = [
        {**dict(zip(keys, key if isinstance(key, tuple) else (key,), strict=True)), **_losses(group)}
        for key, group in scored.groupby(keys, sort=True, observed=True)
    ]
    return _with_owa(pd.DataFrame(rows, columns=[*keys, *COLUMNS]), keys)


def _keys(backtest: pd.DataFrame, by: Sequence[str]) -> list[str]:
    if isinstance(by, str) or not isinstance(by, Collection) or len(by) == 0:
        raise ValueError(f'by is {by!r}; give a sequence of columns, e.g. by=("method",)')
    missing = [name for name in by if name not in backtest.columns]
    if missing:
        there = ", ".join(map(str, backtest.columns))
        raise ValueError(f"the backtest has no column {missing[0]!r} to group by; it has {there}")
    return list(by)


def _with_owa(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Relative to naive of the same group, where it has the same number of rows."""
    if "method" not in keys or table.empty:
        return table
    others = [name for name in keys if name != "method"]
    reference = table[table["method"] == REFERENCE].drop(columns="method")
    names = ["n", "smape", "capped_mase"]
    if others:
        base = table[others].merge(reference[[*others, *names]], on=others, how="left")
    else:
        base = reference[names].reindex([reference.index[0]] * len(table)) if len(reference) else table[names] * np.nan
    base = base.set_axis(table.index)
    ratios = [(table[name] / base[name]).where(base[name] > 0) for name in ("smape", "capped_mase")]
    owa = (ratios[0] + ratios[1]) / 2
    return table.assign(owa=owa.where(table["n"] == base["n"]))


def _losses(group: pd.DataFrame) -> dict[str, float]:
    y, yhat = group["y"].to_numpy(float), group["yhat"].to_numpy(float)
    error, size = np.abs(y - yhat), np.abs(y) + np.abs(yhat)
    total = float(np.abs(y).sum())
    of_series = [name for name in ("method", "unique_id", "origin") if name in group]
    scale = group["scale"].to_numpy(float)
    scaled = pd.Series(np.where(scale > 0, error / np.where(scale > 0, scale, 1.0), np.nan), index=group.index)
    mase = scaled.groupby([group[name] for name in of_series]).mean()
    return {
        "n": len(group),
        "series_origins": len(mase),
        "capped_mase": float(mase.dropna().clip(upper=MASE_CAP).mean()),
        "wape": float(error.sum() / total) if total > 0 else float("nan"),
        "smape": float(np.where(size > 0, 200 * error / np.where(size > 0, size, 1.0), 0.0).mean()),
        "rmse": float(np.sqrt((error**2).mean())),
        "mae": float(error.mean()),
        "rmsse": _rmsse(group, error, of_series),
        **{f"coverage{level}": _coverage(group, level) for level in (80, 95)},
        **{f"msis{level}": _msis(group, level) for level in (80, 95)},
        "wql": _wql(group),
    }


def _rmsse(group: pd.DataFrame, error: Floats, of_series: list[str]) -> float:
    if "scale_rms" not in group:
        return float("nan")
    scale = group["scale_rms"].to_numpy(float)
    squares = pd.Series(np.where(scale > 0, (error / np.where(scale > 0, scale, 1.0)) ** 2, np.nan), index=group.index)
    roots = squares.groupby([group[name] for name in of_series]).mean().pow(0.5)
    return float(roots.dropna().clip(upper=MASE_CAP).mean())


def _wql(group: pd.DataFrame) -> float:
    """Twice the quantile losses of all bounds and of the middle, over the sum of actuals, as a mean."""
    y, total = group["y"].to_numpy(float), float(group["y"].abs().sum())
    quantiles = {0.5: group["yhat"].to_numpy(float)}
    for level in (80, 95):
        bounds = _bounds(group, level)
        if bounds is None or total == 0:
            return float("nan")
        tail = (1 - level / 100) / 2
        quantiles |= {tail: bounds["lo"].to_numpy(float), 1 - tail: bounds["hi"].to_numpy(float)}
    losses = [np.maximum(q * (y - at), (q - 1) * (y - at)).sum() for q, at in quantiles.items()]
    return float(2 * np.mean(losses) / total)


def _bounds(group: pd.DataFrame, level: int) -> pd.DataFrame | None:
    names = [f"lo{level}", f"hi{level}"]
    if not set(names) <= set(group.columns) or group[names].isna().any(axis=None):
        return None
    return group[names].set_axis(["lo", "hi"], axis=1)


def _coverage(group: pd.DataFrame, level: int) -> float:
    bounds = _bounds(group, level)
    if bounds is None:
        return float("nan")
    return float(((group["y"] >= bounds["lo"]) & (group["y"] <= bounds["hi"])).mean())


def _msis(group: pd.DataFrame, level: int) -> float:
    bounds = _bounds(group, level)
    has_scale = group["scale"] > 0
    if bounds is None or not has_scale.any():
        return float("nan")
    penalty = 2 / (1 - level / 100)
    below = (bounds["lo"] - group["y"]).clip(lower=0)
    above = (group["y"] - bounds["hi"]).clip(lower=0)
    width = bounds["hi"] - bounds["lo"] + penalty * (below + above)
    return float((width[has_scale] / group["scale"][has_scale]).mean())
