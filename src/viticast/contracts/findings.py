"""What was found while files were read and compared: every figure that was not taken as it stood is here."""

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from viticast.contracts.columns import OUTCOMES, SOURCES, Table


class Findings(Table):
    """One row for each landing of a file with its outcome, and one for each thing found in it.

    `table_accepted`, `table_refused` and `table_not_fetched` are the outcome of the file. `cell_quarantined` and
    `row_quarantined` are figures that could not be read and were set aside: nothing is dropped without a row here.
    `watch` is readable but unlikely; `refusal` is a reason for which the file was refused, and `failure` one for which
    there is no file.
    """

    table_name: Series[str] = pa.Field()
    raw_sha256: Series[str] = pa.Field(
        str_matches=r"^([0-9a-f]{64}|none)$", description="The file's bytes in data/01_raw; 'none' where none came"
    )
    landing_id: Series[str] = pa.Field(
        str_matches=r"^[0-9a-f]{16}$", description="Hash of bytes, address and declared date of publication"
    )
    source: Series[str] = pa.Field(isin=SOURCES)
    is_synthetic: Series[bool] = pa.Field()
    address: Series[str] = pa.Field(description="Path or address without credentials")
    outcome: Series[str] = pa.Field(isin=OUTCOMES)
    rule: Series[str] = pa.Field(description="Name of the rule or of the error")
    row_number: Series[int] = pa.Field(ge=0, description="Line of the file; 0 for the whole file")
    column_number: Series[int] = pa.Field(ge=0, description="Column of the file; 0 for the whole line")
    column_label: Series[str] = pa.Field(nullable=True, description="What stands in the column, e.g. '2019 kg'")
    found: Series[str] = pa.Field(nullable=True, description="The text or number that was found")
    reason: Series[str] = pa.Field(description="What is wrong, or how the file did")
    remedy: Series[str] = pa.Field(nullable=True, description="What to do; null where nothing is to be done")

    @pa.dataframe_check(error="a file has one outcome each time it lands")
    def one_outcome_per_landing(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """(table, file, landing) has one row whose outcome begins with `table_`."""
        outcomes = frame["outcome"].str.startswith("table_")
        keys = [frame["table_name"], frame["raw_sha256"], frame["landing_id"]]
        return outcomes.groupby(keys).transform("sum") == 1

    @pa.dataframe_check(error="whatever was not accepted says what to do")
    def remedies(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """Only an accepted file needs no remedy."""
        return frame["remedy"].notna() | (frame["outcome"] == "table_accepted")
