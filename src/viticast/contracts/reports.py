"""Tables that runs write beside the lake: what the catalog showed, and how every method did in the backtest."""

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from viticast.contracts.columns import SERIES_CLASSES, Table
from viticast.contracts.panel import SERIES_ID

SHARES = r"^\{.*\}$"

BASES = ("only_recipe", "too_little_past", "past")
"""Why shares are what they are; `forecasting.weighing` has the same words."""


class CatalogRecord(Table):
    """One row for each column of each table that cataloging found and checked."""

    table_name: Series[str] = pa.Field()
    column_name: Series[str] = pa.Field()
    engine_type: Series[str] = pa.Field(description="As the query engine names it")
    is_partition: Series[bool] = pa.Field()
    partitions: Series[int] = pa.Field(ge=1)
    rows: Series[int] = pa.Field(ge=1, description="Rows of the whole table")

    @pa.dataframe_check(error="a table has a column once")
    def one_row_per_column(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """(table, column) is the key."""
        return ~frame.duplicated(["table_name", "column_name"], keep=False)


class Accuracy(Table):
    """Losses of each method over a part of the backtest; null where a loss is not defined for it."""

    breakdown: Series[str] = pa.Field(isin=("overall", "series_class", "horizon", "flow_unit", "table", "level"))
    group: Series[str] = pa.Field(description="The part: a class, a horizon, a flow and unit, a table, a level, or all")
    method: Series[str] = pa.Field()
    n: Series[int] = pa.Field(ge=1, description="Forecasts that were scored")
    series_origins: Series[int] = pa.Field(ge=1)
    capped_mase: Series[float] = pa.Field(ge=0, nullable=True)
    wape: Series[float] = pa.Field(ge=0, nullable=True)
    smape: Series[float] = pa.Field(ge=0, le=200, nullable=True)
    owa: Series[float] = pa.Field(ge=0, nullable=True)
    rmse: Series[float] = pa.Field(ge=0, nullable=True, description="Within one unit only")
    mae: Series[float] = pa.Field(ge=0, nullable=True, description="Within one unit only")
    rmsse: Series[float] = pa.Field(ge=0, nullable=True)
    coverage80: Series[float] = pa.Field(ge=0, le=1, nullable=True)
    coverage95: Series[float] = pa.Field(ge=0, le=1, nullable=True)
    msis80: Series[float] = pa.Field(ge=0, nullable=True)
    msis95: Series[float] = pa.Field(ge=0, nullable=True)
    wql: Series[float] = pa.Field(ge=0, nullable=True)

    @pa.dataframe_check(error="a method is scored once on each part")
    def one_row_per_part(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """(breakdown, group, method) is the key."""
        return ~frame.duplicated(["breakdown", "group", "method"], keep=False)


class Explanations(Table):
    """One row for each series: which members, with which shares, make its forecast, and why."""

    series_id: Series[str] = pa.Field(str_matches=SERIES_ID, unique=True)
    series_class: Series[str] = pa.Field(isin=SERIES_CLASSES, description="At the last year that is known")
    members: Series[str] = pa.Field(
        str_matches=SHARES, description="Shares of members and learners as JSON, the largest first; {} is a zero"
    )
    recipes: Series[str] = pa.Field(str_matches=SHARES, description="The recipes that the shares come from, as JSON")
    basis: Series[str] = pa.Field(
        isin=BASES, description="The class has one recipe; its default stands; or its past weighed its recipes"
    )
    class_past: Series[int] = pa.Field(ge=0, description="Past series-origins of the class")
    tree_past: Series[int] = pa.Field(ge=0, description="Those of them that lie in the tree of the series")
    best_recipe: Series[str] = pa.Field(str_length={"min_value": 1}, description="That with the least loss there")
    default_recipe: Series[str] = pa.Field(str_length={"min_value": 1})
    saved_percent: Series[float] = pa.Field(
        ge=0, le=100, description="How much less loss the best had than the default, in per cent of that"
    )
    is_scaled_to_parent: Series[bool] = pa.Field(description="Whether the blend was then moved to add up")

    @pa.dataframe_check(error="the past of a tree is part of that of its class")
    def tree_is_part_of_class(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """tree_past <= class_past."""
        return frame["tree_past"] <= frame["class_past"]
