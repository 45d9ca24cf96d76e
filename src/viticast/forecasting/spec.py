"""What is to be forecast, and how: the one argument of `fit` and `backtest` besides the panel."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from viticast.forecasting.learners import LEARNER_NAMES


class ForecastSpec(BaseModel):
    """Horizon, levels, hierarchy and bounds of a panel, with defaults that work for VitiBrasil."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    horizon: int = Field(5, ge=1, le=50, description="Years ahead at which recipes and intervals are calibrated")
    levels: tuple[int, ...] = Field((80, 95), description="Percent that each interval is to cover")
    parents: dict[str, str] = Field(
        default_factory=dict, description="Parent of each unique_id that has one; forecasts then add up"
    )
    lower: float | None = Field(
        0.0, allow_inf_nan=False, description="No value, forecast or bound lies below it; None for signed figures"
    )
    origins: int = Field(
        20, ge=1, le=60, description="Rolling origins inside the panel that weigh recipes and calibrate intervals"
    )
    learners: tuple[str, ...] = Field(LEARNER_NAMES, description="Learners that may take part; none is allowed")
    refit: int = Field(5, ge=1, description="Rolling origins for which a learner learns once, at the earliest of them")
    sample: int = Field(
        5_000, ge=100, description="Of more series than this, a seeded sample calibrates, and another teaches learners"
    )
    short_length: int = Field(
        10, ge=2, description="A series with fewer years since its first non-zero value is 'short'"
    )
    inactive_years: int = Field(3, ge=1, description="A series whose last so many values are zero is 'inactive'")
    zero_window: int = Field(15, ge=1, description="A zero among the last so many values makes a series 'intermittent'")
    max_history: int = Field(120, ge=10, description="Years before an origin that members and learners may look back")
    widening: float = Field(
        1.0,
        ge=0,
        allow_inf_nan=False,
        description="The quantiles of past errors of n series are widened by 1 + widening / sqrt(n)",
    )
    seed: int = Field(0, ge=0, lt=2**32, description="Seed of the learners")

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if not self.levels or any(not 0 < level < 100 for level in self.levels):
            raise ValueError(f"levels must be percentages between 0 and 100, not {self.levels}")
        unknown = sorted(set(self.learners) - set(LEARNER_NAMES))
        if unknown:
            raise ValueError(f"unknown learners {unknown}; there are {sorted(LEARNER_NAMES)}")
        if self.parents and self.lower != 0:
            raise ValueError("a hierarchy is shared out by proportions, which needs lower=0")
        return self
