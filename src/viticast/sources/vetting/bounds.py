"""How much is too much: the thresholds of the rules, each beside what the figures of 2024-04 and 2025-04 show."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]


class VettingBounds(BaseModel):
    """Thresholds for every table; what lies beyond a bound is found, what lies on it is not.

    They may be set in `conf/base/parameters_ingestion.yml` under `bounds`. A true change of one table is better
    accepted alone, under `accepted` in the expectations of its source.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    # measured: totals of rounded figures miss the sum of their leaves by 2 at most, 0.39 in the sample
    total_rounding: Annotated[float, Field(ge=0)] = 5.0
    # measured: no gap that is not declared
    new_gap_years: Count = 3
    # measured: the share is 0.87 or more in every table but ProcessaSemclass, where it is 0.37 to 0.48
    usual_share_of_years_with_figures: Share = 0.7
    # measured: no two years share more than 0.125 of their figures (sample; 0.107 in the real ones)
    repeated_year_share: Share = 0.8
    # measured: rows never disappear once their spellings are known
    vanished_rows: Count = 0
    # measured: 2 of 486 figures of ImpSuco changed, 0.0041; none in any other table
    changed_share_watched: Share = 0.02
    changed_share: Share = 0.1
    # measured: no figure became a mark; a whole year of processing that did would be 0.029 of a table's figures
    marked_share_watched: Share = 0.0
    marked_share: Share = 0.1
    # rows of more figures than these must not be all 0 now; measured: no figure became 0
    zeroed_row_figures: Count = 2
    # figures that changed by one factor: the share of changed figures that must have it, and how exactly
    scaled_share: Share = 0.9
    scaled_tolerance: Share = 0.01
    # measured: 9 of 892 pairs of ImpVinhos, 0.0101; 0.0064 elsewhere
    one_sided_share: Share = 0.03
    # measured: no year lies outside the ranges that are declared for the tables
    unit_value_years: Count = 3
    # measured (each year from 1990 on as if it were the last): 3.8 times the median of five before in ExpVinho 2011,
    # 1/5.0 of it in ExpEspumantes 1999
    unit_value_factor: Annotated[float, Field(gt=1)] = 10.0
    # measured (each year from 1990 on as if it were the last): 14 figures after 22 in Producao 1993, 0.64; in the
    # sample 27 after 48 in ExpEspumantes 2020, 0.56
    thin_last_year_share: Share = 0.33
    # measured (each year from 1990 on): of five countries or more 0.40 have a price nearer to the inverse of their
    # usual one than to it (ExpEspumantes, ExpSuco); 0.60 if the columns were exchanged
    exchanged_rows: Annotated[int, Field(ge=1)] = 5
    exchanged_share: Share = 0.5
    # measured: 0.25 of the trades of a year in ExpUva, of years with three trades or more
    equal_share: Share = 0.5
    # measured: no cell is unreadable; one cell of ProcessaSemclass, the smallest table, is 0.0185
    unreadable_share: Share = 0.02
    # measured: ExpEspumantes 1999 is 10.2 times the highest year before, ImpSuco 2002 1/77 of the lowest of five before
    jump_factor: Annotated[float, Field(gt=1)] = 150.0
