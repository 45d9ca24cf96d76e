"""Vintages of a made-up panel whose years have shocks in common, with an honest forecaster's forecasts and backtest.

The logs of the series walk at random, with passing noise on top; both are partly common to all series and partly
common to those of a table. The forecaster smooths exponentially and takes its intervals from its own past errors. Two
new years come after its forecasts. What the alarms see of it has the columns of the lake.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

MODEL, BEFORE, NOW = "1" * 16, "a" * 16, "b" * 16
IDENTITY = {"snapshot_id": NOW, "model_key": "2" * 16, "source": "sample", "is_synthetic": True}
FIRST_YEAR, YEARS, NEW = 1984, 40, 2
LAST = YEARS - NEW - 1
"""Column of the last year that the forecaster knew."""
TABLES, STEADY, BURSTING = 8, 24, 6
ORIGINS, HORIZON = 6, 2
OF_YEAR, OF_TABLE = 0.1, 0.15
"""Shares of a shock's variance. From year to year the error relative to naive and the share of figures above the
forecast then vary more than those of the real figures (standard deviations 0.064 and 0.14, not 0.026 and 0.11),
coverage at 80 % as much (0.04)."""
BOUNDS = {"lo95": 0.025, "lo80": 0.1, "hi80": 0.9, "hi95": 0.975}
FORECASTS = ["yhat", *BOUNDS]


@dataclass(frozen=True)
class Vintage:
    """What a monitoring run has."""

    forecasts: pd.DataFrame
    panel: pd.DataFrame
    backtests: pd.DataFrame
    series: pd.DataFrame

    def with_forecasts(self, change) -> "Vintage":
        return replace(self, forecasts=change(self.forecasts.copy()))

    def with_news(self, change) -> "Vintage":
        """With other figures in the years that were forecast; `change` gets a frame of series by year."""
        values = self.panel.pivot(index="series_id", columns="year", values="value")
        changed = change(values.copy())
        leaves = changed.index[changed.index.str.count("/") == 2]
        for name in changed.index.difference(leaves):
            changed.loc[name] = changed.loc[leaves[leaves.str.startswith(f"{name}/")]].sum()
        return replace(self, panel=_long(changed))


def dimension() -> pd.DataFrame:
    rows = [("flow", None, "flow")]
    for table in range(TABLES):
        rows.append((f"flow/t{table}", f"T{table}", "table"))
        rows += [(f"flow/t{table}/s{n:02d}", f"T{table}", "leaf") for n in range(STEADY + BURSTING)]
    return pd.DataFrame(rows, columns=["series_id", "table_name", "level"])


SERIES = dimension()
_LEAF = (SERIES["level"] == "leaf").to_numpy()
_BURSTS = _LEAF & (SERIES["series_id"].str[-2:].where(_LEAF, "00").astype(int) >= STEADY).to_numpy()


def simulate(seed: int) -> Vintage:
    rng = np.random.default_rng(seed)
    y = _figures(rng)
    told = _forecast(y)
    past = [_rows(y, told, origin, h) for origin in range(LAST - ORIGINS, LAST) for h in range(1, HORIZON + 1)]
    past = pd.concat([rows for rows in past if rows["year"].max() <= FIRST_YEAR + LAST], ignore_index=True)
    naive = past.assign(method="naive", yhat=past["naive"], **dict.fromkeys(BOUNDS, np.nan))
    backtests = pd.concat([past.assign(method="viticast"), naive], ignore_index=True).drop(columns="naive")
    ahead = pd.concat([_rows(y, told, LAST, h) for h in range(1, NEW + 1)], ignore_index=True)
    forecasts = ahead.drop(columns=["y", "naive", "origin", "scale", "scale_rms"])
    return Vintage(_stamp(forecasts), _panel(y), _stamp(backtests), SERIES)


def _figures(rng: np.random.Generator) -> np.ndarray:
    size = (TABLES, STEADY + BURSTING)
    width = rng.uniform(0.1, 0.3, size)[..., None]
    walk = np.cumsum(width * _shocks(rng, size), axis=2)
    noise = rng.uniform(0.05, 0.25, size)[..., None] * _shocks(rng, size)
    leaves = np.exp(rng.normal(12, 1.5, size)[..., None] + walk + noise)
    leaves[:, STEADY:] *= rng.random((TABLES, BURSTING, YEARS)) < 0.6
    tables = leaves.sum(axis=1)
    blocks = [np.concatenate([tables[number][None], leaves[number]]) for number in range(TABLES)]
    return np.concatenate([tables.sum(axis=0)[None], *blocks])


def _shocks(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """Of unit variance: a part common to a year, one common to a table's year, the rest a series' own, heavy-tailed."""
    year = rng.standard_normal((1, 1, YEARS))
    table = rng.standard_normal((size[0], 1, YEARS))
    own = rng.standard_t(5, (*size, YEARS)) * np.sqrt(3 / 5)
    return np.sqrt(OF_YEAR) * year + np.sqrt(OF_TABLE) * table + np.sqrt(1 - OF_YEAR - OF_TABLE) * own


def _forecast(y: np.ndarray) -> dict[str, np.ndarray]:
    """Level and size of errors at each origin; in logs, or for series that burst in shares of their mean."""
    with np.errstate(divide="ignore"):
        log = np.log(y)
    level, size = np.zeros_like(y), np.full_like(y, np.nan)
    level[:, 0] = np.where(_BURSTS, y[:, 0], log[:, 0])
    squares = np.full(len(y), 0.04)
    for at in range(1, YEARS):
        steady = ~_BURSTS
        error = log[steady, at] - level[steady, at - 1]
        squares[steady] = 0.9 * squares[steady] + 0.1 * error**2
        level[steady, at] = level[steady, at - 1] + 0.5 * error
        level[_BURSTS, at] = y[_BURSTS, max(0, at - 7) : at + 1].mean(axis=1)
        size[:, at] = np.sqrt(squares)
    return {"level": level, "size": size}


def _rows(y: np.ndarray, told: dict[str, np.ndarray], origin: int, horizon: int) -> pd.DataFrame:
    level, size = told["level"], told["size"]
    steady = ~_BURSTS
    yhat = np.where(_BURSTS, level[:, origin], np.exp(np.where(_BURSTS, 0.0, level[:, origin])))
    of_sums = ~_LEAF
    at = np.arange(15, origin - horizon + 1)
    bounds = {}
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (np.log(y[:, at + horizon]) - level[:, at]) / size[:, at]
        share = y[:, at + horizon] / level[:, at]
    for name, probability in BOUNDS.items():
        bound = np.quantile(share[_BURSTS], probability) * yhat
        for pool in (steady & _LEAF, of_sums):
            quantile = np.quantile(ratio[pool], probability)
            bound = np.where(pool, yhat * np.exp(quantile * size[:, origin]), bound)
        bounds[name] = np.minimum(bound, yhat) if name.startswith("lo") else np.maximum(bound, yhat)
    scale = np.abs(np.diff(y[:, : origin + 1], axis=1)).mean(axis=1)
    return pd.DataFrame(
        {
            "series_id": SERIES["series_id"],
            "origin": FIRST_YEAR + origin,
            "year": FIRST_YEAR + origin + horizon,
            "horizon": horizon,
            "series_class": np.where(_BURSTS, "intermittent", "regular"),
            "y": y[:, origin + horizon],
            "yhat": yhat,
            **bounds,
            "naive": y[:, origin],
            "scale": scale,
            "scale_rms": scale,
        }
    )


def _stamp(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(snapshot_id=BEFORE, model_key=MODEL, source="sample", is_synthetic=True)


def _panel(y: np.ndarray) -> pd.DataFrame:
    years = np.arange(FIRST_YEAR, FIRST_YEAR + YEARS)
    return _long(pd.DataFrame(y, index=pd.Index(SERIES["series_id"]), columns=pd.Index(years, name="year")))


def _long(values: pd.DataFrame) -> pd.DataFrame:
    return values.rename_axis("series_id").melt(ignore_index=False, value_name="value").reset_index()
