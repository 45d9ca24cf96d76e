"""The figures as they were published: one row for each cell of a VitiBrasil table."""

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from viticast.contracts.columns import FIRST_YEAR, LAST_YEAR, MARKS, SOURCES, UNITS, Table


class Observations(Table):
    """Cells of the tables, every vintage: a value or a mark, and where it stands in which file."""

    table_name: Series[str] = pa.Field(description="File stem of the VitiBrasil table, e.g. Producao")
    vintage_id: Series[str] = pa.Field(str_matches=r"^[0-9a-f]{16}$", description="Hash of the table's content")
    source: Series[str] = pa.Field(isin=SOURCES, description="Where the figures come from")
    is_synthetic: Series[bool] = pa.Field(description="True for the generated sample")
    row_number: Series[int] = pa.Field(ge=1, description="Line of the file, the first line being 1")
    column_number: Series[int] = pa.Field(ge=1, description="Column of the file, the first column being 1")
    group_label: Series[str] = pa.Field(nullable=True, description="Category above the row, cleaned")
    item_label: Series[str] = pa.Field(description="Product, cultivar or country as the source spells it")
    item: Series[str] = pa.Field(
        str_length={"min_value": 1}, description="item_label without blanks and footnote marks"
    )
    row_kind: Series[str] = pa.Field(isin=("leaf", "total"), description="A total is a category's published sum")
    measure: Series[str] = pa.Field(isin=("quantity", "value"))
    unit: Series[str] = pa.Field(isin=UNITS, description="L, kg or USD")
    year: Series[int] = pa.Field(ge=FIRST_YEAR, le=LAST_YEAR)
    value: Series[float] = pa.Field(ge=0, nullable=True, description="In unit; null where there is a mark")
    mark: Series[str] = pa.Field(isin=MARKS, nullable=True, description="Why there is no value")
    raw_sha256: Series[str] = pa.Field(
        str_matches=r"^[0-9a-f]{64}$", description="The file whose rows and columns are meant, in data/01_raw"
    )

    @pa.dataframe_check(error="a cell is a value or a mark, never both and never neither")
    def value_or_mark(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """Exactly one of value and mark is null."""
        return frame["value"].isna() != frame["mark"].isna()

    @pa.dataframe_check(error="one cell of a file stands once")
    def one_row_per_cell(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """(table, vintage, row, column) is the key."""
        return ~frame.duplicated(["table_name", "vintage_id", "row_number", "column_number"], keep=False)

    @pa.dataframe_check(error="a row has one figure for each measure and year")
    def one_figure_per_year(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """(table, vintage, row, measure, year) is a key too."""
        return ~frame.duplicated(["table_name", "vintage_id", "row_number", "measure", "year"], keep=False)

    @pa.dataframe_check(error="a quantity is in L or kg and a value is in USD")
    def unit_fits_measure(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """US$ is the unit of a value, and only of a value."""
        return (frame["measure"] == "value") == (frame["unit"] == "USD")
