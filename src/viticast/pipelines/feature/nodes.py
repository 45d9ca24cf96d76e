"""The panel: one snapshot of the lake, corrected as declared, each label under its series, with the sums above."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from viticast.contracts.declared import require_known
from viticast.panel.corrections import apply_corrections
from viticast.panel.crosswalk import identify, new_labels, settled
from viticast.panel.declarations import Aliases, Corrections
from viticast.panel.dimension import describe_series
from viticast.panel.fingerprint import panel_hash
from viticast.panel.hierarchy import aggregate
from viticast.panel.joins import count_joins
from viticast.panel.ledger import keep_ledger
from viticast.panel.losses import LedgerBefore, ledger_to_compare, require_nothing_lost
from viticast.panel.revisions import compare
from viticast.panel.snapshot import resolve_snapshot, vintages_before
from viticast.panel.tree import TableNode, TableTree
from viticast.pipelines.feature.params import FeatureParams
from viticast.sources.tables import TableRegistry
from viticast.sources.vintage import require_content

logger = logging.getLogger(__name__)

Query = Callable[..., pd.DataFrame]
Partitions = Mapping[tuple[str, ...], Callable[[], pd.DataFrame]]


def choose_snapshot(
    query: Query,
    tables: Mapping[str, Any],
    params: FeatureParams,
    catalog_record: pd.DataFrame,
) -> pd.DataFrame:
    """Takes one vintage of each table.

    Args:
        query: Lists the landings of the lake.
        tables: The table registry.
        params: Says as of when.
        catalog_record: Says that the lake is cataloged.
    """
    logger.info("the catalog shows %d tables", catalog_record["table_name"].nunique())
    snapshot = resolve_snapshot(query(), TableRegistry.from_mapping(tables).names, params.as_of)
    last_years = sorted(set(snapshot["last_year"].astype(int)))
    logger.info("snapshot %s: figures up to %s", snapshot["snapshot_id"].iloc[0], " and ".join(map(str, last_years)))
    return snapshot


def query_cells(query: Query, snapshot: pd.DataFrame) -> pd.DataFrame:
    """All cells of the snapshot, leaves and published totals.

    Raises:
        DamagedVintageError: They are not what ingestion wrote.
    """
    vintages = sorted(snapshot["vintage_id"])
    cells = query(vintage_ids=vintages)
    require_content(cells, vintages)
    return cells


def correct_cells(
    cells: pd.DataFrame, corrections: Mapping[str, Any], snapshot: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Applies the declared corrections.

    Returns:
        The leaves, and what each correction did.
    """
    declared = Corrections.from_mapping(corrections)
    require_known(declared.tables, snapshot["table_name"], "conf/base/corrections_<declarations>.yml", "table")
    corrected = apply_corrections(cells, declared, snapshot)
    for row in corrected.applied.itertuples(index=False):
        level = logging.WARNING if row.status == "stale" else logging.INFO
        logger.log(
            level, "correction %s: %s, %s cells%s", row.correction_id, row.status, row.cells, _reason(row.detail)
        )
    leaves = corrected.cells[corrected.cells["row_kind"] == "leaf"].reset_index(drop=True)
    return leaves, corrected.applied


def update_crosswalk(
    known: pd.DataFrame,
    leaves: pd.DataFrame,
    tables: Mapping[str, Any],
    aliases: Mapping[str, Any],
    snapshot: pd.DataFrame,
) -> pd.DataFrame:
    """Gives labels that are new to the source their series.

    Returns:
        The batch of new labels, to be appended; no row if every label is known.
    """
    batch = new_labels(known, leaves, _tree(tables), Aliases.from_mapping(aliases), snapshot["source"].iloc[0])
    logger.info("crosswalk: %d labels known, %d new", len(settled(known)), len(batch))
    return batch


def identify_leaves(leaves: pd.DataFrame, crosswalk: pd.DataFrame) -> pd.DataFrame:
    """Values of every leaf series and year: labels of one series are summed."""
    return identify(leaves, settled(crosswalk))


def count_stages(
    query: Query,
    snapshot: pd.DataFrame,
    cells: pd.DataFrame,
    leaves: pd.DataFrame,
    crosswalk: pd.DataFrame,
    identified: pd.DataFrame,
) -> pd.DataFrame:
    """Counts rows, cells and units from what ingestion wrote to the leaves of the panel.

    Raises:
        LedgerError: Something is lost on the way.
    """
    written = query(vintage_ids=sorted(snapshot["vintage_id"]))
    ledger = keep_ledger(written, cells, leaves, settled(crosswalk), identified)
    last = ledger[ledger["stage"] == "panel"]
    logger.info("ledger: %d leaf series, %d values, nothing lost", last["rows"].sum(), last["known"].sum())
    return ledger


