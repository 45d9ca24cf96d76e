"""Optimised Theta models of many series at once (Fiorucci et al. 2016), over a grid of their two parameters.

The one-step forecast is `l + k D(t)`, where `l` is simple smoothing with weight `alpha` and `D` smooths a line alike; a
theta of 1 has k = 1 - 1 / theta = 0 and is simple smoothing, a theta of 2 adds half the line's slope. Neither `l` nor
`D` depends on theta, and errors are linear in k and in the first level: one pass for each `alpha` gives the sums of
squares of every theta, each with its least-squares first level.
"""

import numpy as np

from viticast.forecasting.arrays import Floats, Ints

ALPHAS = np.array([0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 0.99])
THETAS = np.array([1.0, 1.25, 1.5, 2.0, 3.0, 4.0, 6.0, 10.0])
LEVEL_VARIANCE = 1e3
TAU = 0.1
"""So small that the best point counts alone, unless others are as good: the mean over a grid did worse here."""
FIRST_SCORED = 2
"""A line that is refitted every year has no slope before the third."""
SHORTEST = 4
TINY = 1e-12


def optimised_theta(y: Floats, lengths: Ints, steps: int, is_dynamic: bool) -> Floats:
    """Forecasts of shape (series, steps) of histories `y` (series, years), aligned left; NaN begets NaN."""
    order = np.argsort(-lengths, kind="stable")
    ranked, years = y[order], lengths[order]
    intercept, slope = _lines(ranked, years)
    level, products = _pass(ranked, years, intercept, slope, is_dynamic)
    share = 1 - 1 / THETAS
    own, drift, first, cross, with_own, with_drift = (part[:, :, None] for part in products)
    # errors are e - k d - m u: own sums of squares, those with the drift d, and those with the first level's response u
    gain = (with_own - share * with_drift) / (first + 1 / LEVEL_VARIANCE)
    squares = own - 2 * share * cross + share**2 * drift - gain * (with_own - share * with_drift)
    logs = np.log(np.maximum(squares, 0.0) + TINY)
    # of a few values no share of a line can be told
    logs = np.where((years[:, None, None] < SHORTEST) & (share > 0), np.inf, logs)
    weights = np.exp(-(years[:, None, None] / 2) * (logs - logs.min(axis=(1, 2), keepdims=True)) / TAU)
    weights /= weights.sum(axis=(1, 2), keepdims=True)
    left = (1 - ALPHAS) ** years[:, None]
    level = (weights * (level[:, :, None] + gain * left[:, :, None])).sum(axis=(1, 2))
    shares = (weights * share).sum(axis=2)
    at = np.arange(len(years)), years - 1
    ahead = _drift_ahead(intercept[at], slope[at], years, steps)
    out = np.empty((len(y), steps))
    out[order] = level[:, None] + (shares[:, :, None] * ahead).sum(axis=1)
    return out


def _lines(y: Floats, lengths: Ints) -> tuple[Floats, Floats]:
    """Intercept and slope of the least-squares line through the first t + 1 values, at column t."""
    t = np.arange(1.0, y.shape[1] + 1)
    total, weighted = np.cumsum(y, axis=1), np.cumsum(y * t, axis=1)
    slope = np.where(t > 1, 12 * (weighted - total * (t + 1) / 2) / np.maximum(t * (t**2 - 1), 1.0), 0.0 * total)
    intercept: Floats = total / t - slope * (t + 1) / 2
    return intercept, slope


def _pass(
    y: Floats, lengths: Ints, intercept: Floats, slope: Floats, is_dynamic: bool
) -> tuple[Floats, tuple[Floats, ...]]:
    """Levels after the last value, from a first level that is the first value, and the cross-products of the errors."""
    shape = (len(y), len(ALPHAS))
    rows = np.arange(len(y))
    fixed = intercept[rows, lengths - 1, None], slope[rows, lengths - 1, None]
    level = np.broadcast_to(y[:, :1], shape).copy()
    own, drift, first, cross, with_own, with_drift = (np.zeros(shape) for _ in range(6))
    for t in range(int(lengths.max(initial=0))):
        n = int(np.searchsorted(-lengths, -t, side="left"))
        a, b = (part[:n] for part in fixed) if not is_dynamic else (intercept[:n, t - 1, None], slope[:n, t - 1, None])
        error = y[:n, t, None] - level[:n]
        level[:n] += ALPHAS * error
        if is_dynamic and t < FIRST_SCORED:
            continue
        response = (1 - ALPHAS) ** t
        added = response * a + (1 - (1 - ALPHAS) ** (t + 1)) / ALPHAS * b
        own[:n] += error * error
        drift[:n] += added * added
        first[:n] += response * response
        cross[:n] += error * added
        with_own[:n] += error * response
        with_drift[:n] += added * response
    return level, (own, drift, first, cross, with_own, with_drift)


def _drift_ahead(intercept: Floats, slope: Floats, lengths: Ints, steps: int) -> Floats:
    """What the line adds at each step if its share were 1: shape (series, alphas, steps)."""
    t = lengths[:, None] + np.arange(steps)[None, :]
    left = (1 - ALPHAS)[None, :, None] ** t[:, None, :]
    line = left * intercept[:, None, None]
    line = line + (1 - left * (1 - ALPHAS)[None, :, None]) / ALPHAS[None, :, None] * slope[:, None, None]
    earlier = np.cumsum(line, axis=2) - line
    ahead: Floats = ALPHAS[None, :, None] * earlier + line
    return ahead
