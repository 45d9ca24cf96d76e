"""What the models say: forecasts with intervals, and how the same method did in the past."""

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from viticast.contracts.columns import FIRST_YEAR, LAST_YEAR, SERIES_CLASSES, SOURCES, Table
from viticast.contracts.panel import SERIES_ID


class Forecasts(Table):
    """One row for each series and future year, in the unit of the series."""

    snapshot_id: Series[str] = pa.Field(str_matches=r"^[0-9a-f]{16}$")
    model_key: Series[str] = pa.Field(str_matches=r"^[0-9a-f]{16}$", description="Hash of panel, parameters and code")
    source: Series[str] = pa.Field(isin=SOURCES)
    is_synthetic: Series[bool] = pa.Field()
    series_id: Series[str] = pa.Field(str_matches=SERIES_ID)
    year: Series[int] = pa.Field(ge=FIRST_YEAR, le=LAST_YEAR)
    horizon: Series[int] = pa.Field(ge=1, description="Years after the table's last year")
    series_class: Series[str] = pa.Field(isin=SERIES_CLASSES, description="At the origin of the forecast")
    yhat: Series[float] = pa.Field(ge=0)
    lo80: Series[float] = pa.Field(ge=0)
    hi80: Series[float] = pa.Field(ge=0)
    lo95: Series[float] = pa.Field(ge=0)
    hi95: Series[float] = pa.Field(ge=0)

    @pa.dataframe_check(error="lo95 <= lo80 <= yhat <= hi80 <= hi95")
    def intervals_nest(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """The wider interval holds the narrower one, and both hold the forecast."""
        bounds = frame[["lo95", "lo80", "yhat", "hi80", "hi95"]].to_numpy()
        return pd.Series((np.diff(bounds, axis=1) >= 0).all(axis=1), index=frame.index)

    @pa.dataframe_check(error="a series has one forecast for each year")
    def one_forecast_per_year(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """(model_key, series_id, year) is the key."""
        return ~frame.duplicated(["model_key", "series_id", "year"], keep=False)


class Backtests(Table):
    """One row for each method, series, origin and horizon whose actual is known.

    `method` is `viticast` for the forecasts that are published, or the name of a method that is tracked, e.g. `naive`.
    Only the rows of `viticast` have intervals.
    """

    snapshot_id: Series[str] = pa.Field(str_matches=r"^[0-9a-f]{16}$")
    model_key: Series[str] = pa.Field(str_matches=r"^[0-9a-f]{16}$")
    source: Series[str] = pa.Field(isin=SOURCES)
    is_synthetic: Series[bool] = pa.Field()
    series_id: Series[str] = pa.Field(str_matches=SERIES_ID)
    method: Series[str] = pa.Field()
    origin: Series[int] = pa.Field(ge=FIRST_YEAR, le=LAST_YEAR, description="The last year the method could see")
    year: Series[int] = pa.Field(ge=FIRST_YEAR, le=LAST_YEAR)
    horizon: Series[int] = pa.Field(ge=1)
    series_class: Series[str] = pa.Field(isin=SERIES_CLASSES, description="From data up to the origin")
    y: Series[float] = pa.Field(ge=0)
    yhat: Series[float] = pa.Field(ge=0)
    lo80: Series[float] = pa.Field(ge=0, nullable=True)
    hi80: Series[float] = pa.Field(ge=0, nullable=True)
    lo95: Series[float] = pa.Field(ge=0, nullable=True)
    hi95: Series[float] = pa.Field(ge=0, nullable=True)
    scale: Series[float] = pa.Field(
        ge=0,
        nullable=True,
        description="Mean absolute one-year change since the first value that is not zero: the denominator of MASE",
    )
    scale_rms: Series[float] = pa.Field(
        ge=0, nullable=True, description="Root mean square of the same changes, the denominator of RMSSE"
    )

    @pa.dataframe_check(error="year = origin + horizon")
    def year_follows_origin(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """No method is scored on a year that it could see."""
        return frame["year"] == frame["origin"] + frame["horizon"]

    @pa.dataframe_check(error="a method forecasts a series once for each origin and horizon")
    def one_row_per_forecast(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """(model_key, method, series_id, origin, horizon) is the key."""
        return ~frame.duplicated(["model_key", "method", "series_id", "origin", "horizon"], keep=False)

    @pa.dataframe_check(error="the published method has intervals that nest")
    def intervals_nest(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """lo95 <= lo80 <= yhat <= hi80 <= hi95 for `viticast`; the others have none."""
        bounds = frame[["lo95", "lo80", "yhat", "hi80", "hi95"]].to_numpy()
        nests = pd.Series((np.diff(bounds, axis=1) >= 0).all(axis=1), index=frame.index)
        return nests | (frame["method"] != "viticast")
