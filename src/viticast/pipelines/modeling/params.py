"""Parameters of the modeling pipeline."""

from pydantic import BaseModel, ConfigDict, Field

from viticast.registry.gate import GateParams


class ModelingParams(BaseModel):
    """How far is forecast, with which learners, and how it is judged.

    Attributes:
        horizon: Years from the last year of the oldest table to the common target year; no series is forecast further
            ahead than the backtest looked.
        levels: Percent that the intervals are to cover.
        backtest_origins: How many last years stand as origins of the backtest.
        calibration_origins: How many years before an origin weigh the recipes and calibrate the intervals.
        learners: Names of the learners that may take part, as far as the panel's own past justifies it.
        tracked: Names of the members and challengers that the backtest scores beside the forecasts.
        seed: Seed of the learners.
        gate: How a model is judged against the champion.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    horizon: int = Field(ge=1, le=10)
    levels: tuple[int, ...]
    backtest_origins: int = Field(ge=1, le=30)
    calibration_origins: int = Field(ge=3, le=40)
    learners: tuple[str, ...]
    tracked: tuple[str, ...]
    seed: int = Field(ge=0, lt=2**32)
    gate: GateParams
