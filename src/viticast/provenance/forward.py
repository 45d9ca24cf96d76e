"""From a raw file forward: what it was found to hold, and every snapshot, model and forecast that rests on it."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from viticast.panel.hierarchy import ancestors
from viticast.provenance.model import page_shows, versions_of
from viticast.provenance.records import (
    FileTrace,
    FindingMade,
    ManifestEntry,
    ModelUse,
    RawFile,
    SnapshotUse,
    VintageHeld,
    rows_of,
)


@dataclass(frozen=True)
class LakeFrames:
    """What the lake has about all snapshots, as the contracts of the same names describe.

    Attributes:
        manifest: Landings of bytes.
        vintages: Landings of contents.
        findings: What was found in files.
        snapshots: All of them.
        series: Dimensions of the snapshots that rest on the file; others do no harm.
        forecasts: Of these snapshots; others do no harm.
        versions: Registered versions, as `registry.lookup` gives them.
    """

    manifest: pd.DataFrame
    vintages: pd.DataFrame
    findings: pd.DataFrame
    snapshots: pd.DataFrame
    series: pd.DataFrame
    forecasts: pd.DataFrame
    versions: pd.DataFrame


def trace_file(file: RawFile, source: str, frames: LakeFrames, page: str | None) -> FileTrace:
    """Everything that was made from a file.

    Args:
        file: A file of the raw layer.
        source: Whose lake it is.
        frames: All that the lake has.
        page: HTML of the page, None if there is none.
    """
    own = {name: frame[frame["raw_sha256"] == file.sha256] for name, frame in _by_file(frames).items()}
    snapshots = tuple(
        _snapshot(row, file, frames, page)
        for row in rows_of(resting_on(frames.snapshots, frames.vintages, file.sha256))
    )
    return FileTrace(
        source=source,
        file=file,
        landings=tuple(_landing(row) for row in _ordered(own["manifest"], ["table_name", "fetched_at", "landing_id"])),
        vintages=_vintages(own["vintages"]),
        findings=tuple(
            _finding(row) for row in _ordered(own["findings"], ["table_name", "row_number", "column_number", "outcome"])
        ),
        snapshots=snapshots,
        is_on_page=any(model.is_on_page for use in snapshots for model in use.models),
    )


def resting_on(snapshots: pd.DataFrame, vintages: pd.DataFrame, sha256: str) -> pd.DataFrame:
    """The rows of the snapshots that have a content of the file, whichever file of that content they name.

    Args:
        snapshots: All of them.
        vintages: Landings of contents.
        sha256: The file.
    """
    held = vintages.loc[vintages["raw_sha256"] == sha256, ["table_name", "vintage_id"]].drop_duplicates()
    found = snapshots.merge(held, on=["table_name", "vintage_id"], how="inner")
    return found.sort_values(["snapshot_id", "table_name"], ignore_index=True)


def _by_file(frames: LakeFrames) -> dict[str, pd.DataFrame]:
    return {"manifest": frames.manifest, "vintages": frames.vintages, "findings": frames.findings}


def _snapshot(row: dict[str, Any], file: RawFile, frames: LakeFrames, page: str | None) -> SnapshotUse:
    snapshot_id, table_name = str(row["snapshot_id"]), str(row["table_name"])
    forecasts = frames.forecasts[frames.forecasts["snapshot_id"] == snapshot_id]
    above = _with_sums(frames.series[frames.series["snapshot_id"] == snapshot_id], table_name)
    models = tuple(
        ModelUse(
            model_key=str(key),
            forecasts=len(rows),
            forecasts_above_file=int(rows["series_id"].isin(above).sum()),
            versions=versions_of(str(key), frames.versions),
            is_on_page=page_shows(page, snapshot_id, str(key)),
        )
        for key, rows in forecasts.groupby("model_key", sort=True)
    )
    names_file = str(row["raw_sha256"]) == file.sha256
    return SnapshotUse(snapshot_id, table_name, str(row["vintage_id"]), names_file, models)


def _with_sums(series: pd.DataFrame, table_name: str) -> set[str]:
    """The series of a table and the sums above them."""
    own = series.loc[series["table_name"] == table_name, "series_id"]
    return {name for series_id in own for name in (series_id, *ancestors(series_id))}


def _vintages(rows: pd.DataFrame) -> tuple[VintageHeld, ...]:
    """Each content once, at its earliest publication among the landings of the file."""
    first = rows.sort_values(["table_name", "published_at", "landing_id"])
    once = first.drop_duplicates(["table_name", "vintage_id"])
    counts = ("last_year", "file_lines", "rows", "quarantined_rows", "cells", "quarantined_cells")
    return tuple(
        VintageHeld(
            table_name=str(row["table_name"]),
            vintage_id=str(row["vintage_id"]),
            published_at=row["published_at"].to_pydatetime(),
            is_published_at_inferred=bool(row["is_published_at_inferred"]),
            **{name: int(row[name]) for name in counts},
        )
        for row in rows_of(once)
    )


def _landing(row: dict[str, Any]) -> ManifestEntry:
    declared = row["declared_published_at"]
    return ManifestEntry(
        table_name=str(row["table_name"]),
        address=str(row["address"]),
        fetched_at=row["fetched_at"].to_pydatetime(),
        declared_published_at=None if pd.isna(declared) else declared.to_pydatetime(),
        status=None if pd.isna(row["status"]) else int(row["status"]),
        bytes=int(row["bytes"]),
    )


def _finding(row: dict[str, Any]) -> FindingMade:
    texts = {name: None if pd.isna(row[name]) else str(row[name]) for name in ("column_label", "found", "remedy")}
    return FindingMade(
        table_name=str(row["table_name"]),
        outcome=str(row["outcome"]),
        rule=str(row["rule"]),
        row_number=int(row["row_number"]),
        column_number=int(row["column_number"]),
        reason=str(row["reason"]),
        **texts,
    )


def _ordered(rows: pd.DataFrame, by: list[str]) -> list[dict[str, Any]]:
    return rows_of(rows.sort_values(by))
