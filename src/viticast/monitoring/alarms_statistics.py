"""What is compared of a forecast and of a backtest's origins: a few statistics of each year."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from viticast.monitoring.scoring import FORECAST

ACTIVE = ("regular", "intermittent", "short")
"""Classes of series that are about to trade; the errors of the others are zero but for a surprise."""

YEAR = [*FORECAST, "year", "horizon"]
"""What names the forecast of one year."""

SUMMED = [
    *("error", "error_where_changed", "naive_error_where_changed"),
    *("above", "above_naive", "outside_80", "outside_95"),
]


@dataclass(frozen=True)
class Measure:
    """A number of one year's forecasts.

    Attributes:
        name: Of the rule.
        classes: Of the leaves that count.
        sums: Those that it needs, of `summed`.
        of: From sums over these leaves, with their number, to a number that is about normal from year to year.
        shown: From that number to the one that is told.
    """

    name: str
    classes: tuple[str, ...]
    sums: tuple[str, ...]
    of: Callable[[pd.DataFrame], "pd.Series[float]"]
    shown: Callable[[float], float]

    def by(self, sums: pd.DataFrame, names: list[str]) -> "pd.Series[float]":
        """The measure over all tables and classes that count, for each value of these columns."""
        counted = sums[sums["series_class"].isin(self.classes)]
        return self.of(counted.groupby(names)[list(self.sums)].sum())


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
    Nor is a figure compared that equals the one before it: naive would be perfect because a year was published twice.
    """
    rows = rows[(rows["scale"] > 0) & rows["naive"].notna()]
    y, scale = rows["y"], rows["scale"]
    error, of_naive = (_log(1 + (y - rows[name]).abs() / scale) for name in ("yhat", "naive"))
    return rows.assign(
        error=error,
        error_where_changed=error.where(of_naive > 0),
        naive_error_where_changed=of_naive.where(of_naive > 0),
        above=_share_above(y, rows["yhat"]),
        above_naive=_share_above(y, rows["naive"]),
        outside_80=1.0 * ~y.between(rows["lo80"], rows["hi80"]),
        outside_95=1.0 * ~y.between(rows["lo95"], rows["hi95"]),
    )


def summed(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Sums of all that the measures need, and `n`, over the active leaves of each table and class.

    Args:
        rows: As `with_errors` gives them.
        by: What else to group by.
    """
    leaves = rows[(rows["level"] == "leaf") & rows["series_class"].isin(ACTIVE)]
    grouped = leaves.groupby([*by, "table_name", "series_class"])
    return grouped[SUMMED].sum().assign(n=grouped.size()).reset_index()


def _share_above(y: "pd.Series[float]", forecast: "pd.Series[float]") -> "pd.Series[float]":
    """One if more came than was forecast, one half if just that."""
    return 1.0 * (y > forecast) + 0.5 * (y == forecast)


def _log(values: "pd.Series[float]") -> "pd.Series[float]":
    return pd.Series(np.log(values.to_numpy()), index=values.index)


def _error_ratio(sums: pd.DataFrame) -> "pd.Series[float]":
    ours, naive = sums["error_where_changed"], sums["naive_error_where_changed"]
    # without a figure that changed there is no error to compare with
    return _log(ours.where(ours > 0) / naive.where(naive > 0))


def _bias(sums: pd.DataFrame) -> "pd.Series[float]":
    return (sums["above"] - sums["above_naive"]) / sums["n"]


def _outside(level: int) -> Callable[[pd.DataFrame], "pd.Series[float]"]:
    """Log odds of a figure outside of its interval; half a figure more on either side, so that none is endless."""

    def log_odds(sums: pd.DataFrame) -> "pd.Series[float]":
        outside = sums[f"outside_{level}"]
        return _log((outside + 0.5) / (sums["n"] - outside + 0.5))

    return log_odds


def _mean_error(sums: pd.DataFrame) -> "pd.Series[float]":
    """A log: a shock that all series of a table share is as large below as above, and its size is skewed."""
    return _log(sums["error"].where(sums["error"] > 0) / sums["n"])


def _coverage(log_odds: float) -> float:
    return float(1 / (1 + np.exp(log_odds)))


def _unlogged(log: float) -> float:
    return float(np.exp(log))


def _same(value: float) -> float:
    return value


ERROR = Measure(
    "earlier_error", ("regular",), ("error_where_changed", "naive_error_where_changed"), _error_ratio, _unlogged
)
BIAS = Measure("earlier_bias", ("regular",), ("above", "above_naive", "n"), _bias, _same)
COVERAGE = {
    level: Measure(f"earlier_coverage_{level}", ACTIVE, (f"outside_{level}", "n"), _outside(level), _coverage)
    for level in (80, 95)
}
TABLE = Measure("earlier_table_error", ACTIVE, ("error", "n"), _mean_error, _unlogged)
