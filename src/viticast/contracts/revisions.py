"""What changed from one snapshot to the next."""

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from viticast.contracts.columns import FIRST_YEAR, LAST_YEAR, REVISIONS, SOURCES, UNITS, Table


class Revisions(Table):
    """One row for each table that was compared, and one for each thing that changed in it.

    A row of kind `compared` (or `first_vintage`, where there is nothing to compare with) stands for the table; its
    `cells` are the ones that both vintages have. The other kinds: `value_changed`, `mark_filled` (a mark gave way to
    a value), `value_gone` (a value gave way to a mark), `row_new`, `row_gone`, `label_renamed`. Figures of years that
    the older vintage did not reach are news, not revisions, and are not listed.
    """

    snapshot_id: Series[str] = pa.Field(str_matches=r"^[0-9a-f]{16}$", description="The newer snapshot")
    source: Series[str] = pa.Field(isin=SOURCES)
    is_synthetic: Series[bool] = pa.Field()
    table_name: Series[str] = pa.Field()
    old_vintage_id: Series[str] = pa.Field(str_matches=r"^[0-9a-f]{16}$", nullable=True)
    new_vintage_id: Series[str] = pa.Field(str_matches=r"^[0-9a-f]{16}$")
    kind: Series[str] = pa.Field(isin=REVISIONS)
    row_kind: Series[str] = pa.Field(isin=("leaf", "total"), nullable=True, description="Null for the whole table")
    group_label: Series[str] = pa.Field(nullable=True)
    item: Series[str] = pa.Field(
        nullable=True, description="As the newer vintage spells it, or the older if it is gone"
    )
    old_item: Series[str] = pa.Field(nullable=True, description="As the older vintage spelt it; null for a new row")
    unit: Series[str] = pa.Field(isin=UNITS, nullable=True)
    year: Series[int] = pa.Field(description="0 where the row is about no single year")
    old_value: Series[float] = pa.Field(ge=0, nullable=True)
    new_value: Series[float] = pa.Field(ge=0, nullable=True)
    old_mark: Series[str] = pa.Field(nullable=True)
    new_mark: Series[str] = pa.Field(nullable=True)
    cells: Series[int] = pa.Field(ge=0, description="Cells that the row stands for")

    @pa.dataframe_check(error="every table has one row that says what it was compared with")
    def one_comparison_per_table(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """(snapshot, table) has one row `compared` or `first_vintage`."""
        whole = frame["kind"].isin(["compared", "first_vintage"])
        return whole.groupby([frame["snapshot_id"], frame["table_name"]]).transform("sum") == 1

    @pa.dataframe_check(error="a revised cell has a year, anything else has none")
    def cells_have_years(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """value_changed, mark_filled and value_gone are about one cell."""
        is_cell = frame["kind"].isin(["value_changed", "mark_filled", "value_gone"])
        return is_cell == frame["year"].between(FIRST_YEAR, LAST_YEAR)
