"""What the source changed since the vintage before: counts for each table, and each change by name."""

from dataclasses import dataclass

import pandas as pd

from viticast.reporting.listing import Listing, listing

CELLS = ("value_changed", "value_gone", "mark_filled")
ROWS = ("row_new", "row_gone", "label_renamed")


@dataclass(frozen=True)
class TableRevisions:
    """One table against its vintage before.

    Attributes:
        name: File stem, None for all tables together.
        old_vintage_id: What it was compared with, None for a first vintage and for all tables together.
        cells: Cells that both vintages have.
        counts: Changes of each kind.
    """

    name: str | None
    old_vintage_id: str | None
    cells: int
    counts: dict[str, int]


@dataclass(frozen=True)
class RevisionSection:
    """What the page says of revisions.

    Attributes:
        tables: Every table, in the order of their names.
        total: All tables together, None where none has a vintage before.
        cells: The changed cells of each kind, without the kinds that did not occur.
        rows: The rows that came, went or have another name, of each kind that occurred.
    """

    tables: list[TableRevisions]
    total: TableRevisions | None
    cells: dict[str, Listing]
    rows: dict[str, Listing]


def revision_section(revisions: pd.DataFrame) -> RevisionSection:
    """Counts and lists.

    Args:
        revisions: As `contracts.revisions.Revisions` describes.
    """
    whole = revisions[revisions["kind"].isin(["compared", "first_vintage"])].sort_values("table_name")
    tables = [
        TableRevisions(
            name=str(table),
            old_vintage_id=None if pd.isna(before) else str(before),
            cells=int(cells),
            counts=_counts(revisions[revisions["table_name"] == table]),
        )
        for table, before, cells in zip(whole["table_name"], whole["old_vintage_id"], whole["cells"], strict=True)
    ]
    compared = int(whole["cells"].sum())
    total = TableRevisions(None, None, compared, _counts(revisions)) if (whole["kind"] == "compared").any() else None
    return RevisionSection(tables, total, _listed(revisions, CELLS), _listed(revisions, ROWS))


def _counts(revisions: pd.DataFrame) -> dict[str, int]:
    return {kind: int((revisions["kind"] == kind).sum()) for kind in (*CELLS, *ROWS)}


def _listed(revisions: pd.DataFrame, kinds: tuple[str, ...]) -> dict[str, Listing]:
    order = ["table_name", "group_label", "item", "year", "unit"]
    found = {kind: revisions[revisions["kind"] == kind].sort_values(order) for kind in kinds}
    return {kind: listing(rows) for kind, rows in found.items() if len(rows)}
