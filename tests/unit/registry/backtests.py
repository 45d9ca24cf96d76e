"""Backtests of made-up models, of which one may be worse in a way that a test asks for."""

import numpy as np
import pandas as pd

ORIGINS = (2018, 2019, 2020, 2021)
HORIZONS = (1, 2)
TABLES = ("ExpVinho", "ImpVinho")


def make_series(count: int = 60) -> pd.DataFrame:
    """A dimension of two tables of leaves in one unit, and their flow."""
    rows = [
        {"series_id": f"flow/{TABLES[number % 2].lower()}/s{number}", "level": "leaf", "table_name": TABLES[number % 2]}
        for number in range(count)
    ]
    rows.append({"series_id": "flow", "level": "flow", "table_name": None})
    return pd.DataFrame(rows).assign(unit="kg", flow="exportacao")


def make_backtests(
    series: pd.DataFrame,
    *,
    seed: int = 0,
    error: float = 0.1,
    bias: float = 1.0,
    width: float = 1.0,
    origins: tuple[int, ...] = ORIGINS,
) -> pd.DataFrame:
    """Rows of `viticast` and `naive`, with intervals that hold what they say where `width` is one.

    Args:
        series: Of which series.
        seed: Of the forecasts' errors.
        error: Standard deviation of the forecasts' errors; naive's is 0.15.
        bias: Factor on every forecast.
        width: Factor on the width of the intervals.
        origins: Which origins.
    """
    index = pd.MultiIndex.from_product(
        [series["series_id"], origins, HORIZONS], names=["series_id", "origin", "horizon"]
    )
    frame = index.to_frame(index=False)
    # The figures and naive's errors depend on neither seed nor origins asked for.
    truth = dict(zip(_all(series), np.random.default_rng(99).normal(size=(_n(series), 3)), strict=True))
    drawn = np.array([truth[key] for key in index])
    y = 100 * np.exp(0.1 * drawn[:, 0])
    # Two models err alike: what one does not foresee, the other mostly does not either.
    own = np.random.default_rng(seed).normal(size=len(frame))
    yhat = y * np.exp(error * (0.95 * drawn[:, 1] + 0.3 * own)) * bias
    spread = {80: 1.2816 * 10 * width, 95: 1.96 * 10 * width}
    ours = frame.assign(method="viticast", y=y, yhat=yhat)
    for level, half in spread.items():
        ours = ours.assign(**{f"lo{level}": np.clip(yhat - half, 0, None), f"hi{level}": yhat + half})
    naive = frame.assign(method="naive", y=y, yhat=y * np.exp(0.15 * drawn[:, 2]))
    both = pd.concat([ours, naive], ignore_index=True)
    return both.assign(year=both["origin"] + both["horizon"], scale=10.0, scale_rms=12.0, series_class="regular")


def stamped(backtests: pd.DataFrame, snapshot_id: str, model_key: str) -> pd.DataFrame:
    """The same, as the lake has them."""
    return backtests.assign(snapshot_id=snapshot_id, model_key=model_key, source="sample", is_synthetic=True)


def _all(series: pd.DataFrame) -> list[tuple[object, ...]]:
    years = range(2010, 2030)
    return list(pd.MultiIndex.from_product([series["series_id"], years, HORIZONS]))


def _n(series: pd.DataFrame) -> int:
    return len(_all(series))
