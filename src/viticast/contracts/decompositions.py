"""What the totals are made of, and how well that describes them."""

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from viticast.contracts.columns import FIRST_YEAR, LAST_YEAR, Table
from viticast.contracts.panel import SERIES_ID

FITS = ("converged", "not_converged", "failed", "too_short", "constant")
"""How the fit of a series ended; `forecasting.decomposition` has the same words."""

ROUNDING = 1e-9
"""A sum of components may differ from the figure by so much of the larger of both."""

SHARES = ["level_share", "trend_share", "irregular_share"]


class Components(Table):
    """One row for each total and year, in the unit of the series: value = level + irregular."""

    series_id: Series[str] = pa.Field(str_matches=SERIES_ID)
    year: Series[int] = pa.Field(ge=FIRST_YEAR, le=LAST_YEAR)
    value: Series[float] = pa.Field(ge=0, nullable=True, description="The figure; null where there is none")
    level: Series[float] = pa.Field(description="What lasts beyond the year")
    trend: Series[float] = pa.Field(description="Change of the level from this year to the next, as it is expected")
    irregular: Series[float] = pa.Field(nullable=True, description="What passes within the year; null without a figure")

    @pa.dataframe_check(error="value = level + irregular, both null together")
    def components_add_up(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """The decomposition leaves nothing out."""
        rest = (frame["value"] - frame["level"] - frame["irregular"]).abs()
        size = frame[["value", "level"]].abs().max(axis=1)
        neither = frame["value"].isna() & frame["irregular"].isna()
        return neither | (rest <= ROUNDING * size)

    @pa.dataframe_check(error="a total has a year once")
    def one_row_per_year(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """(series_id, year) is the key."""
        return ~frame.duplicated(["series_id", "year"], keep=False)


class Diagnostics(Table):
    """One row for each total; shares and p-values are null where no model was fitted or a test says nothing."""

    series_id: Series[str] = pa.Field(str_matches=SERIES_ID, unique=True)
    status: Series[str] = pa.Field(isin=FITS, description="How the fit ended")
    first_year: Series[int] = pa.Field(ge=FIRST_YEAR, le=LAST_YEAR)
    last_year: Series[int] = pa.Field(ge=FIRST_YEAR, le=LAST_YEAR)
    years: Series[int] = pa.Field(ge=1, description="Years with a figure")
    ljung_box_lags: Series[int] = pa.Field(ge=1, description="Years over which autocorrelation is tested, together")
    level_share: Series[float] = pa.Field(
        ge=0, le=1, nullable=True, description="Of the shocks of the level in the sum of the three variances"
    )
    trend_share: Series[float] = pa.Field(ge=0, le=1, nullable=True, description="Of those of the yearly change")
    irregular_share: Series[float] = pa.Field(ge=0, le=1, nullable=True, description="Of what passes within the year")
    ljung_box_p: Series[float] = pa.Field(ge=0, le=1, nullable=True, description="No autocorrelation")
    jarque_bera_p: Series[float] = pa.Field(ge=0, le=1, nullable=True, description="Normal errors")
    heteroskedasticity_p: Series[float] = pa.Field(ge=0, le=1, nullable=True, description="Errors of one variance")

    @pa.dataframe_check(error="years with a figure lie between the first and the last")
    def years_fit(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """1 <= years <= last_year - first_year + 1."""
        return frame["years"] <= frame["last_year"] - frame["first_year"] + 1

    @pa.dataframe_check(error="a total that was fitted has shares that sum to one, any other has none")
    def shares_sum_to_one(cls, frame: pd.DataFrame) -> "pd.Series[bool]":
        """Whether a model was fitted is told by the status."""
        is_fitted = frame["status"].isin(["converged", "not_converged"])
        sums_to_one = (frame[SHARES].sum(axis=1) - 1).abs() < 1e-6
        return (is_fitted & sums_to_one) | (~is_fitted & frame[SHARES].isna().all(axis=1))
