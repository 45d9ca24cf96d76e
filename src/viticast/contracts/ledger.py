"""How many rows, series and units each stage handed to the next: what comes in must come out."""

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from viticast.contracts.columns import SOURCES, STAGES, UNITS, Table


class Ledger(Table):
    """One row for each table, unit and stage of a snapshot.

    Stages: `observations` (what ingestion wrote), `snapshot` (what the query gave), `corrected` (after the declared
    corrections), `panel` (leaves under their series).
    """

    snapshot_id: Series[str] = pa.Field(str_matches=r"^[0-9a-f]{16}$")
    source: Series[str] = pa.Field(isin=SOURCES)
    is_synthetic: Series[bool] = pa.Field()
    table_name: Series[str] = pa.Field()
    unit: Series[str] = pa.Field(isin=UNITS)
    stage: Series[str] = pa.Field(isin=STAGES)
    rows: Series[int] = pa.Field(ge=1, description="Leaf rows; series in the stage `panel`")
    cells: Series[int] = pa.Field(ge=1, description="Leaf cells")
    known: Series[int] = pa.Field(ge=0, description="Leaf cells that have a value")
    total: Series[float] = pa.Field(ge=0, description="Sum of the values, in unit")
    explained: Series[float] = pa.Field(
        description="How much of the difference to the stage before is declared: corrections, or labels without a value"
    )

    @pa.dataframe_check(error="a table and unit pass each stage once")
    def one_row_per_stage(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """(snapshot, table, unit, stage) is the key."""
        return ~frame.duplicated(["snapshot_id", "table_name", "unit", "stage"], keep=False)


class ForecastLedger(Table):
    """One row for each table and unit of a model's forecasts, the last stage: what is known must be forecast.

    Sums above the tables have the table name `(sums)`.
    """

    snapshot_id: Series[str] = pa.Field(str_matches=r"^[0-9a-f]{16}$")
    model_key: Series[str] = pa.Field(str_matches=r"^[0-9a-f]{16}$")
    source: Series[str] = pa.Field(isin=SOURCES)
    is_synthetic: Series[bool] = pa.Field()
    table_name: Series[str] = pa.Field()
    unit: Series[str] = pa.Field(isin=UNITS)
    stage: Series[str] = pa.Field(eq="forecasts")
    rows: Series[int] = pa.Field(ge=1, description="Series that have all their forecasts")
    due_rows: Series[int] = pa.Field(ge=1, description="Series of the panel")
    cells: Series[int] = pa.Field(ge=0, description="Series and years that have a forecast")
    due_cells: Series[int] = pa.Field(ge=0, description="Series and years from the panel's last to the target year")
    total: Series[float] = pa.Field(ge=0, description="Sum of the leaves' point forecasts, in unit; 0 for sums")

    @pa.dataframe_check(error="a table and unit stand once")
    def one_row_per_table(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """(snapshot, model, table, unit) is the key."""
        return ~frame.duplicated(["snapshot_id", "model_key", "table_name", "unit"], keep=False)

    @pa.dataframe_check(error="every series of the panel is forecast up to the target year")
    def nothing_is_lost(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """As many series and years as are due."""
        return (frame["rows"] == frame["due_rows"]) & (frame["cells"] == frame["due_cells"])
