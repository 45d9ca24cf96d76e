"""Kilograms against US$: each trade has both, at a price that a kilogram of grapes, juice or wine may have."""

from collections.abc import Iterator

import pandas as pd

from viticast.sources.findings import Finding
from viticast.sources.vetting.case import Case, years_text
from viticast.sources.vetting.expectations import UnitValues

ONE_SIDED = "one_sided_pairs"
UNIT_VALUES = "unit_values"
UNIT_VALUE_JUMP = "unit_value_jump"
RECENT_YEARS = 5


def check_one_sided_pairs(case: Case) -> Iterator[Finding]:
    """Refuse a table in which many trades have a weight without a value, or a value without a weight."""
    pairs = case.pairs
    if pairs is None:
        return
    known = pairs.dropna()
    traded = known[(known["quantity"] > 0) | (known["value"] > 0)]
    weightless = int((traded["quantity"] == 0).sum())
    worthless = int((traded["value"] == 0).sum())
    one_sided = weightless + worthless
    if len(traded) == 0 or one_sided <= case.bounds.one_sided_share * len(traded):
        return
    yield Finding(
        outcome="refusal",
        rule=ONE_SIDED,
        reason=f"{one_sided} of {len(traded)} trades ({one_sided / len(traded):.1%}) have one side only: {weightless} "
        f"with US$ and 0 kg, {worthless} with kg and US$ 0, so columns are shifted or misread",
        remedy=f"fetch the file again; {case.accept(ONE_SIDED)}",
        found=str(one_sided),
    )


def check_unit_values(case: Case) -> Iterator[Finding]:
    """Watch years whose US$ per kg lie outside the declared range; refuse many of them."""
    pairs = case.pairs
    if pairs is None:
        return
    prices = _prices(pairs)
    for plausible in case.expectations.unit_values:
        outside = prices[(prices < plausible.minimum) | (prices > plausible.maximum)]
        if len(outside):
            yield _implausible(case, outside, plausible, len(prices))


def check_last_unit_value(case: Case) -> Iterator[Finding]:
    """Refuse a last year whose US$ per kg is a multiple, or a fraction, of those of the years before it."""
    pairs = case.pairs
    if pairs is None:
        return
    prices = _prices(pairs)
    before = prices[prices.index < case.last_year].tail(RECENT_YEARS)
    if case.last_year not in prices.index or len(before) < RECENT_YEARS:
        return
    last, usual, factor = float(prices.loc[case.last_year]), float(before.median()), case.bounds.unit_value_factor
    if usual <= last * factor and last <= usual * factor:
        return
    against = f"{last / usual:,.0f} times" if last > usual else f"1/{usual / last:,.0f} of"
    yield Finding(
        outcome="refusal",
        rule=UNIT_VALUE_JUMP,
        reason=f"the table's US$ per kg of {case.last_year} are {last:,.3g}, {against} the median of the "
        f"{RECENT_YEARS} years before, {usual:,.3g}: kg or US$ of the year are in another unit",
        remedy=f"check both columns of the year on the site, and fetch the file again; {case.accept(UNIT_VALUE_JUMP)}",
        column_label=str(case.last_year),
        found=f"{last:.3f}",
    )


def _prices(pairs: pd.DataFrame) -> "pd.Series[float]":
    """US$ per kg of each year that has both."""
    sums = pairs.groupby("year").sum()
    sums = sums[(sums["quantity"] > 0) & (sums["value"] > 0)]
    prices: pd.Series[float] = sums["value"] / sums["quantity"]
    return prices


def _implausible(case: Case, outside: "pd.Series[float]", plausible: UnitValues, years: int) -> Finding:
    refused = len(outside) > case.bounds.unit_value_years
    return Finding(
        outcome="refusal" if refused else "watch",
        rule=UNIT_VALUES,
        reason=f"the table's US$ per kg lie outside {plausible.minimum:g} to {plausible.maximum:g} in {len(outside)} "
        f"of {years} years ({years_text(map(int, outside.index))}), e.g. {outside.iloc[0]:,.3g}"
        + (": kg and US$ may be exchanged, or in another unit" if refused else ""),
        remedy="check both columns of these years on the site; if the price is right, widen the table's `unit_values` "
        "in conf/base/expectations_<declarations>.yml" + (f"; {case.accept(UNIT_VALUES)}" if refused else ""),
        column_label=str(outside.index[0]),
        found=f"{outside.iloc[0]:.3f}",
    )