def compare_ledgers(
    ledger: pd.DataFrame,
    snapshot: pd.DataFrame,
    known_snapshots: Partitions,
    known_ledgers: Partitions,
    cells: pd.DataFrame,
    leaves: pd.DataFrame,
    crosswalk: pd.DataFrame,
    identified: pd.DataFrame,
    params: FeatureParams,
) -> pd.DataFrame:
    """Lets the ledger pass if nothing of the one before is gone: of this snapshot, or of the nearest older one.

    Raises:
        LedgerError: More of a table is gone than may be, and nobody said that it is meant.
    """
    require_known(params.ledger.accept, snapshot["table_name"], "feature.ledger.accept", "table")
    kept = {snapshot_id for (snapshot_id,) in known_ledgers}
    older = [read() for (snapshot_id,), read in known_snapshots.items() if snapshot_id in kept]
    found = ledger_to_compare(snapshot, older, kept)
    if found is None:
        logger.info("ledger: there is none before to compare with")
        return ledger
    snapshot_id, last_years = found
    before = LedgerBefore(snapshot_id, known_ledgers[(snapshot_id,)](), last_years)
    meant = require_nothing_lost(before, cells, leaves, settled(crosswalk), identified, params.ledger)
    for loss in meant:
        logger.warning("ledger: %s; accepted", loss)
    own = " (this one, of an earlier run)" if snapshot_id == snapshot["snapshot_id"].iloc[0] else ""
    logger.info("ledger: nothing is lost since snapshot %s%s", snapshot_id, own)
    return ledger


def query_previous_cells(vintages: Query, query: Query, snapshot: pd.DataFrame) -> pd.DataFrame:
    """The cells of the vintage before the current one, of every table that has one; no row if none has."""
    previous = vintages_before(vintages(), snapshot)
    if not previous:
        return query(vintage_ids=sorted(snapshot["vintage_id"])).head(0)
    cells = query(vintage_ids=previous)
    require_content(cells, previous)
    return cells


def compare_vintages(previous: pd.DataFrame, cells: pd.DataFrame, crosswalk: pd.DataFrame) -> pd.DataFrame:
    """What was revised since the vintage before."""
    revisions = compare(previous, cells, settled(crosswalk))
    counts = revisions[~revisions["kind"].isin(["compared", "first_vintage"])]["kind"].value_counts()
    logger.info("revisions: %s", ", ".join(f"{count} {kind}" for kind, count in counts.items()) or "none")
    return revisions


def describe_leaves(
    leaves: pd.DataFrame,
    identified: pd.DataFrame,
    crosswalk: pd.DataFrame,
    tables: Mapping[str, Any],
    aliases: Mapping[str, Any],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Describes the series of the snapshot, and counts what the declared aliases joined.

    Returns:
        The dimension of leaves and of all series above them, and the outcome of each alias.
    """
    known, declared = settled(crosswalk), Aliases.from_mapping(aliases)
    present = known[known["series_id"].isin(identified["series_id"].unique())]
    joins = count_joins(leaves, declared, known)
    for row in joins[joins["status"] == "overlapping"].itertuples(index=False):
        logger.warning("alias %s of %s: %s", row.correction_id, row.table_name, row.detail)
    return describe_series(present, leaves, _tree(tables), declared), joins


def build_panel(
    identified: pd.DataFrame,
    dimension: pd.DataFrame,
    snapshot: pd.DataFrame,
    corrections_outcome: pd.DataFrame,
    alias_outcome: pd.DataFrame,
    ledger: pd.DataFrame,
    revisions: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    """Values of every series and year, leaves and sums.

    Returns:
        Snapshot, corrections, ledger, revisions, series and panel for the lake, and the receipt that makes them
        current.
    """
    sums = aggregate(identified)
    sums["mark"] = pd.Series("incomplete", index=sums.index, dtype="str").where(sums["value"].isna())
    sums["correction_id"] = pd.Series(None, index=sums.index, dtype="str")
    panel = pd.concat([identified, sums], ignore_index=True).sort_values(["series_id", "year"], ignore_index=True)
    receipt = {
        "snapshot_id": snapshot["snapshot_id"].iloc[0],
        "source": snapshot["source"].iloc[0],
        "is_synthetic": bool(snapshot["is_synthetic"].iloc[0]),
        "last_years": dict(zip(snapshot["table_name"], snapshot["last_year"].astype(int).tolist(), strict=True)),
        "series": len(dimension),
        "leaf_series": int(identified["series_id"].nunique()),
        "panel_sha256": panel_hash(panel),
    }
    logger.info("panel: %d series, %d of them leaves", receipt["series"], receipt["leaf_series"])
    joins = alias_outcome.assign(snapshot_id=receipt["snapshot_id"]).astype({"snapshot_id": "str"})
    outcomes = pd.concat([corrections_outcome, joins], ignore_index=True)
    return (
        snapshot,
        outcomes,
        _stamp(ledger, snapshot),
        _stamp(revisions, snapshot),
        _stamp(dimension, snapshot),
        _stamp(panel, snapshot),
        receipt,
    )


def _tree(tables: Mapping[str, Any]) -> TableTree:
    registry = TableRegistry.from_mapping(tables)
    return TableTree(
        [TableNode(spec.name, spec.slug, spec.flow, spec.label, spec.item_kind, spec.attribution) for spec in registry]
    )


def _stamp(frame: pd.DataFrame, snapshot: pd.DataFrame) -> pd.DataFrame:
    frame = frame.copy()
    for position, column in enumerate(["snapshot_id", "source", "is_synthetic"]):
        frame.insert(position, column, snapshot[column].iloc[0])
    return frame


def _reason(detail: object) -> str:
    return f" ({detail})" if isinstance(detail, str) else ""
