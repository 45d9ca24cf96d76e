"""Which contents of which table were ever accepted, and from which files: the index of everything downstream."""

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from viticast.contracts.columns import FIRST_YEAR, LAST_YEAR, SOURCES, Table


class Vintages(Table):
    """One row for each landing of a vintage: a file, from one address, that was found to hold this content.

    The same content may land several times, as other bytes, from other addresses or under other dates of publication;
    it stays one vintage, and counts from each of its landings on.
    """

    table_name: Series[str] = pa.Field(description="File stem of the VitiBrasil table, e.g. Producao")
    vintage_id: Series[str] = pa.Field(str_matches=r"^[0-9a-f]{16}$", description="Hash of the table's content")
    landing_id: Series[str] = pa.Field(
        str_matches=r"^[0-9a-f]{16}$",
        description="Hash of bytes, address and declared date; of a return after another content, also of that one",
    )
    source: Series[str] = pa.Field(isin=SOURCES)
    is_synthetic: Series[bool] = pa.Field()
    raw_sha256: Series[str] = pa.Field(str_matches=r"^[0-9a-f]{64}$", description="The file's bytes in data/01_raw")
    address: Series[str] = pa.Field(description="Path or address without credentials")
    fetched_at: Series[pd.Timestamp] = pa.Field(description="When this landing was first fetched, UTC, no time zone")
    published_at: Series[pd.Timestamp] = pa.Field(description="UTC, no time zone")
    is_published_at_inferred: Series[bool] = pa.Field(description="True where published_at is read off the last year")
    last_year: Series[int] = pa.Field(ge=FIRST_YEAR, le=LAST_YEAR, description="Last year that has a column")
    file_lines: Series[int] = pa.Field(ge=1, description="Lines of the file that are not blank, the header included")
    rows: Series[int] = pa.Field(ge=1, description="Rows that were read")
    quarantined_rows: Series[int] = pa.Field(ge=0, description="Lines that were set aside")
    cells: Series[int] = pa.Field(ge=1, description="Observations of the vintage")
    quarantined_cells: Series[int] = pa.Field(ge=0, description="Cells with the mark 'unreadable'")

    @pa.dataframe_check(error="a content lands once from one address under one date")
    def one_row_per_landing(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """(table, vintage, landing) is the key."""
        return ~frame.duplicated(["table_name", "vintage_id", "landing_id"], keep=False)
