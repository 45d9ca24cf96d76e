"""Counts what the last stage made of the panel: every series has a forecast for every year to the target year."""

import pandas as pd

from viticast.panel.ledger import LedgerError

SUMS = "(sums)"
"""Stands for the sums above single tables, which belong to none."""

COLUMNS = ["table_name", "unit", "stage", "rows", "due_rows", "cells", "due_cells", "total"]
_SHOWN = 3


def count_forecasts(
    panel: pd.DataFrame, series: pd.DataFrame, forecasts: pd.DataFrame, target_year: int
) -> pd.DataFrame:
    """Counts series and years of the forecasts, by table and unit, beside those that are due.

    Args:
        panel: series_id, year, value of every series.
        series: As `contracts.panel.SeriesDimension` describes.
        forecasts: series_id, year, yhat.
        target_year: Up to which year every series is to be forecast.

    Returns:
        The columns of `contracts.ledger.ForecastLedger` but for what says whose they are.

    Raises:
        LedgerError: Names each table and unit with series or years that lack a forecast.
    """
    last = panel.groupby("series_id")["year"].max()
    due = (target_year - last).rename("due_cells")
    ahead = forecasts[forecasts["yhat"].notna() & (forecasts["year"] > forecasts["series_id"].map(last))]
    found = (
        ahead.drop_duplicates(["series_id", "year"])
        .groupby("series_id")
        .agg(cells=("year", "size"), total=("yhat", "sum"))
    )
    known = series[["series_id", "table_name", "unit", "level"]].merge(due, left_on="series_id", right_index=True)
    both = known.merge(found, on="series_id", how="left").fillna({"cells": 0, "total": 0.0})
    if short := _short(both):
        raise LedgerError(
            "series of the panel have no forecast:\n- " + "\n- ".join(short) + "\nThe lake keeps the forecasts that "
            "are there. Make them anew: kedro run --pipelines=modeling,monitoring"
        )
    both = both.assign(
        is_whole=both["cells"] == both["due_cells"], total=both["total"].where(both["level"] == "leaf", 0.0)
    )
    by = both.assign(table_name=both["table_name"].fillna(SUMS)).groupby(["table_name", "unit"])
    counts = by.agg(
        rows=("is_whole", "sum"),
        due_rows=("series_id", "size"),
        cells=("cells", "sum"),
        due_cells=("due_cells", "sum"),
        total=("total", "sum"),
    ).reset_index()
    whole = dict.fromkeys(("rows", "due_rows", "cells", "due_cells"), "int64")
    texts = dict.fromkeys(("table_name", "unit", "stage"), "str")
    return counts.assign(stage="forecasts")[COLUMNS].astype({**whole, **texts, "total": "float64"})


def _short(both: pd.DataFrame) -> list[str]:
    """What lacks a forecast, by table and unit."""
    lacking = both[both["cells"] != both["due_cells"]]
    place = lacking["table_name"].fillna(SUMS)
    return [
        f"{table} ({unit}), stage forecasts: {len(rows)} series, {int(rows['cells'].sum()):,} forecasts where "
        f"{int(rows['due_cells'].sum()):,} are due: {', '.join(rows['series_id'].head(_SHOWN))}"
        for (table, unit), rows in lacking.groupby([place, "unit"])
    ]
