"""Published totals against the sum of their leaves: what nobody has declared is a lost, doubled or misread row."""

from collections.abc import Iterator

import pandas as pd

from viticast.sources.findings import Finding
from viticast.sources.vetting.case import Case
from viticast.sources.vetting.expectations import TotalGap

RULE = "totals"


def check_totals(case: Case) -> Iterator[Finding]:
    """Refuse a total that breaks in many years, watch one that breaks in a few, and a declared gap that is gone."""
    compared = _compare(case)
    gaps = compared[compared["difference"].abs() > case.bounds.total_rounding]
    explained = pd.Series(False, index=compared.index)
    for gap in case.expectations.total_gaps:
        candidates = _candidates(compared, gap, case)
        explains = candidates.index[_explains(candidates, gap, case)].intersection(gaps.index)
        explained[explains] = True
        if len(candidates) and explains.empty:
            yield _stale(gap, len(candidates))
    unexplained = gaps[~explained[gaps.index]]
    for _, years in unexplained.groupby("group_key"):
        yield _new_gaps(case, years)


def _compare(case: Case) -> pd.DataFrame:
    """group_key, group_label, measure, year, total, leaves, difference where both are known and no leaf has a mark."""
    by = ["group_key", "measure", "year"]
    grouped = case.cells[case.cells["group_key"] != ""]
    leaves = grouped[grouped["row_kind"] == "leaf"].groupby(by)["value"].agg(["sum", "count", "size"])
    # a sum without the leaf that has a mark is no sum
    known = leaves.loc[leaves["count"] == leaves["size"], ["sum"]].rename(columns={"sum": "leaves"})
    totals = (
        grouped[grouped["row_kind"] == "total"]
        .groupby(by)
        .agg(total=("value", "first"), group=("group_label", "first"))
    )
    both = totals.join(known, how="inner").dropna().reset_index()
    return both.assign(difference=both["total"] - both["leaves"])


def _candidates(compared: pd.DataFrame, gap: TotalGap, case: Case) -> pd.DataFrame:
    return compared[(compared["group_key"] == case.key_of(gap.group)) & compared["year"].between(*gap.years)]


def _explains(candidates: pd.DataFrame, gap: TotalGap, case: Case) -> "pd.Series[bool]":
    rounding = case.bounds.total_rounding
    if gap.undetailed:
        return candidates["leaves"] == 0
    if gap.difference is not None:
        return (candidates["difference"] - gap.difference).abs() <= rounding
    if gap.omits is not None:
        left_out = candidates["year"].map(_figures_of(case, gap.group, gap.omits))
        return (candidates["difference"] + left_out).abs() <= rounding
    return pd.Series(True, index=candidates.index)


def _figures_of(case: Case, group: str, item: str) -> "pd.Series[float]":
    cells = case.cells
    rows = cells[(cells["group_key"] == case.key_of(group)) & (cells["item_key"] == case.key_of(item))]
    figures: pd.Series[float] = rows[rows["row_kind"] == "leaf"].groupby("year")["value"].sum(min_count=1)
    return figures


def _new_gaps(case: Case, years: pd.DataFrame) -> Finding:
    first = years.iloc[0]
    refused = len(years) > case.bounds.new_gap_years
    listed = "; ".join(
        f"{row.year}: {row.total:,.0f} published, {row.leaves:,.0f} summed" for row in years.head(3).itertuples()
    )
    return Finding(
        outcome="refusal" if refused else "watch",
        rule=RULE,
        reason=f"the total of {str(first['group']).strip()!r} is not the sum of its leaves in {len(years)} years "
        f"({listed})" + (", so rows are missing, doubled or misread" if refused else ""),
        remedy="fetch the file again; if Embrapa has published it so, declare the years under `total_gaps` in "
        "conf/base/expectations_<declarations>.yml" + (f"; {case.accept(RULE)}" if refused else ""),
        column_label=str(first["year"]),
        found=f"{first['total']:.0f}",
    )


def _stale(gap: TotalGap, compared: int) -> Finding:
    return Finding(
        outcome="watch",
        rule=RULE,
        reason=f"the gap declared for the total of {gap.group!r} in {gap.years[0]} to {gap.years[1]} is in none of the "
        f"{compared} years that can be compared: the declaration is stale",
        remedy="take the entry out of `total_gaps` in conf/base/expectations_<declarations>.yml, and see whether a "
        "correction in conf/base/corrections_<declarations>.yml is stale as well",
    )
