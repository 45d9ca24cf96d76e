"""What a few past years foretell of the next one, and what many past errors foretell of a single one."""

from dataclasses import dataclass
from math import ceil, sqrt
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

TAIL = 0.05
FEWEST_IN_TAIL = 10
FEWEST_ERRORS = 60
"""With fewer errors nothing is said about the largest of them."""

SMALLEST_SPREAD = 0.02
"""Years that differ by less are alike by luck; all statistics are logs, log odds or shares."""


def conformal_p(scores: Floats, reference: Floats) -> Floats:
    """Share of the scores, each together with the reference, that are as large: (rank + 1) / (n + 1).

    If a score and the reference are exchangeable, a value up to p comes with a probability of at most p.
    NaN where there is no reference.
    """
    if len(reference) == 0:
        return np.full(len(scores), np.nan)
    as_large = len(reference) - np.searchsorted(np.sort(reference), scores, side="left")
    return np.asarray((as_large + 1.0) / (len(reference) + 1.0), dtype=np.float64)


@dataclass(frozen=True)
class Tail:
    """A Pareto tail of the largest errors: beyond `start`, P(error > x) falls as a power of x.

    Errors that fall faster, as those of a normal distribution do, exceed its bounds less often than is said.

    Attributes:
        start: From where on it holds.
        share: Probability of an error beyond it.
        index: Of the power 1 / index; the upper end of its 95 % interval, for it is told from few errors.
    """

    start: float
    share: float
    index: float

    @classmethod
    def of(cls, errors: Floats) -> Self | None:
        """The tail of past errors; None if there are too few, or nothing in them."""
        if len(errors) < FEWEST_ERRORS:
            return None
        count = max(ceil(TAIL * len(errors)), FEWEST_IN_TAIL)
        falling = np.sort(errors)[::-1]
        start = float(falling[count])
        if start <= 0:
            return None
        hill = float(np.log(falling[:count] / start).mean())
        return cls(start, (count + 1) / (len(errors) + 1), hill * (1 + 1.645 / sqrt(count)))

    def bound(self, probability: float) -> float:
        """What an error exceeds with this probability, at most."""
        return float(self.start * max(self.share / probability, 1.0) ** self.index)


@dataclass(frozen=True)
class PastYears:
    """One statistic at the origins of a backtest: the next year's lies in a t interval around their mean.

    The interval is exact for independent normal values however few they are: it knows that their spread is told from
    few, and that shocks common to all series make every year one draw, not a thousand. Forecasts further ahead from
    successive origins pass through the same years and are alike: two that share k of h years are taken to have a
    correlation of k / h, as sums of yearly shocks have, so that the origins count for fewer.

    Attributes:
        mean: Over the origins.
        spread: Standard deviation of a year's value.
        share: Variance of the mean, in that of a value: one over the number of origins that do not overlap.
        freedom: Degrees of freedom of the spread, by Satterthwaite's formula.
        count: Number of origins.
    """

    mean: float
    spread: float
    share: float
    freedom: float
    count: int

    @classmethod
    def of(cls, values: "pd.Series[float]", horizon: int, fewest: int) -> Self | None:
        """From the values by origin; None if there are too few.

        Args:
            values: With the origins as index.
            horizon: Years ahead.
            fewest: Of so many origins at least.
        """
        known = values[np.isfinite(values)]
        count = len(known)
        if count < fewest:
            return None
        origins = known.index.to_numpy(float)
        alike = np.maximum(0.0, 1 - np.abs(origins[:, None] - origins[None, :]) / horizon)
        centred = alike - alike.mean(axis=0)
        share = float(alike.mean())
        variance = float(known.var(ddof=0)) / (1 - share)
        freedom = float(np.trace(centred) ** 2 / np.trace(centred @ centred))
        return cls(float(known.mean()), max(sqrt(variance), SMALLEST_SPREAD), share, freedom, count)

    def reach(self, probability: float) -> float:
        """How far above the mean the next value lies with this probability, at most; as far below as likely."""
        from scipy.special import stdtrit  # noqa: PLC0415 - slow to import

        quantile: Any = stdtrit(self.freedom, 1 - probability)
        return float(quantile) * self.spread * sqrt(1 + self.share)
