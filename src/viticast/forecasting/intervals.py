"""Intervals from past errors: a pooled model of their size, then empirical quantiles of error over size."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from viticast.forecasting.arrays import Floats, Ints
from viticast.forecasting.classes import CLASSES, EMPTY, INACTIVE
from viticast.forecasting.features import Features

STEPS = 200
PROBABILITIES = np.arange(1, STEPS) / STEPS
OUTERMOST = NormalDist().inv_cdf(float(PROBABILITIES[-1]))
PENALTY = 10.0
FEWEST_ERRORS = 600
"""A pool and horizon with fewer errors borrows those of the pool, then of the panel."""
FEWEST_OF_ALL = 40

SUMS = len(CLASSES)
POOLS = len(CLASSES) + 1
"""Errors are pooled over the leaves of a class, and over the series above the leaves: sums are steadier than parts.

A pool of the roots alone was tried: narrower on VitiBrasil's 2014-2018, it missed too much of 2002-2007."""

SMALLEST_ERROR = 1e-6
"""In units of the series."""

DEFAULT_PERSISTENCE = 0.7


@dataclass(frozen=True)
class ErrorModel:
    """Size of an error from the features of its series, and the distribution of error over size.

    Attributes:
        coefficients: Of the standardised features, the last one the intercept.
        centre: Mean of each feature.
        width: Standard deviation of each feature.
        quantiles: Shape (pools, horizons, probabilities), of error over size, widened.
        persistence: Correlation of the errors of one forecast at successive horizons.
    """

    coefficients: Floats
    centre: Floats
    width: Floats
    quantiles: Floats
    persistence: float

    def size(self, x: Floats, unit: Floats) -> Floats:
        """Expected size of the error, shape (series, steps), in units of the series."""
        z = (x - self.centre) / self.width
        logs = z @ self.coefficients[:-1] + self.coefficients[-1]
        size: Floats = np.exp(np.clip(logs, -7.0, 7.0)) * unit[:, None]
        return size

    def bound(self, probability: Floats, pools: Ints) -> Floats:
        """Quantiles of error over size at `probability` (series, steps); not above zero below one half."""
        from scipy.special import ndtri  # noqa: PLC0415 - slow to import

        horizons = np.minimum(np.arange(probability.shape[1]), self.quantiles.shape[1] - 1)
        rows, columns = pools[:, None], horizons[None, :]
        # beyond the outermost quantiles as in a normal distribution
        beyond = np.maximum(ndtri(np.maximum(probability, 1 - probability)) / OUTERMOST, 1.0)
        position = np.clip(probability * STEPS - 1.0, 0.0, len(PROBABILITIES) - 1.0)
        below = np.floor(position).astype(np.int64)
        above = np.minimum(below + 1, len(PROBABILITIES) - 1)
        low, high = self.quantiles[rows, columns, below], self.quantiles[rows, columns, above]
        bound: Floats = beyond * (low + (position - below) * (high - low))
        return bound

    def probability(self, ratio: Floats, pools: Ints, horizons: Ints) -> Floats:
        """Of an error over size of at most `ratio`, one for each entry: the inverse of `bound`.

        `horizons` counts from 0. At a value that many probabilities have, it is the largest of them.
        """
        at = np.minimum(horizons, self.quantiles.shape[1] - 1)
        out = np.empty(len(ratio))
        for pool, horizon in np.unique(np.column_stack([pools, at]), axis=0):
            rows = np.flatnonzero((pools == pool) & (at == horizon))
            out[rows] = _probability(ratio[rows], self.quantiles[pool, horizon])
        return out


def _probability(ratio: Floats, quantiles: Floats) -> Floats:
    from scipy.special import ndtr  # noqa: PLC0415 - slow to import

    below = np.searchsorted(quantiles, ratio, side="right") - 1
    first = np.clip(below, 0, len(quantiles) - 2)
    low, high = quantiles[first], quantiles[first + 1]
    between = (first + 1 + (ratio - low) / np.where(high > low, high - low, 1.0)) / STEPS
    # beyond the outermost quantiles as in a normal distribution; where those are zero, there is nothing beyond
    lowest, highest = quantiles[0], quantiles[-1]
    left = ndtr(-OUTERMOST * ratio / lowest) if lowest < 0 else np.zeros(len(ratio))
    right = ndtr(OUTERMOST * ratio / highest) if highest > 0 else np.ones(len(ratio))
    probability: Floats = np.where(below < 0, left, np.where(below >= len(quantiles) - 1, right, between))
    return probability


def describe(features: Features, spread_of_members: Floats, pools: Ints) -> Floats:
    """The regressors of log error size, shape (series, steps, features), free of the series' unit."""
    steps = spread_of_members.shape[1]

    def relative(values: Floats) -> Floats:
        return np.log(np.clip(np.nan_to_num(values / features.unit, nan=1.0), 1e-3, 1e3))

    moves = [
        relative(features.recent),
        relative(features.spread),
        relative(features.level),
        np.log1p(features.length),
        features.zeros,
    ]
    by_series = [
        *moves,
        *(1.0 * (pools == number) for number in range(1, POOLS)),
    ]
    spread = np.log(np.clip(spread_of_members / features.unit[:, None], 1e-3, 1e3))
    horizon = np.broadcast_to(np.log(np.arange(1, steps + 1, dtype=float)), spread.shape)
    blocks = [np.broadcast_to(column[:, None], spread.shape) for column in by_series]
    # how a sum's errors follow from how it moved is not how a leaf's do: slopes of their own
    of_sums = [column * (pools == SUMS)[:, None] for column in (*blocks[: len(moves)], spread, horizon)]
    return np.stack([*of_sums, *blocks, spread, horizon], axis=-1)


