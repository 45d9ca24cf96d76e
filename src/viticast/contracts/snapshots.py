"""Which vintage of each table an as-of date sees."""

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from viticast.contracts.columns import FIRST_YEAR, LAST_YEAR, SOURCES, Table


class Snapshots(Table):
    """One row for each table of a snapshot. The id is a hash of the vintages, so equal figures are one snapshot."""

    snapshot_id: Series[str] = pa.Field(str_matches=r"^[0-9a-f]{16}$")
    source: Series[str] = pa.Field(isin=SOURCES)
    is_synthetic: Series[bool] = pa.Field()
    table_name: Series[str] = pa.Field(unique=True)
    vintage_id: Series[str] = pa.Field(str_matches=r"^[0-9a-f]{16}$")
    raw_sha256: Series[str] = pa.Field(str_matches=r"^[0-9a-f]{64}$")
    published_at: Series[pd.Timestamp] = pa.Field(description="UTC, no time zone")
    is_published_at_inferred: Series[bool] = pa.Field()
    last_year: Series[int] = pa.Field(ge=FIRST_YEAR, le=LAST_YEAR, description="Last year of the vintage")
    cells: Series[int] = pa.Field(ge=1, description="Observations of the vintage")
