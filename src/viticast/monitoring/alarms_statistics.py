"""What is compared of a forecast and of a backtest's origins: a few statistics of each year."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from viticast.monitoring.scoring import FORECAST, past_scores

ACTIVE = ("regular", "intermittent", "short")
"""Classes of series that are about to trade; the errors of the others are zero but for a surprise."""

YEAR = [*FORECAST, "year", "horizon"]
"""What names the forecast of one year."""


@dataclass(frozen=True)
class Measure:
    """A number of one year's forecasts.

    Attributes:
        name: Of the rule.
        classes: Of the leaves that count.
        of: From the means over these leaves to a number that is about normal from year to year.
        shown: From that number to the one that is told.
    """

    name: str
    classes: tuple[str, ...]
    of: Callable[[pd.DataFrame], "pd.Series[float]"]
    shown: Callable[[float], float]


def newest(scores: pd.DataFrame) -> pd.DataFrame:
    """Of each series the forecast that knew most of it; of equals, the one that had least left to forecast.

    Each figure is news once: forecasts that were made before its predecessor came were judged by that. Tables are
    refreshed one by one, so that the newest forecast of one series is seldom that of all.
    """
    origin = scores["year"] - scores["horizon"]
    last = origin.groupby(scores["series_id"]).transform("max")
    kept = scores[origin == last]
    left = scores.groupby(FORECAST)["series_id"].transform("size")[kept.index]
    return kept[left == left.groupby(kept["series_id"]).transform("min")]


def with_errors(rows: pd.DataFrame) -> pd.DataFrame:
    """Adds to rows with actual, forecast and bounds what the measures are means of.

    A row whose scale or naive forecast is unknown is left out: what is compared with naive is so on identical rows.
    """
    rows = rows[(rows["scale"] > 0) & rows["naive"].notna()]
    y, scale = rows["y"], rows["scale"]
    return rows.assign(
        error=np.log1p((y - rows["yhat"]).abs() / scale),
        error_of_naive=np.log1p((y - rows["naive"]).abs() / scale),
        above=_share_above(y, rows["yhat"]),
        above_naive=_share_above(y, rows["naive"]),
        outside_80=1.0 * ~y.between(rows["lo80"], rows["hi80"]),
        outside_95=1.0 * ~y.between(rows["lo95"], rows["hi95"]),
    )


def past_errors(backtests: pd.DataFrame, series: pd.DataFrame) -> pd.DataFrame:
    """The leaves of a backtest as `with_errors` describes."""
    return with_errors(past_scores(backtests, series).query("level == 'leaf'"))


def means(rows: pd.DataFrame, classes: Sequence[str], by: list[str]) -> pd.DataFrame:
    """Means over the series of these classes, and their number `n`."""
    names = ["error", "error_of_naive", "above", "above_naive", "outside_80", "outside_95"]
    grouped = rows[rows["series_class"].isin(classes)].groupby(by)
    return grouped[names].mean().assign(n=grouped.size())


def _share_above(y: "pd.Series[float]", forecast: "pd.Series[float]") -> "pd.Series[float]":
    """One if more came than was forecast, one half if just that."""
    return (np.sign(y - forecast) + 1) / 2


def _error_ratio(mean: pd.DataFrame) -> "pd.Series[float]":
    return np.log(mean["error"] / mean["error_of_naive"])


def _bias(mean: pd.DataFrame) -> "pd.Series[float]":
    return mean["above"] - mean["above_naive"]


def _outside(level: int) -> Callable[[pd.DataFrame], "pd.Series[float]"]:
    """Log odds of a figure outside of its interval; half a figure more on either side, so that none is endless."""

    def log_odds(mean: pd.DataFrame) -> "pd.Series[float]":
        outside = mean[f"outside_{level}"] * mean["n"]
        return np.log((outside + 0.5) / (mean["n"] - outside + 0.5))

    return log_odds


def _coverage(log_odds: float) -> float:
    return float(1 / (1 + np.exp(log_odds)))


def _same(value: float) -> float:
    return value


ERROR = Measure("earlier_error", ("regular",), _error_ratio, lambda value: float(np.exp(value)))
BIAS = Measure("earlier_bias", ("regular",), _bias, _same)
COVERAGE = {
    level: Measure(f"earlier_coverage_{level}", ACTIVE, _outside(level), _coverage) for level in (80, 95)
}
TABLE = Measure("earlier_table_error", ACTIVE, lambda mean: mean["error"], _same)