def learn_errors(x: Floats, unit: Floats, errors: Floats, pools: Ints, origins: Ints, widening: float) -> ErrorModel:
    """Fit on pooled past forecasts.

    Args:
        x: Regressors, shape (forecasts, steps, regressors); a forecast is a series at an origin.
        unit: Unit of each forecast's series.
        errors: Actual less forecast, shape (forecasts, steps); NaN where nothing came yet.
        pools: Class of each forecast's series at its origin, or `SUMS`.
        origins: Number of each forecast's origin.
        widening: The quantiles of a pool of n series are widened by the factor 1 + widening / sqrt(n): shares were
            chosen on the same past, and the fewer series, the less of what can happen have they been through.
    """
    steps, width = x.shape[1:]
    known = np.isfinite(errors)
    relative = np.abs(errors / unit[:, None])
    # a forecast that was right but for rounding says nothing about the size of errors
    moved = known & (np.nan_to_num(relative) > SMALLEST_ERROR)
    if int(moved.sum()) < FEWEST_OF_ALL:
        return _rule_of_thumb(steps, width)
    centre, spread = x[moved].mean(axis=0), x[moved].std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    coefficients = _ridge((x[moved] - centre) / spread, np.log(np.minimum(relative[moved], 1e6)))
    model = ErrorModel(coefficients, centre, spread, np.empty(0), 0.0)
    ratio = errors / model.size(x, unit)
    quantiles = np.stack(
        [np.stack([_quantiles(ratio, pools, number, horizon) for horizon in range(steps)]) for number in range(POOLS)]
    )
    known_at = known.any(axis=1)
    series = np.array([_series(origins[known_at & (pools == number)]) for number in range(POOLS)])
    factor = 1 + widening / np.sqrt(np.maximum(series, 1.0))
    return ErrorModel(coefficients, centre, spread, factor[:, None, None] * quantiles, persistence_of(ratio))


def _series(origins: Ints) -> float:
    """How many series there are at an origin, as a mean over the origins that have any."""
    return len(origins) / max(len(np.unique(origins)), 1)


def persistence_of(ratio: Floats) -> float:
    """Correlation of error over size at one horizon and the next, for errors that are not zero."""
    now, then = ratio[:, :-1].ravel(), ratio[:, 1:].ravel()
    both = np.isfinite(now) & np.isfinite(then) & (now != 0) & (then != 0)
    if int(both.sum()) < FEWEST_OF_ALL:
        return DEFAULT_PERSISTENCE
    with np.errstate(invalid="ignore"):
        correlation = np.corrcoef(np.clip(now[both], -5, 5), np.clip(then[both], -5, 5))[0, 1]
    return float(np.clip(np.nan_to_num(correlation, nan=DEFAULT_PERSISTENCE), 0.0, 0.99))


def _rule_of_thumb(steps: int, width: int) -> ErrorModel:
    """With too little past: an error of the usual yearly change, growing with the root of the horizon."""
    rule = np.zeros(width + 1)
    rule[width - 1] = 0.5
    normal = 1.5 * np.array([NormalDist().inv_cdf(float(p)) for p in PROBABILITIES])
    table = np.broadcast_to(normal, (POOLS, steps, len(normal))).copy()
    return ErrorModel(rule, np.zeros(width), np.ones(width), table, DEFAULT_PERSISTENCE)


def _ridge(x: Floats, target: Floats) -> Floats:
    middle = target.mean()
    gram = x.T @ x + PENALTY * np.eye(x.shape[1])
    slopes = np.linalg.solve(gram, x.T @ (target - middle))
    return np.append(slopes, middle)


def _quantiles(ratio: Floats, pools: Ints, number: int, horizon: int) -> Floats:
    of_pool = ratio[pools == number]
    wider = (_known(of_pool[:, horizon]), _known(of_pool), _known(ratio))
    pool = next((errors for errors in wider if len(errors) >= FEWEST_ERRORS), wider[-1])
    quantiles = np.quantile(pool, PROBABILITIES)
    # the forecast lies inside its interval: bounds below the middle are not above it, and the other way round
    quantiles = np.where(PROBABILITIES <= 0.5, np.minimum(quantiles, 0.0), np.maximum(quantiles, 0.0))
    if number in (INACTIVE, EMPTY):
        # most silent series trade again one day: their upper tail is never nothing
        rises = pool[pool > 0]
        least = float(np.quantile(rises, 0.1)) if len(rises) else 0.1
        quantiles = np.where(PROBABILITIES >= 0.975, np.maximum(quantiles, least), quantiles)
    rising: Floats = np.maximum.accumulate(quantiles)
    return rising


def _known(errors: Floats) -> Floats:
    return errors[np.isfinite(errors)]
