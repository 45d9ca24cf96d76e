"""What became of earlier forecasts: each beside the figure that came since."""

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from viticast.contracts.columns import FIRST_YEAR, LAST_YEAR, LEVELS, SERIES_CLASSES, SOURCES, Table
from viticast.contracts.panel import SERIES_ID

LARGEST_SCORE = 1000.0
"""A score beyond it says no more: the interval had next to no width."""


class Scores(Table):
    """One row for each forecast of an earlier snapshot, series and year whose figure is published by now.

    The stamp is that of the snapshot with the figures and of the model in use; `forecast_snapshot_id` and
    `forecast_model_key` name the forecast that is scored.
    """

    snapshot_id: Series[str] = pa.Field(str_matches=r"^[0-9a-f]{16}$")
    model_key: Series[str] = pa.Field(str_matches=r"^[0-9a-f]{16}$")
    source: Series[str] = pa.Field(isin=SOURCES)
    is_synthetic: Series[bool] = pa.Field()
    forecast_snapshot_id: Series[str] = pa.Field(str_matches=r"^[0-9a-f]{16}$")
    forecast_model_key: Series[str] = pa.Field(str_matches=r"^[0-9a-f]{16}$")
    series_id: Series[str] = pa.Field(str_matches=SERIES_ID)
    table_name: Series[str] = pa.Field(nullable=True, description="Null for a flow of several tables")
    level: Series[str] = pa.Field(isin=LEVELS)
    year: Series[int] = pa.Field(ge=FIRST_YEAR, le=LAST_YEAR)
    horizon: Series[int] = pa.Field(ge=1)
    series_class: Series[str] = pa.Field(isin=SERIES_CLASSES, description="At the origin of the forecast")
    y: Series[float] = pa.Field(ge=0, description="The figure of the snapshot")
    yhat: Series[float] = pa.Field(ge=0)
    lo80: Series[float] = pa.Field(ge=0)
    hi80: Series[float] = pa.Field(ge=0)
    lo95: Series[float] = pa.Field(ge=0)
    hi95: Series[float] = pa.Field(ge=0)
    naive: Series[float] = pa.Field(ge=0, nullable=True, description="Last figure up to the origin, as known today")
    scale: Series[float] = pa.Field(
        ge=0,
        nullable=True,
        description="Mean absolute one-year change up to the origin, from the first value that is not zero",
    )
    score: Series[float] = pa.Field(
        ge=-LARGEST_SCORE,
        le=LARGEST_SCORE,
        description="y - yhat over the larger of scale and the half of the 95 % interval on that side",
    )
    p_value: Series[float] = pa.Field(
        gt=0,
        le=1,
        nullable=True,
        description="Share of the backtest's scores of the same class and horizon that are as far from zero",
    )

    @pa.dataframe_check(error="a forecast is of another snapshot than the figures")
    def forecast_is_earlier(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """No snapshot is scored against itself."""
        return frame["forecast_snapshot_id"] != frame["snapshot_id"]

    @pa.dataframe_check(error="lo95 <= lo80 <= yhat <= hi80 <= hi95")
    def intervals_nest(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """The wider interval holds the narrower one, and both hold the forecast."""
        bounds = frame[["lo95", "lo80", "yhat", "hi80", "hi95"]].to_numpy()
        return pd.Series((np.diff(bounds, axis=1) >= 0).all(axis=1), index=frame.index)

    @pa.dataframe_check(error="score has the sign of y - yhat")
    def score_tells_the_side(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """Above zero: more came than was forecast."""
        error = frame["y"] - frame["yhat"]
        return (frame["score"] > 0).eq(error > 0) & (frame["score"] < 0).eq(error < 0)

    @pa.dataframe_check(error="a forecast of a series and year is scored once")
    def one_score_per_forecast(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """(snapshot_id, model_key, forecast_snapshot_id, forecast_model_key, series_id, year) is the key."""
        key = ["snapshot_id", "model_key", "forecast_snapshot_id", "forecast_model_key", "series_id", "year"]
        return ~frame.duplicated(key, keep=False)
