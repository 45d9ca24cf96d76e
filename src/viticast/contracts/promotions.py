"""The verdicts of the gate: one row for each model, and the champion that it was judged against."""

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from viticast.contracts.columns import SOURCES, Table

PROMOTIONS = ("promote", "keep", "refuse")
"""The model becomes champion; the champion stays; the champion stays because the model is worse."""

MODES = ("never", "gate", "force")
"""What a run asks for: no new champion, what the gate says, the new model whatever the gate says."""

NONE = "none"
"""Where a champion would be named and there was none."""

RULES = (
    "first_model",
    "alias_gone",
    "no_backtests",
    "no_common_window",
    "loses_to_naive",
    "coverage",
    "worse",
    "table_worse",
    "better",
    "not_better",
    "not_worse_but_newer",
    "newer_but_worse",
)
"""What the gate's own verdict rests on."""

WITHOUT_NUMBERS = ("first_model", "alias_gone", "no_backtests", "no_common_window")


class Promotions(Table):
    """One row for each model and the champion that it was judged against; numbers are null where none was compared.

    Ratios are the model's loss over the champion's, or over naive's: below one the model is better. A champion that had
    no loss gives an infinite one.
    """

    snapshot_id: Series[str] = pa.Field(str_matches=r"^[0-9a-f]{16}$", description="That the model was trained on")
    model_key: Series[str] = pa.Field(str_matches=r"^[0-9a-f]{16}$")
    champion_key: Series[str] = pa.Field(str_matches=rf"^([0-9a-f]{{16}}|{NONE})$", description="none: there was none")
    source: Series[str] = pa.Field(isin=SOURCES)
    is_synthetic: Series[bool] = pa.Field()
    champion_version: Series[str] = pa.Field(str_matches=rf"^([0-9]+|{NONE})$", description="In the registry")
    verdict: Series[str] = pa.Field(isin=PROMOTIONS)
    mode: Series[str] = pa.Field(isin=MODES, description="What the run asked for")
    gate_verdict: Series[str] = pa.Field(isin=PROMOTIONS, description="What the gate says by itself")
    rule: Series[str] = pa.Field(isin=RULES, description="What the gate's own verdict rests on")
    reason: Series[str] = pa.Field(str_length={"min_value": 1}, description="The numbers in words")
    is_same_figures: Series[bool] = pa.Field(description="Both were fitted on one panel")
    is_same_code: Series[bool] = pa.Field(description="Both were made by one forecaster")
    series: Series[int] = pa.Field(ge=0, description="Leaf series that were compared")
    series_origins: Series[int] = pa.Field(ge=0, description="Series and origins that were compared")
    left_out_series: Series[int] = pa.Field(ge=0, description="Leaf series that only one of both has")
    capped_mase_ratio: Series[float] = pa.Field(ge=0, nullable=True)
    capped_mase_ratio_low: Series[float] = pa.Field(ge=0, nullable=True, description="Of its 95 % interval")
    capped_mase_ratio_high: Series[float] = pa.Field(ge=0, nullable=True)
    wape_ratio: Series[float] = pa.Field(ge=0, nullable=True)
    capped_mase_against_naive: Series[float] = pa.Field(ge=0, nullable=True)
    wape_against_naive: Series[float] = pa.Field(ge=0, nullable=True)
    coverage80: Series[float] = pa.Field(ge=0, le=1, nullable=True)
    coverage95: Series[float] = pa.Field(ge=0, le=1, nullable=True)
    champion_coverage80: Series[float] = pa.Field(ge=0, le=1, nullable=True)
    champion_coverage95: Series[float] = pa.Field(ge=0, le=1, nullable=True)
    worst_table: Series[str] = pa.Field(nullable=True, description="Table and unit; null where none has enough series")
    worst_table_ratio: Series[float] = pa.Field(ge=0, nullable=True, description="Of the capped MASE")

    @pa.dataframe_check(error="a model is judged against a champion once")
    def one_row_per_pair(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """(snapshot_id, model_key, champion_key) is the key."""
        return ~frame.duplicated(["snapshot_id", "model_key", "champion_key"], keep=False)

    @pa.dataframe_check(error="no model is judged against itself")
    def two_models(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """model_key and champion_key differ."""
        return frame["model_key"] != frame["champion_key"]

    @pa.dataframe_check(error="the verdict is the gate's, unless the run forbade or forced a new champion")
    def mode_decides(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """`never` keeps, `force` promotes."""
        return frame["verdict"] == frame["gate_verdict"].where(
            frame["mode"] == "gate", frame["mode"].map({"never": "keep", "force": "promote"})
        )

    @pa.dataframe_check(error="the interval of the ratio has both ends in their order, unless nothing was compared")
    def interval_is_there(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """A verdict that rests on numbers has them."""
        low, high = frame["capped_mase_ratio_low"], frame["capped_mase_ratio_high"]
        nothing = frame["rule"].isin(WITHOUT_NUMBERS) & frame["capped_mase_ratio"].isna()
        return (low <= high) | (nothing & low.isna() & high.isna())
