"""Intervals from past errors: a pooled model of their size, then empirical quantiles of error over size."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from viticast.forecasting.arrays import Floats, Ints
from viticast.forecasting.classes import CLASSES, EMPTY, INACTIVE
from viticast.forecasting.features import Features

PROBABILITIES = np.arange(1, 200) / 200.0
PENALTY = 10.0
FEWEST_ERRORS = 200
"""A class and horizon with fewer errors borrows those of the class, then of the panel."""
FEWEST_OF_ALL = 40


@dataclass(frozen=True)
class ErrorModel:
    """Size of an error from the features of its series, and the distribution of error over size.

    Attributes:
        coefficients: Of the standardised features, the last one the intercept.
        centre: Mean of each feature.
        width: Standard deviation of each feature.
        quantiles: Shape (classes, horizons, probabilities), of error over size, widened.
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

    def bound(self, probability: Floats, classes: Ints, steps: int) -> Floats:
        """Quantiles of error over size at `probability` (..., series, steps); negative below one half."""
        horizons = np.minimum(np.arange(steps), self.quantiles.shape[1] - 1)
        table = self.quantiles[classes][:, horizons]
        position = np.clip(probability * 200.0 - 1.0, 0.0, len(PROBABILITIES) - 1.0)
        below = np.floor(position).astype(np.int64)
        above = np.minimum(below + 1, len(PROBABILITIES) - 1)
        rows, columns = np.indices(table.shape[:2])
        low, high = table[rows, columns, below], table[rows, columns, above]
        bound: Floats = low + (position - below) * (high - low)
        return bound


def describe(features: Features, spread_of_members: Floats, classes: Ints, first_step: int = 1) -> Floats:
    """The regressors of log error size, shape (series, steps, features), free of the series' unit."""
    steps = spread_of_members.shape[1]

    def relative(values: Floats) -> Floats:
        return np.log(np.clip(np.nan_to_num(values, nan=1.0) / features.unit, 1e-3, 1e3))

    by_series = [
        relative(features.recent),
        relative(features.spread),
        relative(features.level),
        np.log1p(features.length),
        features.zeros,
        *(1.0 * (classes == number) for number in range(1, len(CLASSES))),
    ]
    spread = np.log(np.clip(spread_of_members / features.unit[:, None], 1e-3, 1e3))
    horizon = np.log(np.arange(first_step, first_step + steps, dtype=float))
    blocks = [np.broadcast_to(column[:, None], spread.shape) for column in by_series]
    return np.stack([*blocks, spread, np.broadcast_to(horizon, spread.shape)], axis=-1)


def learn_errors(
    x: Floats, unit: Floats, errors: Floats, classes: Ints, horizons: Ints, n_horizons: int, widening: float
) -> ErrorModel:
    """Fit on pooled past errors, one row each: features, unit of the series, signed error, class, horizon - 1."""
    width = x.shape[1]
    moved = np.abs(errors) > 0
    if int(moved.sum()) < FEWEST_OF_ALL:
        # too little past: an error of the mean yearly change, growing with the root of the horizon
        rule = np.zeros(width + 1)
        rule[width - 1] = 0.5
        normal = 1.5 * np.array([NormalDist().inv_cdf(float(p)) for p in PROBABILITIES])
        table = np.broadcast_to(normal, (len(CLASSES), n_horizons, len(normal))).copy()
        return ErrorModel(rule, np.zeros(width), np.ones(width), table, 0.5)
    centre, spread = x[moved].mean(axis=0), x[moved].std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    coefficients = _ridge((x[moved] - centre) / spread, np.log(np.abs(errors[moved]) / unit[moved]))
    model = ErrorModel(coefficients, centre, spread, np.empty(0), 0.0)
    ratio = errors / model.size(x[:, None, :], unit)[:, 0]
    quantiles = np.stack(
        [
            np.stack([_quantiles(ratio, classes, horizons, number, h) for h in range(n_horizons)])
            for number in range(len(CLASSES))
        ]
    )
    return ErrorModel(coefficients, centre, spread, widening * quantiles, 0.0)


def _ridge(x: Floats, target: Floats) -> Floats:
    middle = target.mean()
    gram = x.T @ x + PENALTY * np.eye(x.shape[1])
    slopes = np.linalg.solve(gram, x.T @ (target - middle))
    return np.append(slopes, middle)


def _quantiles(ratio: Floats, classes: Ints, horizons: Ints, number: int, horizon: int) -> Floats:
    of_class = classes == number
    pools = (of_class & (horizons == horizon), of_class, np.ones(len(ratio), dtype=bool))
    pool = next((ratio[mask] for mask in pools if int(mask.sum()) >= FEWEST_ERRORS), ratio)
    quantiles = np.quantile(pool, PROBABILITIES)
    # the forecast lies inside its interval: bounds below the middle are not above it, and the other way round
    quantiles = np.where(PROBABILITIES <= 0.5, np.minimum(quantiles, 0.0), np.maximum(quantiles, 0.0))
    if number in (INACTIVE, EMPTY):
        # most silent series trade again one day: their upper tail is never nothing
        rises = pool[pool > 0]
        least = float(np.quantile(rises, 0.1)) if len(rises) else 0.1
        quantiles = np.where(PROBABILITIES >= 0.975, np.maximum(quantiles, least), quantiles)
    widest: Floats = np.maximum.accumulate(quantiles)
    return widest
