"""VitiBrasil at past origins: the forecaster against naive and peers on the corrected leaves.

The leaves are forecast as the product does it, in their trees, and scored without the sums above them. Capped MASE and
WAPE stand as ratios to naive's on the same series, origins and years, with the 95 % interval of a bootstrap that draws
whole series, and with how often the intervals held, apart from series that were dead at the origin.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from benchmarks.peers import answers
from tests.integration.real_panel import read_real_panel

from viticast.forecasting import Backtest, ForecastSpec, losses
from viticast.forecasting.metrics import MASE_CAP
from viticast.sources import TableRegistry

HORIZON = 5
ORIGINS = {"2014-2018": range(2014, 2019), "2004-2009": range(2004, 2010), "1996-2001": range(1996, 2002)}
"""The last ones were measured once, after all choices."""
DEAD = ("inactive", "empty")
RESIDUAL = "/sem_detalhamento"
"""What a published total has beyond its leaves: all of it while it has none, and nothing once they are published. Grape
juice got them in 2019, and nobody who forecasts from before can know."""
DRAWS = 1_000
MOST_FOR_SCUM = 60
"""Series for each origin that the slowest peers forecast."""


@dataclass(frozen=True)
class Trees:
    """`panel` has `unique_id, ds, y` of leaves and sums, `leaves` that of the leaves alone; `parents` by series."""

    panel: pd.DataFrame
    leaves: pd.DataFrame
    parents: dict[str, str]


def trees_of(vintage: Path, root: Path) -> Trees:
    """The corrected figures of a vintage."""
    conf = root / "conf" / "base"
    registry = TableRegistry.from_mapping(yaml.safe_load((conf / "tables.yml").read_text(encoding="utf-8")))
    real = read_real_panel(vintage, registry, conf)
    names = {"series_id": "unique_id", "year": "ds", "value": "y"}
    leaves, sums = (part.rename(columns=names)[["unique_id", "ds", "y"]] for part in (real.leaves, real.sums))
    panel = pd.concat([leaves, sums], ignore_index=True)
    parents = {name: name.rsplit("/", 1)[0] for name in panel["unique_id"].unique() if "/" in name}
    return Trees(panel, leaves, parents)


def report(trees: Trees, with_peers: bool = True) -> str:
    """All tables, as text."""
    parts = []
    ids = set(trees.leaves["unique_id"])
    for name, origins in ORIGINS.items():
        spec = ForecastSpec(horizon=HORIZON, parents=trees.parents)
        past = Backtest(origins=tuple(origins), horizon=HORIZON).run(trees.panel, spec)
        past = past[past["unique_id"].isin(ids)]
        ours = past[past["method"] == "viticast"]
        alive = ours[~ours["series_class"].isin(DEAD)]
        parts.append(f"origins {name}: {_against_naive(past)}")
        published = past[~past["unique_id"].str.endswith(RESIDUAL)]
        parts.append(f"  but for totals that got detail only later: {_against_naive(published)}")
        parts.append("  coverage, dead series apart: " + ", ".join(_coverage(alive, level) for level in (80, 95)))
        tables = past.assign(table=past["unique_id"].str.split("/").str[:2].str.join("/"))
        parts.append(_ratios(tables, "series_class").to_string() + "\n" + _ratios(tables, "table").to_string())
        if with_peers:
            parts += [f"  {line}" for line in _peers(trees.leaves, past, origins)]
    return "\n".join(parts)


def _against_naive(past: pd.DataFrame) -> str:
    scored = past.assign(error=(past["y"] - past["yhat"]).abs())
    scaled = scored[scored["scale"] > 0].assign(ratio=lambda rows: rows["error"] / rows["scale"])
    mase = scaled.groupby(["method", "unique_id", "origin"])["ratio"].mean().clip(upper=MASE_CAP)
    by_series = {
        "capped MASE": mase.groupby(["method", "unique_id"]).sum().unstack("method"),
        "WAPE": scored.groupby(["method", "unique_id"])["error"].sum().unstack("method"),
    }
    return ", ".join(f"{name} {_bootstrap(table)} of naive's" for name, table in by_series.items())


def _bootstrap(table: pd.DataFrame) -> str:
    ours, naive = table["viticast"].to_numpy(), table["naive"].to_numpy()
    random = np.random.default_rng(0)
    draws = (random.integers(0, len(ours), len(ours)) for _ in range(DRAWS))
    low, high = np.quantile([ours[at].sum() / naive[at].sum() for at in draws], [0.025, 0.975])
    return f"{ours.sum() / naive.sum():.4f} [{low:.4f}, {high:.4f}]"


def _coverage(rows: pd.DataFrame, level: int) -> str:
    held = (rows["y"] >= rows[f"lo{level}"]) & (rows["y"] <= rows[f"hi{level}"])
    return f"{level} %: {held.mean():.3f}"


def _ratios(past: pd.DataFrame, column: str) -> pd.DataFrame:
    table = losses(past, by=["method", column]).set_index(["method", column])[["capped_mase", "wape"]]
    return (table.loc["viticast"] / table.loc["naive"]).round(3)


def _peers(panel: pd.DataFrame, past: pd.DataFrame, origins: range) -> list[str]:
    """Lines of losses relative to naive on the series that the peers forecast: those that were alive at the origin."""
    frames = []
    for origin in origins:
        rows = past[(past["origin"] == origin) & ~past["series_class"].isin(DEAD)]
        ids = np.array(sorted(rows["unique_id"].unique()))
        few = set(np.random.default_rng(origin).permutation(ids)[:MOST_FOR_SCUM])
        train = _histories(panel[panel["unique_id"].isin(ids) & (panel["ds"] <= origin)])
        told = list(answers(train, HORIZON, with_scum=False, with_statsmodels=False))
        some = train[train["unique_id"].isin(few)]
        told += [answer for answer in answers(some, HORIZON, with_statsmodels=False) if answer.name == "SCUM"]
        truth = rows[rows["method"] == "viticast"].drop(columns=["method", "yhat"])
        for answer in told:
            if answer.name != "naive":
                steps = answer.forecasts.rename(columns={"step": "horizon"})[["unique_id", "horizon", "yhat"]]
                frames.append(truth.merge(steps, on=["unique_id", "horizon"]).assign(method=answer.name))
    lines = []
    every = pd.concat([past, *[frame.assign(yhat=frame["yhat"].clip(lower=0)) for frame in frames]])
    for name in sorted({frame["method"].iloc[0] for frame in frames}):
        key = ["unique_id", "origin", "horizon"]
        same = every.merge(every.loc[every["method"] == name, key], on=key)
        table = losses(same[same["method"].isin([name, "viticast", "naive"])]).set_index("method")
        ratio = (table / table.loc["naive"]).round(3)
        count = int(table.loc[name, "series_origins"])
        lines.append(
            f"on the {count} series-origins of {name}: capped MASE {ratio.loc[name, 'capped_mase']}, "
            f"WAPE {ratio.loc[name, 'wape']}; viticast {ratio.loc['viticast', 'capped_mase']}, "
            f"{ratio.loc['viticast', 'wape']} of naive's"
        )
    return lines


def _histories(panel: pd.DataFrame) -> pd.DataFrame:
    """From the first non-zero value on, gaps interpolated and last years that are missing held, as peers want it."""
    wide = panel.pivot(index="unique_id", columns="ds", values="y").sort_index(axis=1)
    begun = (wide.fillna(0) != 0).cumsum(axis=1) > 0
    filled = wide.where(begun).interpolate(axis=1, limit_area="inside").ffill(axis=1)
    long = filled.where(begun).melt(ignore_index=False, value_name="y").dropna().reset_index()
    return long.sort_values(["unique_id", "ds"], ignore_index=True)
