"""The tables of past accuracy that the page shows, and the sentence above them."""

from dataclasses import dataclass

import pandas as pd

from viticast.contracts.columns import FLOWS, SERIES_CLASSES
from viticast.reporting.accuracy import AccuracyRow, accuracy_by, comparable
from viticast.reporting.context import PageContext
from viticast.reporting.numbers import number, percent
from viticast.reporting.payload import root_name
from viticast.reporting.text import words


@dataclass(frozen=True)
class Scorecard:
    """Every slice of the backtest that the page shows, with names in its language."""

    origins: str
    horizons: str
    summary: str
    overall: list[AccuracyRow]
    flow: list[AccuracyRow]
    table: list[AccuracyRow]
    classes: list[AccuracyRow]
    horizon: list[AccuracyRow]


def scorecard(backtests: pd.DataFrame, series: pd.DataFrame, context: PageContext) -> Scorecard | None:
    """The slices, or None where nothing can be compared with naive."""
    text = words(context.language)
    columns = ["series_id", "level", "table_name"]
    rows = comparable(backtests).merge(series[columns], on="series_id", how="inner", validate="many_to_one")
    leaves = rows[rows["level"] == "leaf"].assign(root_id=lambda f: f["series_id"].str.split("/").str[0])
    if leaves.empty:
        return None
    everything = _renamed(accuracy_by(leaves, "level"), text["levels"])[0]
    totals = accuracy_by(rows, "level", ("flow", "table", "group"))
    flows = series[series["level"] == "flow"]
    roots = sorted(flows["series_id"], key=lambda root: (FLOWS.index(root.rpartition("_")[0]), root))
    return Scorecard(
        origins=_span(leaves["origin"]),
        horizons=_span(leaves["horizon"]),
        summary=_summary(everything, context),
        overall=[everything, *_renamed(totals, text["levels"])],
        flow=_renamed(accuracy_by(leaves, "root_id", roots), {r: root_name(r, context) for r in roots}),
        table=_by_table_and_unit(leaves, context),
        classes=_renamed(accuracy_by(leaves, "series_class", SERIES_CLASSES), text["classes"]),
        horizon=accuracy_by(leaves, "horizon"),
    )


def _by_table_and_unit(leaves: pd.DataFrame, context: PageContext) -> list[AccuracyRow]:
    found = []
    for root_id, rows in leaves.groupby("root_id"):
        for row in accuracy_by(rows, "table_name"):
            name = f"{row.name}, {root_name(str(root_id), context)}"
            found.append(AccuracyRow(**{**vars(row), "name": name}))
    return found


def _renamed(rows: list[AccuracyRow], names: dict[str, str]) -> list[AccuracyRow]:
    return [AccuracyRow(**{**vars(row), "name": names.get(row.name, row.name)}) for row in rows]


def _span(values: pd.Series) -> str:
    first, last = int(values.min()), int(values.max())
    return str(first) if first == last else f"{first}–{last}"


def _summary(row: AccuracyRow, context: PageContext) -> str:
    language = context.language
    text = words(language)["accuracy"]
    rounded = round(row.mase_gain, 3)
    word = "better" if rounded > 0 else "worse" if rounded < 0 else "equal"
    return str(text["summary"]).format(
        count=number(row.series, language),
        mase=number(row.mase, language, 3),
        naive=number(row.mase_naive, language, 3),
        gain=str(text[word]).format(percent=percent(abs(row.mase_gain), language)),
        c80=percent(row.coverage80, language),
        c95=percent(row.coverage95, language),
    )
