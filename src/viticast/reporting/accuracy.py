"""The fourth answer: how good past forecasts were, against naive, and how often the intervals held."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from viticast.forecasting import losses

PUBLISHED, REFERENCE = "viticast", "naive"
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


def comparable(backtests: pd.DataFrame) -> pd.DataFrame:
    """The rows of both the published forecasts and naive that forecast the same series, origin and horizon."""
    both = backtests[backtests["method"].isin([PUBLISHED, REFERENCE])]
    pairs = both.groupby(KEY)["method"].transform("nunique")
    return both[pairs == 2]


def accuracy_by(rows: pd.DataFrame, column: str, order: Sequence[Any] | None = None) -> list[AccuracyRow]:
    """Losses of comparable rows for each value of a column, in the given order or sorted."""
    if rows.empty:
        return []
    named = rows.rename(columns={"series_id": "unique_id"})
    table = losses(named, by=["method", column]).set_index(["method", column])
    published = named[named["method"] == PUBLISHED]
    counts = published.groupby(column)["unique_id"].nunique()
    present = counts.index.tolist()
    values: list[Any] = present if order is None else [v for v in order if v in present]
    return [_row(str(v), table.loc[(PUBLISHED, v)], table.loc[(REFERENCE, v)], int(counts[v])) for v in values]


def _row(name: str, ours: "pd.Series[float]", naive: "pd.Series[float]", series: int) -> AccuracyRow:
    return AccuracyRow(
        name=name,
        series=series,
        forecasts=int(ours["n"]),
        mase=float(ours["capped_mase"]),
        mase_naive=float(naive["capped_mase"]),
        wape=float(ours["wape"]),
        wape_naive=float(naive["wape"]),
        coverage80=float(ours["coverage80"]),
        coverage95=float(ours["coverage95"]),
    )
