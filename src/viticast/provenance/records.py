"""What a trace says, as plain records: the text and the JSON of the commands are made of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import pandas as pd

RawState = Literal["ok", "damaged", "missing"]


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as dictionaries, in its order."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


@dataclass(frozen=True)
class RawFile:
    """A file of the raw layer as it is now.

    Attributes:
        sha256: Hash of the bytes as they came.
        path: Where they are kept.
        state: `ok` if the bytes still have the hash, `damaged` if they have another, `missing` if there are none.
    """

    sha256: str
    path: str
    state: RawState


@dataclass(frozen=True)
class Landing:
    """A file, from one address, that was found to hold a vintage."""

    file: RawFile
    address: str
    fetched_at: datetime
    published_at: datetime
    is_published_at_inferred: bool


@dataclass(frozen=True)
class Line:
    """A line of a file whose figures a series has.

    Attributes:
        series_id: The leaf that has them.
        unit: Which of the line's figures.
        row_number: Line of the file.
        last_column: Column of the last year.
        group_label: Category above the line.
        item_label: As the file spells it.
        row_kind: `total` where only the published sum of the category was usable.
    """

    series_id: str
    unit: str
    row_number: int
    last_column: int
    group_label: str | None
    item_label: str
    row_kind: str


@dataclass(frozen=True)
class TableOrigin:
    """The figures of one table under a series.

    Attributes:
        table_name: File stem.
        vintage_id: Hash of the content.
        published_at: Of the vintage, as the snapshot has it.
        is_published_at_inferred: True where nobody declared it.
        last_year: Last year of the vintage.
        file: The file that the snapshot names.
        landings: Every file that holds the vintage, from every address, the first to be published first.
        numbered_in: Hash of the file in which the lines are counted.
        lines: The lines under the series.
    """

    table_name: str
    vintage_id: str
    published_at: datetime
    is_published_at_inferred: bool
    last_year: int
    file: RawFile
    landings: tuple[Landing, ...]
    numbered_in: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class CorrectionMade:
    """A declared correction that touched a series, or one below it."""

    correction_id: str
    table_name: str
    action: str
    reason: str
    series: int
    first_year: int
    last_year: int
    cells: int


@dataclass(frozen=True)
class ModelVersion:
    """A version in the registry."""

    name: str
    version: str
    run_id: str | None
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class ModelOrigin:
    """What made a model. A hash is None where neither receipt, run nor registry has it."""

    model_key: str
    panel_sha256: str | None
    code_sha256: str | None
    params_sha256: str | None
    run_ids: tuple[str, ...]
    versions: tuple[ModelVersion, ...]
    is_on_page: bool


@dataclass(frozen=True)
class ForecastNumber:
    """The number that is traced, in the unit of its series."""

    source: str
    is_synthetic: bool
    snapshot_id: str
    series_id: str
    label: str
    level: str
    unit: str
    year: int
    horizon: int
    series_class: str
    yhat: float
    lo80: float
    hi80: float
    lo95: float
    hi95: float


@dataclass(frozen=True)
class ForecastTrace:
    """From a forecast back to the files.

    Attributes:
        forecast: The number.
        model: What made it.
        is_panel_of_model: False where the snapshot's panel was built anew since the model was fitted, as with a further
            correction; None where the model's panel is not recorded.
        leaf_series: How many leaves lie under the series.
        corrections: Those of the snapshot's panel as it is now.
        tables: The tables of the leaves.
    """

    forecast: ForecastNumber
    model: ModelOrigin
    is_panel_of_model: bool | None
    leaf_series: int
    corrections: tuple[CorrectionMade, ...]
    tables: tuple[TableOrigin, ...]


@dataclass(frozen=True)
class ManifestEntry:
    """A landing of the bytes, whether they could be read or not."""

    table_name: str
    address: str
    fetched_at: datetime
    declared_published_at: datetime | None
    status: int | None
    bytes: int


@dataclass(frozen=True)
class VintageHeld:
    """A content that the file was found to hold."""

    table_name: str
    vintage_id: str
    published_at: datetime
    is_published_at_inferred: bool
    last_year: int
    file_lines: int
    rows: int
    quarantined_rows: int
    cells: int
    quarantined_cells: int


@dataclass(frozen=True)
class FindingMade:
    """Something that was found in the file, or how the file did."""

    table_name: str
    outcome: str
    rule: str
    row_number: int
    column_number: int
    column_label: str | None
    found: str | None
    reason: str
    remedy: str | None


@dataclass(frozen=True)
class ModelUse:
    """A model that was fitted on a snapshot.

    Attributes:
        model_key: Its key.
        forecasts: Rows that it has.
        forecasts_above_file: Those of the file's own series and of the sums above them.
        versions: In the registry.
        is_on_page: True if the page shows it.
    """

    model_key: str
    forecasts: int
    forecasts_above_file: int
    versions: tuple[ModelVersion, ...]
    is_on_page: bool


@dataclass(frozen=True)
class SnapshotUse:
    """A snapshot that has a content of the file.

    Attributes:
        snapshot_id: Its id.
        table_name: As which table.
        vintage_id: Which content.
        names_file: False if the snapshot names another file of the same content.
        models: The models that were fitted on it.
    """

    snapshot_id: str
    table_name: str
    vintage_id: str
    names_file: bool
    models: tuple[ModelUse, ...]


@dataclass(frozen=True)
class FileTrace:
    """From a raw file to all that was made from it."""

    source: str
    file: RawFile
    landings: tuple[ManifestEntry, ...]
    vintages: tuple[VintageHeld, ...]
    findings: tuple[FindingMade, ...]
    snapshots: tuple[SnapshotUse, ...]
    is_on_page: bool
