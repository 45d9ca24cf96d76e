"""How much is too much: the bounds of the rules, each beside what the figures of 2024-04 and 2025-04 show."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from viticast.contracts.bounds import COVERAGE, TIE

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Interval = tuple[Share, Share]


class _Bounds(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class FigureBounds(_Bounds):
    """Of the rules on figures: what lies beyond a bound is found, what lies on it is not.

    Of two bounds of one thing the one that ends in `_watched` asks for a look, the other stops.

    Attributes:
        lag_years: How many years a table may lie behind the newest one.
        revised_share_watched: Share of a table's compared cells that a refresh may change.
        revised_share: Beyond it a table was redefined.
        vanished_share: Share of the history of its table that a row may take along when it vanishes, which asks for a
            look; beyond it the sums above are no longer what they were.
        new_share: Share of the last year of its table that a row may have that was not there before.
        total_rounding: By how much a published total may miss the sum of its leaves, in its unit.
        gap_years: Of how many categories and years a total may stop being the sum of its leaves; beyond it rows are
            lost, doubled or misread.
        repeated_share_watched: Share of the figures above zero that the last year may have in common with the one
            before it.
        repeated_share: Beyond it a year stands twice.
    """

    # measured: every table ends in 2023 or 2024
    lag_years: Count = 1
    # measured: 2 of 486 figures of ImpSuco changed, 0.0041; none in any other table
    revised_share_watched: Share = 0.01
    revised_share: Share = 0.05
    # measured: no row vanished
    vanished_share: Share = 0.01
    new_share: Share = 0.05
    total_rounding: Annotated[float, Field(ge=0)] = 5.0
    # measured: no total stopped adding up
    gap_years: Count = 3
    # measured: at most 0.042, in ImpEspumantes
    repeated_share_watched: Share = 0.5
    repeated_share: Share = 0.8

    @model_validator(mode="after")
    def watched_first(self) -> Self:
        """What is watched lies within what stops."""
        for name in ("revised_share", "repeated_share"):
            watched, stops = getattr(self, f"{name}_watched"), getattr(self, name)
            if watched > stops:
                msg = f"{name}_watched ({watched}) is beyond {name} ({stops})"
                raise ValueError(msg)
        return self


class ModelBounds(_Bounds):
    """Of the rules on the model.

    Attributes:
        coverage_80: Lowest and highest share of the actuals that the 80 % intervals of the backtest may hold.
        coverage_95: The same of the 95 % intervals.
        tie: How many times the loss of the naive forecast the published method's may be: one series in one year moves
            a loss as much.
        minimum_series_origins: Below so many series and origins a class's losses are luck.
    """

    coverage_80: Interval = COVERAGE[80]
    coverage_95: Interval = COVERAGE[95]
    tie: Annotated[float, Field(ge=1)] = TIE
    minimum_series_origins: Count = 100

    @model_validator(mode="after")
    def lowest_first(self) -> Self:
        """An interval begins at its lower end."""
        for name in ("coverage_80", "coverage_95"):
            low, high = getattr(self, name)
            if low > high:
                msg = f"{name} begins at {low} and ends at {high}"
                raise ValueError(msg)
        return self

    def coverage(self) -> dict[int, Interval]:
        """Level -> bounds of the share of actuals that its intervals may hold."""
        return {80: self.coverage_80, 95: self.coverage_95}


class EvidentlyBounds(_Bounds):
    """Of Evidently's tests; they compare leaf cells of two vintages, and errors on the log scale.

    Attributes:
        drift_share: Share of the columns that may drift between the last two vintages.
        drift_distance: How far a column may be from that of the vintage before (normed Wasserstein distance, or
            Jensen-Shannon distance for names).
        lost_cells: Share of the leaf cells of each table of the vintage before that may be missing.
        missing_change: By how much the share of leaf cells without a figure may exceed that of the vintage before.
        zero_change: By how much the share of leaf cells that are zero may differ from that of the vintage before.
        mean_change: By how much the mean of the logarithms may differ from that of the vintage before.
        error_ratio: How many times the naive forecast's mean absolute and root mean squared error the model's may be.
        bias: How far the mean error may lie from zero, as a share of the naive forecast's mean absolute error.
    """

    drift_share: Share = 0.5
    # measured: 0.03 at most
    drift_distance: Annotated[float, Field(ge=0)] = 0.1
    lost_cells: Share = 0.0
    # measured: the share fell by 0.0003
    missing_change: Share = 0.02
    # measured: the share rose by 0.003
    zero_change: Share = 0.05
    # measured: the mean fell by 0.06
    mean_change: Annotated[float, Field(ge=0)] = 0.2
    # measured: 1.10 and less; the forecasts are not made for the log scale, on which a zero that is not foreseen weighs
    # as much as a thousandfold error
    error_ratio: Annotated[float, Field(gt=0)] = 1.2
    # measured: the mean lies 0.08 of it below zero
    bias: Annotated[float, Field(ge=0)] = 0.25
