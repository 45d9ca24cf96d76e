"""Rules on the figures: are they fresh, were they revised, could they be read, do the corrections still fit?"""

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass

import pandas as pd

from viticast.monitoring.bounds import FigureBounds
from viticast.monitoring.verdicts import Verdict, between_two, bounded

_KINDS = {
    "changed": "value_changed",
    "filled": "mark_filled",
    "emptied": "value_gone",
    "new_rows": "row_new",
    "gone_rows": "row_gone",
    "renamed_rows": "label_renamed",
}
_FOUND = {
    "table_refused": "files refused",
    "table_not_fetched": "tables not fetched",
    "row_quarantined": "lines set aside",
    "cell_quarantined": "cells set aside",
    "watch": "things unlikely",
}
"""The gravest first. The reasons of a refusal are not counted beside it."""


@dataclass(frozen=True)
class Revisions:
    """What changed in one table since the vintage before.

    Attributes:
        changed: Cells with another value.
        filled: Cells that had a mark and have a value now.
        emptied: Cells that had a value and have a mark now.
        new_rows: Rows that were not there before.
        gone_rows: Rows that are no longer there.
        renamed_rows: Rows with another label.
        compared: Cells that both vintages have.
    """

    changed: int = 0
    filled: int = 0
    emptied: int = 0
    new_rows: int = 0
    gone_rows: int = 0
    renamed_rows: int = 0
    compared: int = 0

    @property
    def share(self) -> float:
        """Share of the compared cells that changed; a mark that gives way to a figure is news and no change."""
        return (self.changed + self.emptied) / max(self.compared, 1)

    def __str__(self) -> str:
        return (
            f"{self.changed} values changed, {self.filled} marks filled, {self.emptied} values gone, "
            f"{self.new_rows} rows new, {self.gone_rows} rows gone, {self.renamed_rows} renamed, "
            f"of {self.compared} cells"
        )


def find_revisions(revisions: pd.DataFrame) -> dict[str, Revisions]:
    """Counts what changed in each table that has a vintage before.

    Args:
        revisions: As `contracts.revisions.Revisions` describes.
    """
    compared = revisions[revisions["kind"] == "compared"].set_index("table_name")["cells"]
    counts = revisions.groupby(["table_name", "kind"]).size()
    return {
        str(table): Revisions(
            **{name: int(counts.get((table, kind), 0)) for name, kind in _KINDS.items()}, compared=int(cells)
        )
        for table, cells in compared.items()
    }


def check_revisions(revisions: pd.DataFrame, bounds: FigureBounds) -> Iterator[Verdict]:
    """Judges what changed since the vintage before: one verdict for each table that asks for a look, or one for all.

    A refresh changes single cells; more is a redefinition that somebody should read.

    Args:
        revisions: As `contracts.revisions.Revisions` describes.
        bounds: How much may change.
    """
    watched, stops = bounds.revised_share_watched, bounds.revised_share
    rule = (
        f"at most {watched:.3g} of a table's cells changed since the vintage before; beyond {stops:.3g} nothing is "
        "published"
    )
    tables = find_revisions(revisions)
    if not tables:
        yield Verdict("revisions", "all tables", "skipped", rule, detail="the lake has one vintage of every table")
        return
    beyond = {table: found for table, found in tables.items() if found.share > watched}
    for table, found in beyond.items():
        yield between_two("revisions", table, found.share, (watched, stops), rule, str(found))
    if not beyond:
        found = _sum(tables.values())
        yield Verdict("revisions", "all tables", "ok", rule, found.share, watched, str(found))


def check_findings(findings: pd.DataFrame) -> Iterator[Verdict]:
    """Judges what was found in the files: one verdict for each table with something in it, or one for all.

    Args:
        findings: As `contracts.findings.Findings` describes, those of the files that matter.
    """
    rule = "every file was accepted, every cell of it could be read, and no figure is unlikely"
    if findings.empty:
        yield Verdict("findings", "all tables", "skipped", rule, detail="nothing is known of the files")
        return
    found = findings[findings["outcome"].isin(_FOUND)]
    for table, rows in found.groupby("table_name"):
        counts = rows["outcome"].value_counts()
        listed = ", ".join(f"{counts[outcome]} {words}" for outcome, words in _FOUND.items() if outcome in counts)
        gravest = rows.sort_values("outcome", key=lambda outcome: outcome.map(list(_FOUND).index), kind="stable")
        first = gravest["reason"].iloc[0]
        yield Verdict("findings", str(table), "watch", rule, float(len(rows)), 0.0, f"{listed}; first: {first}")
    if found.empty:
        yield Verdict("findings", "all tables", "ok", rule, 0.0, 0.0)


def check_freshness(snapshot: pd.DataFrame, bounds: FigureBounds) -> Iterator[Verdict]:
    """Compares each table's last year with that of the newest table: they are refreshed at different dates."""
    newest = int(snapshot["last_year"].max())
    for table_name, last_year in zip(snapshot["table_name"], snapshot["last_year"].astype(int), strict=True):
        yield bounded(
            "freshness",
            str(table_name),
            float(newest - last_year),
            float(bounds.lag_years),
            f"the last year is at most {bounds.lag_years} behind the newest table's ({newest})",
            detail=f"ends in {last_year}",
        )


def check_missing_tables(snapshot: pd.DataFrame, declared: Iterable[str]) -> Iterator[Verdict]:
    """Every declared table has a vintage: without one, the sums above it lack it in all years.

    Args:
        snapshot: As `contracts.snapshots.Snapshots` describes.
        declared: Names of the tables that there are.
    """
    rule = "the snapshot has a vintage of every declared table, or the sums would lack it in all years"
    tables = sorted(set(declared))
    missing = [table for table in tables if table not in set(snapshot["table_name"])]
    for table in missing:
        what = "conf/base/tables.yml declares it, and the snapshot has no vintage of it: ingest it and run feature"
        yield Verdict("missing_tables", table, "stop", rule, 1.0, 0.0, what)
    if not missing:
        yield Verdict("missing_tables", "all tables", "ok", rule, 0.0, 0.0, f"{len(tables)} tables")


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


def _sum(tables: Iterable[Revisions]) -> Revisions:
    columns = zip(*(astuple(found) for found in tables), strict=True)
    return Revisions(*map(sum, columns))
