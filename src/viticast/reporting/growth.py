"""The second answer: which products and countries grow or shrink most."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from viticast.reporting.records import SeriesRecord

BASE_YEARS = 3
"""The base is a mean, so that one bad harvest or one large shipment is not read as the level of a series."""

RECENT_YEARS = 5
"""A series without figures in the last five years has no level to grow from."""

MINIMUM_SHARE = 0.005
"""A series below 0.5 % of its flow, before and after, is left out: doubling next to nothing is no news."""


@dataclass(frozen=True)
class Ranking:
    """The leaves of one flow that change most, largest growth first, largest fall last."""

    root_id: str
    unit: str
    attribution: str
    absolute: pd.DataFrame
    relative: pd.DataFrame
    considered: int
    left_out: int


def growth_frame(
    records: Mapping[str, SeriesRecord], leaves: set[str], year: int, minimum_share: float = MINIMUM_SHARE
) -> pd.DataFrame:
    """One row for each leaf with a base and a forecast for the year.

    Returns:
        series_id, root_id, path (labels), base, base_from, base_to, yhat, lo80, hi80, change, change_share, is_large
        (its share of the flow reaches the minimum), is_clear (the 80 % interval leaves the base out).
    """
    rows = []
    for sid in leaves:
        record = records[sid]
        history = record.history[-BASE_YEARS:]
        index = year - record.forecast_first_year
        if not history or not 0 <= index < len(record.forecasts):
            continue
        if history[-1][0] <= record.forecast_first_year - 1 - RECENT_YEARS:
            continue
        base = sum(value for _, value in history) / len(history)
        yhat, lo80, hi80 = record.forecasts[index][:3]
        rows.append((sid, record.root_id, record.path, base, history[0][0], history[-1][0], yhat, lo80, hi80))
    columns = ["series_id", "root_id", "path", "base", "base_from", "base_to", "yhat", "lo80", "hi80"]
    frame = pd.DataFrame(rows, columns=columns).sort_values("series_id", ignore_index=True)
    frame["change"] = frame["yhat"] - frame["base"]
    frame["change_share"] = (frame["change"] / frame["base"]).where(frame["base"] > 0)
    size = frame.groupby("root_id")[["base", "yhat"]].transform("sum")
    frame["is_large"] = (frame[["base", "yhat"]] >= minimum_share * size).any(axis=1) & (size > 0).any(axis=1)
    frame["is_clear"] = (frame["base"] < frame["lo80"]) | (frame["base"] > frame["hi80"])
    return frame


def rankings(frame: pd.DataFrame, records: Mapping[str, SeriesRecord], count: int = 5) -> list[Ranking]:
    """For each flow the `count` largest growths and falls, in the unit and in percent."""
    found = []
    for root_id in [r.series_id for r in records.values() if r.series_id == r.root_id]:
        of_root = frame[frame["root_id"] == root_id]
        large = of_root[of_root["is_large"]]
        if large.empty:
            continue
        based = large[large["base"] >= MINIMUM_SHARE * of_root["base"].sum()]
        found.append(
            Ranking(
                root_id=root_id,
                unit=records[root_id].unit,
                attribution=records[root_id].attribution,
                absolute=_extremes(large, "change", count),
                relative=_extremes(based, "change_share", count),
                considered=len(large),
                left_out=len(of_root) - len(large),
            )
        )
    return found


def _extremes(frame: pd.DataFrame, column: str, count: int) -> pd.DataFrame:
    """The largest rises and the largest falls; a fall is never listed among the rises, nor the other way."""
    ordered = frame.sort_values(column, ascending=False, kind="stable")
    rises = ordered[ordered[column] > 0].head(count)
    falls = ordered[ordered[column] < 0].tail(count)
    return pd.concat([rises, falls], ignore_index=True)
