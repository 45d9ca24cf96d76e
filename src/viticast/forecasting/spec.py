"""What is to be forecast, and how: the one argument of `fit` and `backtest` besides the panel."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from viticast.forecasting.candidates import NAMES


class ForecastSpec(BaseModel):
    """Horizon, levels, hierarchy and bounds of a panel, with defaults that work for VitiBrasil."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    horizon: int = Field(5, ge=1, le=50, description="Years ahead at which routes and intervals are calibrated")
    levels: tuple[int, ...] = Field((80, 95), description="Percent that each interval is to cover")
    parents: dict[str, str] = Field(
        default_factory=dict, description="Parent of each unique_id that has one; forecasts then add up"
    )
    lower: float | None = Field(0.0, description="No forecast or bound lies below it; None for signed figures")
    origins: int = Field(
        10, ge=1, le=60, description="Rolling origins inside the panel that choose routes and calibrate intervals"
    )
    candidates: tuple[str, ...] = Field(NAMES, description="Names of the candidates that may take part")
    short_length: int = Field(
        10, ge=2, description="A series with fewer years since its first non-zero value is 'short'"
    )
    inactive_years: int = Field(3, ge=1, description="A series whose last so many values are zero is 'inactive'")
    zero_window: int = Field(10, ge=1, description="A zero among the last so many values makes a series 'intermittent'")
    max_history: int = Field(120, ge=10, description="Years before an origin that the candidates may look back")
    widening: float = Field(1.1, ge=1, description="Factor on the empirical quantiles of past errors")
    switch_margin: float = Field(
        0.01, ge=0, description="Share of the default's loss that another route must save to replace it"
    )
    seed: int = Field(0, ge=0, description="Seed of the learners")

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if not self.levels or any(not 0 < level < 100 for level in self.levels):
            raise ValueError(f"levels must be percentages between 0 and 100, not {self.levels}")
        unknown = sorted(set(self.candidates) - set(NAMES))
        if unknown:
            raise ValueError(f"unknown candidates {unknown}; there are {sorted(NAMES)}")
        if "naive" not in self.candidates:
            raise ValueError("candidates must contain 'naive': every route is judged against it")
        if self.parents and self.lower != 0:
            raise ValueError("a hierarchy is shared out by proportions, which needs lower=0")
        return self
