"""Rules on the figures: are they fresh, were they revised, do the declared corrections still fit?"""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from viticast.monitoring.verdicts import Verdict, bounded
from viticast.panel.labels import fold

LAG_YEARS = 1
"""Tables are refreshed at different dates; one year behind the newest is usual."""

REVISED_SHARE = 0.01
"""A refresh changes single cells; more is a redefinition that somebody should read."""


@dataclass(frozen=True)
class Revisions:
    """What changed between two vintages of the same tables.

    Attributes:
        changed: Cells with another value.
        filled: Cells that had a mark and have a value now.
        emptied: Cells that had a value and have a mark now.
        new_rows: Labels that were not there before.
        gone_rows: Labels that are no longer there.
        compared: Cells that both vintages have.
    """

    changed: int
    filled: int
    emptied: int
    new_rows: int
    gone_rows: int
    compared: int


def find_revisions(previous: pd.DataFrame, current: pd.DataFrame) -> Revisions:
    """Compares the cells of two vintages by what they are about, not by where they stand.

    Args:
        previous: Cells as `lake/sql/panel.sql` gives them.
        current: Cells of the newer vintages; only tables of `previous` are compared.
    """
    old, new = _keyed(previous), _keyed(current[current["table_name"].isin(previous["table_name"].unique())])
    both = old.join(new, how="inner", lsuffix="_old", rsuffix="_new")
    was, now = both["value_old"], both["value_new"]
    old_rows, new_rows = _rows(old), _rows(new)
    return Revisions(
        changed=int(((was != now) & was.notna() & now.notna()).sum()),
        filled=int((was.isna() & now.notna()).sum()),
        emptied=int((was.notna() & now.isna()).sum()),
        new_rows=len(new_rows - old_rows),
        gone_rows=len(old_rows - new_rows),
        compared=len(both),
    )


def check_revisions(revisions: Revisions | None) -> Iterator[Verdict]:
    """Judges what changed since the vintage before, if the lake has one."""
    rule = f"at most {REVISED_SHARE:.0%} of the cells changed since the vintage before, and no row disappeared"
    if revisions is None:
        yield Verdict("revisions", "all tables", "skipped", rule, detail="the lake has one vintage of every table")
        return
    # A mark that gives way to a figure is news; a figure that gives way to a mark is a change.
    share = (revisions.changed + revisions.emptied) / max(revisions.compared, 1)
    counts = (
        f"{revisions.changed} values changed, {revisions.filled} marks filled, {revisions.emptied} values gone, "
        f"{revisions.new_rows} rows new, {revisions.gone_rows} rows gone, of {revisions.compared} cells"
    )
    ok = share <= REVISED_SHARE and revisions.gone_rows == 0
    yield Verdict("revisions", "all tables", "ok" if ok else "watch", rule, share, REVISED_SHARE, counts)


def check_freshness(snapshot: pd.DataFrame) -> Iterator[Verdict]:
    """Compares each table's last year with that of the newest table."""
    newest = int(snapshot["last_year"].max())
    for table_name, last_year in zip(snapshot["table_name"], snapshot["last_year"].astype(int), strict=True):
        yield bounded(
            "freshness",
            str(table_name),
            float(newest - last_year),
            float(LAG_YEARS),
            f"the last year is at most {LAG_YEARS} behind the newest table's ({newest})",
            detail=f"ends in {last_year}",
        )


def check_corrections(applied: pd.DataFrame) -> Iterator[Verdict]:
    """A correction whose guard fails means that the source changed: somebody must read it."""
    for row in applied[applied["status"] != "not_applicable"].itertuples(index=False):
        stale = row.status == "stale"
        yield Verdict(
            "correction_guard",
            str(row.correction_id),
            "watch" if stale else "ok",
            "the published cells that a declared correction expects are still there",
            detail=str(row.detail) if stale else None,
        )


def _keyed(cells: pd.DataFrame) -> pd.DataFrame:
    keyed = cells.assign(
        item_key=cells["item"].map(fold),
        group_key=cells["group_label"].map(fold, na_action="ignore").fillna(""),
    )
    cell = ["table_name", "row_kind", "group_key", "item_key", "measure", "year"]
    # One label may stand in two rows of a file; they are paired in the order of the file.
    keyed["repeat"] = keyed.groupby(cell).cumcount()
    index = ["table_name", "row_kind", "group_key", "item_key", "repeat", "measure", "year"]
    return keyed.set_index(index)[["value"]]


def _rows(keyed: pd.DataFrame) -> set[tuple[object, ...]]:
    names = ["table_name", "row_kind", "group_key", "item_key", "repeat"]
    return set(keyed.index.to_frame(index=False)[names].itertuples(index=False, name=None))
