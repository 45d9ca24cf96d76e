"""Receipts: what a pipeline says it made, for the next one and for whoever asks later."""

from pydantic import BaseModel, ConfigDict, Field

from viticast.contracts.columns import FIRST_YEAR, LAST_YEAR

ID = r"^[0-9a-f]{16}$"
SHA256 = r"^[0-9a-f]{64}$"


class Receipt(BaseModel):
    """What every receipt says.

    Attributes:
        source: Where the figures come from.
        is_synthetic: True for the generated sample.
    """

    # No field is taken for a method of pydantic's because it is about a model.
    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    source: str = Field(min_length=1)
    is_synthetic: bool


class IngestedTable(BaseModel):
    """A file that was read and accepted.

    Attributes:
        table_name: File stem of the VitiBrasil table.
        vintage_id: Hash of its content.
        landing_id: Hash of bytes, address and declared date of publication.
        raw_sha256: The file's bytes in the raw store.
        address: Path or address without credentials.
        last_year: Last year that has a column.
        cells: Observations of the vintage.
        repairs: What the reader put right, as text.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    table_name: str = Field(min_length=1)
    vintage_id: str = Field(pattern=ID)
    landing_id: str = Field(pattern=ID)
    raw_sha256: str = Field(pattern=SHA256)
    address: str
    last_year: int = Field(ge=FIRST_YEAR, le=LAST_YEAR)
    cells: int = Field(ge=1)
    repairs: tuple[str, ...]


class RefusedTable(BaseModel):
    """A file that was not accepted; its table keeps the vintage it had.

    Attributes:
        table_name: File stem of the VitiBrasil table.
        address: Path or address without credentials.
        raw_sha256: The file's bytes in the raw store.
        reason: Why it was refused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    table_name: str = Field(min_length=1)
    address: str
    raw_sha256: str = Field(pattern=SHA256)
    reason: str = Field(min_length=1)


class NotFetchedTable(BaseModel):
    """A table that did not come; it keeps the vintage it had.

    Attributes:
        table_name: File stem of the VitiBrasil table.
        landing_id: Under which the findings have the reasons.
        address: Path or address without credentials.
        reason: The first reason.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    table_name: str = Field(min_length=1)
    landing_id: str = Field(pattern=ID)
    address: str
    reason: str = Field(min_length=1)


class IngestionReceipt(Receipt):
    """What a run of ingestion took in.

    Attributes:
        source_url: Folder or address of the source.
        raw_files: How many landings the manifest has of this run.
        tables: The files that were accepted.
        refused: The files that were not.
        not_fetched: The tables that did not come.
    """

    source_url: str
    raw_files: int = Field(ge=0)
    tables: tuple[IngestedTable, ...]
    refused: tuple[RefusedTable, ...]
    not_fetched: tuple[NotFetchedTable, ...]


class FeatureReceipt(Receipt):
    """Which panel is current.

    Attributes:
        snapshot_id: Snapshot that it was built from.
        last_years: Table -> last year that has figures.
        series: How many series the panel has.
        leaf_series: How many of them are leaves.
        panel_sha256: Hash of the panel's values.
    """

    snapshot_id: str = Field(pattern=ID)
    last_years: dict[str, int] = Field(min_length=1)
    series: int = Field(ge=1)
    leaf_series: int = Field(ge=1)
    panel_sha256: str = Field(pattern=SHA256)


class ModelReceipt(Receipt):
    """Which model is in use: it is champion, and its backtests are in the lake.

    Attributes:
        model_key: Hash of panel, parameters and code.
        snapshot_id: Snapshot that it was trained on.
        target_year: Year up to which every series is forecast.
        panel_sha256: Hash of the panel's values.
        params_sha256: Hash of the parameters.
        code_sha256: Hash of the forecaster's code and of the libraries under it.
    """

    model_key: str = Field(pattern=ID)
    snapshot_id: str = Field(pattern=ID)
    target_year: int = Field(ge=FIRST_YEAR, le=LAST_YEAR)
    panel_sha256: str = Field(pattern=SHA256)
    params_sha256: str = Field(pattern=SHA256)
    code_sha256: str = Field(pattern=SHA256)


class ForecastReceipt(Receipt):
    """Which forecasts are current.

    Attributes:
        model_key: The champion that made them.
        snapshot_id: Snapshot that they continue.
        trained_on: Snapshot that the champion was trained on.
        target_year: Year up to which every series is forecast.
        panel_sha256: Hash of the values of the panel that they continue.
        is_updated: True if that is not the panel that the champion was trained on: it took the newer figures.
        is_other_code: True if the forecaster that was installed is not the one that made the champion.
    """

    model_key: str = Field(pattern=ID)
    snapshot_id: str = Field(pattern=ID)
    trained_on: str = Field(pattern=ID)
    target_year: int = Field(ge=FIRST_YEAR, le=LAST_YEAR)
    panel_sha256: str = Field(pattern=SHA256)
    is_updated: bool
    is_other_code: bool
