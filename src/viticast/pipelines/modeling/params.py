"""Parameters of the modeling pipeline."""

from pydantic import BaseModel, ConfigDict, Field


class ModelingParams(BaseModel):
    """How far is forecast, with which candidates, and how it is judged.

    Attributes:
        horizon: Years from the last year of the oldest table to the common target year; no series is forecast further
            ahead than the backtest looked.
        levels: Percent that the intervals are to cover.
        backtest_origins: How many last years stand as origins of the backtest.
        calibration_origins: How many years before an origin choose the routes and calibrate the intervals.
        candidates: Names of the methods that may take part.
        seed: Seed of the learners.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    horizon: int = Field(ge=1, le=10)
    levels: tuple[int, ...]
    backtest_origins: int = Field(ge=1, le=30)
    calibration_origins: int = Field(ge=3, le=40)
    candidates: tuple[str, ...]
    seed: int = Field(ge=0)
