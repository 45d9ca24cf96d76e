"""Which series a label of a source belongs to."""

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from viticast.contracts.columns import ITEM_KINDS, SOURCES, UNITS, Table
from viticast.contracts.panel import SERIES_ID


class Crosswalk(Table):
    """One row for each label of a source and unit: appended when the label is first seen, never changed."""

    source: Series[str] = pa.Field(isin=SOURCES)
    batch_id: Series[str] = pa.Field(
        str_matches=r"^[0-9]{6}-[0-9a-f]{16}$", description="Number and content hash of the rows added together"
    )
    table_name: Series[str] = pa.Field()
    group_key: Series[str] = pa.Field(description="Folded category, empty where there is none")
    item_key: Series[str] = pa.Field(str_length={"min_value": 1}, description="Folded label")
    unit: Series[str] = pa.Field(isin=UNITS)
    series_id: Series[str] = pa.Field(str_matches=SERIES_ID)
    item_kind: Series[str] = pa.Field(isin=ITEM_KINDS)
    first_vintage_id: Series[str] = pa.Field(
        str_matches=r"^[0-9a-f]{16}$", description="Vintage in which the label was first met by this lake"
    )

    @pa.dataframe_check(error="rows of one batch name a label once")
    def one_row_per_label(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """(source, batch, table, group, item, unit) is the key: two writers may add one label, in a batch each."""
        return ~frame.duplicated(["source", "batch_id", "table_name", "group_key", "item_key", "unit"], keep=False)
