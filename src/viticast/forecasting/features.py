"""What is known about a series at an origin that tells how far its forecasts will be off."""

from dataclasses import dataclass

import numpy as np

from viticast.forecasting.arrays import Bools, Floats, Ints
from viticast.forecasting.classes import first_active
from viticast.forecasting.panel import Panel

RECENT = 3
WINDOW = 10


@dataclass(frozen=True)
class Features:
    """One value for each series, from what could be seen at its origin.

    Attributes:
        scale: Mean absolute one-year change since the first non-zero value, the denominator of MASE: the years before
            a series began would make it as small as they are many. NaN without two successive years.
        scale_rms: Root mean square of the same changes, the denominator of RMSSE.
        unit: `scale` where it is positive, else the typical one of the siblings: always positive.
        recent: Mean absolute change of the last years.
        spread: Root mean square change of the last ten years.
        level: Mean absolute value of the last years.
        length: Years since the first non-zero value.
        zeros: Share of zeros among the last ten years.
    """

    scale: Floats
    scale_rms: Floats
    unit: Floats
    recent: Floats
    spread: Floats
    level: Floats
    length: Floats
    zeros: Floats


def features(panel: Panel, cuts: Ints, groups: Ints) -> Features:
    """Features at `cuts`; `groups` numbers the siblings that lend a series its unit."""
    columns = np.concatenate([_of_rows(panel.take(rows), cuts[rows]) for rows in panel.chunks()], axis=1)
    scale, scale_rms, recent, spread, level, length, zeros = columns
    return Features(scale, scale_rms, _units(scale, level, groups), recent, spread, level, length, zeros)


def _of_rows(panel: Panel, cuts: Ints) -> Floats:
    """Scale, its root mean square, recent, spread, level, length and zeros of some series."""
    seen = panel.seen(cuts)
    alive = first_active(panel, cuts)
    y = np.where(seen & alive, panel.values, np.nan)
    change = np.abs(np.diff(y, axis=1, prepend=np.nan))
    changed = np.isfinite(change)
    return np.stack(
        [
            _mean(change, changed),
            np.sqrt(_mean(change**2, changed)),
            _mean(change, _last(changed, RECENT)),
            np.sqrt(_mean(change**2, _last(changed, WINDOW))),
            _mean(np.abs(y), _last(seen & alive, RECENT)),
            (alive & seen).sum(axis=1).astype(float),
            np.nan_to_num(_mean((panel.values == 0).astype(float), _last(seen, WINDOW))),
        ]
    )


def _last(mask: Bools, count: int) -> Bools:
    """The last `count` true cells of each row."""
    kept: Bools = mask & (np.cumsum(mask[:, ::-1], axis=1)[:, ::-1] <= count)
    return kept


def _mean(values: Floats, mask: Bools) -> Floats:
    """Mean of the masked cells of each row, NaN where there are none."""
    count = mask.sum(axis=1)
    total = np.where(mask, values, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _units(scale: Floats, level: Floats, groups: Ints) -> Floats:
    """Own scale, else own level, else the median of the siblings, else that of all, else one."""
    own = np.where(scale > 0, scale, np.where(level > 0, level, np.nan))
    known = np.isfinite(own)
    everywhere = float(np.median(own[known])) if known.any() else 1.0
    for group in np.unique(groups[~known]):
        siblings = own[(groups == group) & known]
        own[(groups == group) & ~known] = np.median(siblings) if len(siblings) else everywhere
    return own
