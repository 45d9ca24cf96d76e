"""The fourth answer: how good past forecasts were, against naive, and how often the intervals held."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

PUBLISHED, REFERENCE = "viticast", "naive"
CAP = 10.0
"""A few exports explode: beyond ten the size of a scaled error says nothing more."""

KEY = ["series_id", "origin", "horizon"]
NAN = float("nan")


@dataclass(frozen=True)
class AccuracyRow:
    """One slice of the backtest: losses of the published forecasts and of naive on the same rows."""

    name: str
    series: int
    forecasts: int
    mase: float
    mase_naive: float
    wape: float
    wape_naive: float
    coverage80: float
    coverage95: float

    @property
    def mase_gain(self) -> float:
        """Share of naive's capped MASE that the forecasts save; negative where naive is better."""
        return 1 - self.mase / self.mase_naive if self.mase_naive else NAN

    @property
    def wape_gain(self) -> float:
        """Share of naive's WAPE that the forecasts save."""
        return 1 - self.wape / self.wape_naive if self.wape_naive else NAN


def capped_mase(rows: pd.DataFrame) -> float:
    """Mean over (series, origin) of the mean scaled error, each capped; rows without a scale are left out."""
    scaled = rows[rows["scale"] > 0]
    if scaled.empty:
        return NAN
    error = (scaled["y"] - scaled["yhat"]).abs() / scaled["scale"]
    return float(error.groupby([scaled["series_id"], scaled["origin"]]).mean().clip(upper=CAP).mean())


def wape(rows: pd.DataFrame) -> float:
    """Sum of absolute errors over the sum of the figures."""
    total = float(rows["y"].sum())
    return float((rows["y"] - rows["yhat"]).abs().sum()) / total if total else NAN


def coverage(rows: pd.DataFrame, level: int) -> float:
    """Share of the figures that fell inside the interval; rows without an interval are left out."""
    bounded = rows.dropna(subset=[f"lo{level}", f"hi{level}"])
    if bounded.empty:
        return NAN
    inside = (bounded["y"] >= bounded[f"lo{level}"]) & (bounded["y"] <= bounded[f"hi{level}"])
    return float(inside.mean())


def comparable(backtests: pd.DataFrame) -> pd.DataFrame:
    """The rows of both the published forecasts and naive that forecast the same series, origin and horizon."""
    both = backtests[backtests["method"].isin([PUBLISHED, REFERENCE])]
    pairs = both.groupby(KEY)["method"].transform("nunique")
    return both[pairs == 2]


def accuracy_row(name: str, rows: pd.DataFrame) -> AccuracyRow:
    """Losses of one slice of comparable rows."""
    ours, naive = (rows[rows["method"] == method] for method in (PUBLISHED, REFERENCE))
    return AccuracyRow(
        name=name,
        series=int(ours["series_id"].nunique()),
        forecasts=len(ours),
        mase=capped_mase(ours),
        mase_naive=capped_mase(naive),
        wape=wape(ours),
        wape_naive=wape(naive),
        coverage80=coverage(ours, 80),
        coverage95=coverage(ours, 95),
    )


def accuracy_by(rows: pd.DataFrame, column: str, order: Sequence[object] | None = None) -> list[AccuracyRow]:
    """One row for each value of a column, in the given order or sorted."""
    present = set(rows[column].dropna())
    values = [v for v in order if v in present] if order is not None else sorted(present)
    return [accuracy_row(str(value), rows[rows[column] == value]) for value in values]
