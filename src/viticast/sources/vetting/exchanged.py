"""Kilograms where US$ belong, and US$ where kilograms belong: each country's own prices tell."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from viticast.sources.findings import Finding
from viticast.sources.vetting.case import UNIT, Case, years_text

EXCHANGED = "exchanged_measures"
EQUAL = "equal_measures"
SUM_ROW = "sum_row"

USUAL_YEARS = 5
FEWEST_YEARS = 3
"""A country's usual price is the median of its last five years of trade, if it has three."""

TELLING_RATIO = 1.5
"""A price nearer to US$ 1 a kilogram than this looks much the same the other way round."""

FEWEST_PAIRS = 3
FEWEST_SUMS = 3
"""So many figures must be the sum of two others or more, before a row is taken for a total."""


def check_exchanged_measures(case: Case) -> Iterator[Finding]:
    """Refuse years in which most countries' US$ per kg are the inverse of their usual ones."""
    if case.pairs is None:
        return
    prices = _log_prices(case.pairs)
    usual = _usual(prices)
    told = pd.DataFrame({"now": prices, "usual": usual}).dropna()
    told = told[told["usual"].abs() > np.log(TELLING_RATIO)]
    inverse = (told["now"] + told["usual"]).abs() < (told["now"] - told["usual"]).abs()
    by_year = inverse.groupby("year").agg(["sum", "size"])
    found = by_year[
        (by_year["size"] >= case.bounds.exchanged_rows)
        & (by_year["sum"] > case.bounds.exchanged_share * by_year["size"])
    ]
    yield from _exchanged(case, found, "have the inverse of their usual US$ per kg")


def check_exchanged_since(case: Case) -> Iterator[Finding]:
    """Refuse years whose kg and US$ have changed places since the vintage before."""
    if case.compared is None or len(case.table.measures) < 2:
        return
    wide = case.compared.unstack("measure").dropna()
    before, now = wide["before"], wide["now"]
    is_pair = before["quantity"] != before["value"]
    changed_places = is_pair & (now["quantity"] == before["value"]) & (now["value"] == before["quantity"])
    by_year = changed_places[is_pair].groupby("year").agg(["sum", "size"])
    found = by_year[(by_year["sum"] >= FEWEST_PAIRS) & (by_year["sum"] > case.bounds.exchanged_share * by_year["size"])]
    yield from _exchanged(case, found, "have the kg of the vintage before as US$, and its US$ as kg")


def check_equal_measures(case: Case) -> Iterator[Finding]:
    """Refuse years in which most trades have as many kg as US$: one column was written over the other."""
    if case.pairs is None:
        return
    pairs = _traded(case.pairs)
    by_year = (pairs["quantity"] == pairs["value"]).groupby("year").agg(["sum", "size"])
    found = by_year[(by_year["sum"] >= FEWEST_PAIRS) & (by_year["sum"] > case.bounds.equal_share * by_year["size"])]
    for year, row in found.iterrows():
        yield Finding(
            outcome="refusal",
            rule=EQUAL,
            reason=f"{row['sum']} of {row['size']} trades of {year} have exactly as many kg as US$: one was written "
            "over the other",
            remedy=f"check which field is which, and fetch the year again; {case.accept(EQUAL)}",
            column_label=str(year),
            found=str(row["sum"]),
        )


def check_sum_row(case: Case) -> Iterator[Finding]:
    """Refuse a leaf that is the sum of all others: it would be counted as one more country or product."""
    leaves = case.rows.index[case.rows["row_kind"] == "leaf"]
    figures = case.figures.loc[leaves].fillna(0.0)
    others = figures.sum() - figures
    # where one other row alone has a figure, the same figure is no sum
    is_sum_of_several = (figures > 0).sum().gt(2) & (others > 0)
    same = ((figures - others).abs() <= UNIT) & is_sum_of_several
    sums, asked = same.sum(axis=1), is_sum_of_several.sum(axis=1)
    for row_number in figures.index[(sums >= FEWEST_SUMS) & (sums > 0.5 * asked)]:
        label = str(case.rows.loc[row_number, "item_label"]).strip()
        yield Finding(
            outcome="refusal",
            rule=SUM_ROW,
            reason=f"{label!r} is the sum of all other rows in {sums[row_number]} of {asked[row_number]} figures: it "
            "is a total, and would be counted once more",
            remedy="leave the row out: name it under `label_of_total` in the connection file of an API, or read a "
            f"database through a view without it; {case.accept(SUM_ROW)}",
            row_number=int(row_number),
            found=label,
        )


def _traded(pairs: pd.DataFrame) -> pd.DataFrame:
    """Weight and value of each row and year that has both."""
    return pairs[(pairs["quantity"] > 0) & (pairs["value"] > 0)]


def _log_prices(pairs: pd.DataFrame) -> "pd.Series[float]":
    traded = _traded(pairs)
    prices = pd.Series(np.log(traded["value"] / traded["quantity"]), index=traded.index)
    return prices.sort_index()


def _usual(prices: "pd.Series[float]") -> "pd.Series[float]":
    """For each row and year the median of the years of trade before it."""
    rolling = prices.groupby("row_number").rolling(USUAL_YEARS, min_periods=FEWEST_YEARS).median()
    before: pd.Series[float] = rolling.droplevel(0).groupby("row_number").shift()
    return before


def _exchanged(case: Case, found: pd.DataFrame, what: str) -> Iterator[Finding]:
    if found.empty:
        return
    years = [int(year) for year in found.index]
    first = found.iloc[0]
    yield Finding(
        outcome="refusal",
        rule=EXCHANGED,
        reason=f"{first['sum']} of {first['size']} countries of {years_text(years)} {what}: "
        "the two columns are exchanged",
        remedy=f"check which column is kg and which US$, and fetch the file again; {case.accept(EXCHANGED)}",
        column_label=str(years[0]),
        found=str(first["sum"]),
    )
