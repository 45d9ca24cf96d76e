"""What is modelled: the series of a snapshot, their hierarchy and their annual values."""

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from viticast.contracts.columns import FIRST_YEAR, FLOWS, LAST_YEAR, LEVELS, MARKS, SOURCES, UNITS, Table

SERIES_ID = r"^[a-z0-9_]+(/[a-z0-9_]+)*$"
"""A path from the flow down: the parent of a/b/c is a/b."""


class SeriesDimension(Table):
    """One row for each series of a snapshot: leaves, groups, tables and flows.

    `series_id` is a path: `exportacao_kg/exp_vinho/paraguai` lies under `exportacao_kg/exp_vinho`, and that under
    `exportacao_kg`. Kilograms, litres and US$ never share a tree.
    """

    snapshot_id: Series[str] = pa.Field(str_matches=r"^[0-9a-f]{16}$")
    source: Series[str] = pa.Field(isin=SOURCES)
    is_synthetic: Series[bool] = pa.Field()
    series_id: Series[str] = pa.Field(str_matches=SERIES_ID, unique=True)
    parent_id: Series[str] = pa.Field(nullable=True, description="Null for a flow")
    level: Series[str] = pa.Field(isin=LEVELS)
    flow: Series[str] = pa.Field(isin=FLOWS)
    table_name: Series[str] = pa.Field(nullable=True, description="Null for a flow of several tables")
    group_label: Series[str] = pa.Field(nullable=True)
    item: Series[str] = pa.Field(nullable=True, description="Null above the leaves")
    item_kind: Series[str] = pa.Field(
        isin=("product", "cultivar", "country", "pseudo_country"), nullable=True, description="Null above the leaves"
    )
    label: Series[str] = pa.Field(description="What a reader sees, in Portuguese")
    unit: Series[str] = pa.Field(isin=UNITS)
    attribution: Series[str] = pa.Field(description="The 'Fonte' that must stand under a picture of the figures")

    @pa.dataframe_check(error="every parent is a series of the same snapshot")
    def parents_exist(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """parent_id points into series_id."""
        return frame["parent_id"].isna() | frame["parent_id"].isin(frame["series_id"])


class Panel(Table):
    """One row for each series and year: a value, or a mark that says why there is none."""

    snapshot_id: Series[str] = pa.Field(str_matches=r"^[0-9a-f]{16}$")
    source: Series[str] = pa.Field(isin=SOURCES)
    is_synthetic: Series[bool] = pa.Field()
    series_id: Series[str] = pa.Field(str_matches=SERIES_ID)
    year: Series[int] = pa.Field(ge=FIRST_YEAR, le=LAST_YEAR)
    value: Series[float] = pa.Field(ge=0, nullable=True, description="In the unit of the series")
    mark: Series[str] = pa.Field(
        isin=(*MARKS, "corrected", "incomplete"),
        nullable=True,
        description="corrected: a declared correction removed the value; incomplete: a leaf of the sum is missing",
    )
    correction_id: Series[str] = pa.Field(nullable=True, description="The declared correction that touched the cell")

    @pa.dataframe_check(error="a cell is a value or a mark, never both and never neither")
    def value_or_mark(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """Exactly one of value and mark is null."""
        return frame["value"].isna() != frame["mark"].isna()

    @pa.dataframe_check(error="a series has one value for each year")
    def one_value_per_year(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """(series_id, year) is the key."""
        return ~frame.duplicated(["snapshot_id", "series_id", "year"], keep=False)


class CorrectionsApplied(Table):
    """What the declared corrections and aliases did to a snapshot.

    A stale correction did nothing and asks to be looked at; an overlapping alias joined labels that have figures in the
    same year, and does too.
    """

    snapshot_id: Series[str] = pa.Field(str_matches=r"^[0-9a-f]{16}$")
    correction_id: Series[str] = pa.Field(unique=True)
    table_name: Series[str] = pa.Field()
    action: Series[str] = pa.Field(isin=("permute", "missing", "undetailed", "alias"))
    status: Series[str] = pa.Field(isin=("applied", "stale", "overlapping", "not_applicable"))
    cells: Series[int] = pa.Field(ge=0, description="How many cells changed")
    reason: Series[str] = pa.Field()
    detail: Series[str] = pa.Field(nullable=True, description="For a stale one: what the guard expected and found")
