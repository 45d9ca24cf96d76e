"""Rules on whole tables: do published totals still add up, and does the last year repeat the one before?"""

from collections.abc import Iterator

import pandas as pd

from viticast.monitoring.bounds import FigureBounds
from viticast.monitoring.verdicts import Verdict, between_two
from viticast.panel.labels import fold
from viticast.sources.vetting.totals import RULE as TOTALS

_PLACE = ["table_name", "group_key", "unit", "year"]
_SHOWN = 3


def check_totals(
    current: pd.DataFrame, previous: pd.DataFrame, findings: pd.DataFrame, bounds: FigureBounds
) -> Iterator[Verdict]:
    """Published totals that were the sums of their leaves and no longer are: rows are lost, doubled or misread.

    A gap that the vintage before had as well is known. In years that it did not reach, only the gaps of tables count
    of which the vetting says that a total does not add up: the others are declared.

    Args:
        current: The cells of the snapshot.
        previous: The cells of the vintage before of each table that has one.
        findings: What the vetting found in the files of the snapshot.
        bounds: What is rounding, and how many gaps are too many.
    """
    rule = (
        f"no total stopped being the sum of its leaves (to {bounds.total_rounding:g}) since the vintage before; beyond "
        f"{bounds.gap_years} categories and years of a table nothing is published"
    )
    if previous.empty:
        why = "the lake has one vintage of every table"
        yield Verdict("totals_add_up", "all tables", "skipped", rule, detail=why)
        return
    gaps, known = _gaps(current, bounds), _gaps(previous, bounds)
    reached = previous.groupby("table_name")["year"].max()
    told = set(findings.loc[(findings["rule"] == TOTALS) & (findings["outcome"] == "watch"), "table_name"])
    gaps = gaps[gaps["table_name"].isin(reached.index)]
    is_old_year = gaps["year"] <= gaps["table_name"].map(reached)
    is_known = pd.MultiIndex.from_frame(gaps[_PLACE]).isin(pd.MultiIndex.from_frame(known[_PLACE]))
    new = gaps[(is_old_year & ~is_known) | (~is_old_year & gaps["table_name"].isin(told))]
    for table, rows in new.groupby("table_name"):
        yield between_two("totals_add_up", str(table), float(len(rows)), (0.0, bounds.gap_years), rule, _told(rows))
    if new.empty:
        detail = f"{len(gaps)} gaps, all of them known"
        yield Verdict("totals_add_up", "all tables", "ok", rule, 0.0, 0.0, detail)


def check_repeated_year(current: pd.DataFrame, bounds: FigureBounds) -> Iterator[Verdict]:
    """A table whose last year says what the year before said was copied, or came out of a cache.

    Args:
        current: The cells of the snapshot.
        bounds: Which share of the figures two years may have in common.
    """
    watched, stops = bounds.repeated_share_watched, bounds.repeated_share
    rule = (
        f"the last year has at most {watched:.3g} of its figures in common with the year before; beyond {stops:.3g} "
        "nothing is published"
    )
    found: dict[str, float] = {}
    leaves = current[current["row_kind"] == "leaf"]
    for table, cells in leaves.groupby("table_name"):
        wide = cells.pivot_table(index=["row_number", "unit"], columns="year", values="value", dropna=False).fillna(0.0)
        if wide.shape[1] < 2:
            continue
        before, last = wide.iloc[:, -2], wide.iloc[:, -1]
        told = int(((before > 0) | (last > 0)).sum())
        found[str(table)] = float(((before == last) & (last > 0)).sum()) / max(told, 1)
    beyond = {table: share for table, share in found.items() if share > watched}
    for table, share in beyond.items():
        last_year = int(leaves.loc[leaves["table_name"] == table, "year"].max())
        detail = f"{last_year} has {share:.1%} of its figures in common with {last_year - 1}: fetch the file again"
        yield between_two("repeated_year", table, share, (watched, stops), rule, detail)
    if not beyond:
        yield Verdict("repeated_year", "all tables", "ok", rule, max(found.values(), default=0.0), watched)


def _gaps(cells: pd.DataFrame, bounds: FigureBounds) -> pd.DataFrame:
    """table_name, group_key, group_label, unit, year, total, leaves of the totals that are no sums of known leaves."""
    grouped = cells[cells["group_label"].notna()]
    keys = {label: fold(label) for label in grouped["group_label"].unique()}
    grouped = grouped.assign(group_key=grouped["group_label"].map(keys))
    leaves = grouped[grouped["row_kind"] == "leaf"].groupby(_PLACE)["value"].agg(["sum", "count", "size"])
    # A sum without the leaf that has a mark is no sum.
    known = leaves.loc[leaves["count"] == leaves["size"], "sum"].rename("leaves")
    totals = (
        grouped[grouped["row_kind"] == "total"]
        .groupby(_PLACE)
        .agg(total=("value", "first"), group_label=("group_label", "first"))
    )
    both = totals.join(known, how="inner").dropna().reset_index()
    return both[(both["total"] - both["leaves"]).abs() > bounds.total_rounding]


def _told(gaps: pd.DataFrame) -> str:
    first = [
        f"{str(row.group_label).strip()} {row.year}: {row.total:,.0f} published, {row.leaves:,.0f} summed"
        for row in gaps.head(_SHOWN).itertuples(index=False)
    ]
    return "; ".join([*first, *([f"and {len(gaps) - _SHOWN} more"] if len(gaps) > _SHOWN else [])])
