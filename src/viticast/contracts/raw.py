"""The raw layer: where the bytes of each file came from."""

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from viticast.contracts.columns import SOURCES, Table


class RawManifest(Table):
    """One row for each landing of a file, whether it could be read or not."""

    table_name: Series[str] = pa.Field()
    raw_sha256: Series[str] = pa.Field(str_matches=r"^[0-9a-f]{64}$", description="Name of the file in 01_raw/files")
    landing_id: Series[str] = pa.Field(
        str_matches=r"^[0-9a-f]{16}$", description="Hash of bytes, address and declared date of publication"
    )
    source: Series[str] = pa.Field(isin=SOURCES)
    address: Series[str] = pa.Field(description="Path or address without credentials")
    fetched_at: Series[pd.Timestamp] = pa.Field(description="When this landing was first fetched, UTC, no time zone")
    declared_published_at: Series[pd.Timestamp] = pa.Field(nullable=True, description="Null where nobody declared it")
    status: Series[float] = pa.Field(nullable=True, description="HTTP status; null for a file")
    bytes: Series[int] = pa.Field(ge=0, description="Size of the file")

    @pa.dataframe_check(error="a file lands once from one address under one date")
    def one_row_per_landing(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """(table, hash, landing) is the key."""
        return ~frame.duplicated(["table_name", "raw_sha256", "landing_id"], keep=False)
