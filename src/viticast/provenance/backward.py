"""From a forecast back: its leaves, their lines in the files, the corrections on the way and the bytes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from viticast.panel.crosswalk import KEYS, settled
from viticast.panel.fingerprint import panel_hash
from viticast.panel.labels import with_label_keys
from viticast.provenance.records import (
    CorrectionMade,
    ForecastNumber,
    ForecastTrace,
    Landing,
    Line,
    ModelOrigin,
    RawFile,
    TableOrigin,
    rows_of,
)

RawFiles = Callable[[str], RawFile]
"""Hash -> the file as it is now."""


@dataclass(frozen=True)
class SnapshotFrames:
    """What the lake has about one snapshot, as the contracts of the same names describe.

    Attributes:
        snapshots: One row for each table.
        series: The dimension.
        panel: The values.
        corrections_applied: What each correction did.
        vintages: Landings; those of other snapshots do no harm.
        observations: Cells of the vintages of the tables that are looked at; others do no harm.
        crosswalk: Label -> series, all batches.
    """

    snapshots: pd.DataFrame
    series: pd.DataFrame
    panel: pd.DataFrame
    corrections_applied: pd.DataFrame
    vintages: pd.DataFrame
    observations: pd.DataFrame
    crosswalk: pd.DataFrame


def trace_forecast(
    forecast: Mapping[str, Any], frames: SnapshotFrames, model: ModelOrigin, raw: RawFiles
) -> ForecastTrace:
    """Everything that a forecast rests on.

    Args:
        forecast: A row of the forecasts.
        frames: Of the forecast's snapshot.
        model: What made the forecast's model.
        raw: Checks the bytes of a file.
    """
    series_id = str(forecast["series_id"])
    leaves = leaves_under(frames.series, series_id)
    lines = lines_of(frames.observations, frames.crosswalk, leaves)
    tables = sorted(set(leaves["table_name"]))
    return ForecastTrace(
        forecast=_number(forecast, frames.series),
        model=model,
        is_panel_of_model=None if model.panel_sha256 is None else panel_hash(frames.panel) == model.panel_sha256,
        leaf_series=len(leaves),
        corrections=corrections_on(frames.panel, frames.corrections_applied, set(leaves["series_id"])),
        tables=tuple(_table(name, frames, lines, raw) for name in tables),
    )


def leaves_under(series: pd.DataFrame, series_id: str) -> pd.DataFrame:
    """The leaves of a series: the leaf itself, or all below a sum.

    Args:
        series: The dimension of one snapshot.
        series_id: One of its series.
    """
    below = (series["series_id"] == series_id) | series["series_id"].str.startswith(f"{series_id}/")
    return series[below & (series["level"] == "leaf")]


def lines_of(observations: pd.DataFrame, crosswalk: pd.DataFrame, leaves: pd.DataFrame) -> pd.DataFrame:
    """The lines of the files whose figures the leaves have.

    A leaf without a line of its own carries the published total of its category, because the details were not
    published (a correction of the kind `undetailed`): its lines are that total's.

    Args:
        observations: Cells of the vintages.
        crosswalk: Label -> series, all batches.
        leaves: Rows of the dimension.

    Returns:
        table_name, vintage_id, raw_sha256 and the fields of `records.Line`, in the order of the files.
    """
    labels = settled(crosswalk)
    labels = labels[labels["series_id"].isin(set(leaves["series_id"]))][[*KEYS, "series_id"]]
    lines = _lines(observations[observations["table_name"].isin(set(leaves["table_name"]))])
    own = lines[lines["row_kind"] == "leaf"].merge(labels, on=KEYS, how="inner")
    carried = labels[~labels["series_id"].isin(set(own["series_id"]))].drop(columns="item_key")
    totals = lines[lines["row_kind"] == "total"].merge(carried, on=["table_name", "group_key", "unit"], how="inner")
    columns = ["table_name", "vintage_id", "raw_sha256", *(field.name for field in fields(Line))]
    found = pd.concat([own, totals], ignore_index=True)[columns]
    return found.sort_values(["table_name", "row_number", "last_column"], ignore_index=True)


def corrections_on(
    panel: pd.DataFrame, corrections_applied: pd.DataFrame, leaves: set[str]
) -> tuple[CorrectionMade, ...]:
    """The corrections that touched these leaves, with their years.

    Args:
        panel: Of one snapshot.
        corrections_applied: Of the same one.
        leaves: Their series_id.
    """
    cells_under = panel[panel["series_id"].isin(leaves)]
    declared = corrections_applied.set_index("correction_id")
    out = []
    for correction_id, cells in cells_under.groupby("correction_id", sort=True):
        row = declared.loc[str(correction_id)]
        out.append(
            CorrectionMade(
                correction_id=str(correction_id),
                table_name=str(row["table_name"]),
                action=str(row["action"]),
                reason=str(row["reason"]),
                series=int(cells["series_id"].nunique()),
                first_year=int(cells["year"].min()),
                last_year=int(cells["year"].max()),
                cells=len(cells),
            )
        )
    return tuple(out)


def _lines(observations: pd.DataFrame) -> pd.DataFrame:
    """Each line once for each unit, at the column of its last year, with the keys of the crosswalk."""
    last = observations.sort_values("year").drop_duplicates(
        ["table_name", "vintage_id", "row_number", "unit"], keep="last"
    )
    return with_label_keys(last.rename(columns={"column_number": "last_column"}))


def _number(forecast: Mapping[str, Any], series: pd.DataFrame) -> ForecastNumber:
    described = series[series["series_id"] == forecast["series_id"]].iloc[0]
    texts = {name: str(forecast[name]) for name in ("source", "snapshot_id", "series_id", "series_class")}
    texts |= {name: str(described[name]) for name in ("label", "level", "unit")}
    whole = {name: int(forecast[name]) for name in ("year", "horizon")}
    figures = {name: float(forecast[name]) for name in ("yhat", "lo80", "hi80", "lo95", "hi95")}
    fields_of: dict[str, Any] = {**texts, **whole, **figures}
    return ForecastNumber(is_synthetic=bool(forecast["is_synthetic"]), **fields_of)


def _table(name: str, frames: SnapshotFrames, lines: pd.DataFrame, raw: RawFiles) -> TableOrigin:
    row = frames.snapshots[frames.snapshots["table_name"] == name].iloc[0]
    landed = frames.vintages[
        (frames.vintages["table_name"] == name) & (frames.vintages["vintage_id"] == row["vintage_id"])
    ].sort_values(["published_at", "fetched_at", "landing_id"])
    of_table = lines[(lines["table_name"] == name) & (lines["vintage_id"] == row["vintage_id"])]
    return TableOrigin(
        table_name=name,
        vintage_id=str(row["vintage_id"]),
        published_at=row["published_at"].to_pydatetime(),
        is_published_at_inferred=bool(row["is_published_at_inferred"]),
        last_year=int(row["last_year"]),
        file=raw(str(row["raw_sha256"])),
        landings=tuple(_landing(record, raw) for record in rows_of(landed)),
        numbered_in=str(of_table["raw_sha256"].iloc[0]) if len(of_table) else str(row["raw_sha256"]),
        lines=tuple(_line(record) for record in rows_of(of_table)),
    )


def _landing(record: dict[str, Any], raw: RawFiles) -> Landing:
    return Landing(
        file=raw(str(record["raw_sha256"])),
        address=str(record["address"]),
        fetched_at=record["fetched_at"].to_pydatetime(),
        published_at=record["published_at"].to_pydatetime(),
        is_published_at_inferred=bool(record["is_published_at_inferred"]),
    )


def _line(record: dict[str, Any]) -> Line:
    group = record["group_label"]
    return Line(
        series_id=str(record["series_id"]),
        unit=str(record["unit"]),
        row_number=int(record["row_number"]),
        last_column=int(record["last_column"]),
        group_label=None if pd.isna(group) else str(group),
        item_label=str(record["item_label"]),
        row_kind=str(record["row_kind"]),
    )
