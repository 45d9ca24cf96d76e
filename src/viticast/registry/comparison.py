"""Two models on identical windows: losses, their ratio with its interval, coverage, tables."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from viticast.forecasting.arrays import Floats
from viticast.forecasting.metrics import MASE_CAP

METHOD, NAIVE = "viticast", "naive"
WINDOW = ["series_id", "origin", "horizon"]
LEVELS = (80, 95)
INTERVAL = (0.025, 0.975)


@dataclass(frozen=True)
class Comparison:
    """What the windows that two models share say of both; a ratio is the first's loss over the other's.

    Attributes:
        series: Leaf series that were compared.
        series_origins: Series and origins that were compared, as far as errors have a scale there.
        left_out_series: Leaf series that only one of both has.
        capped_mase_ratio: Of the means over series and origins.
        capped_mase_ratio_low: Lower end of its 95 % interval.
        capped_mase_ratio_high: Upper end.
        wape_ratio: Of the sums of absolute errors.
        coverage: Level -> share of actuals in the first's intervals.
        champion_coverage: The same of the other.
        worst_table: Table with the largest ratio among those that are large enough; None if none is.
        worst_table_ratio: That ratio.
    """

    series: int
    series_origins: int
    left_out_series: int
    capped_mase_ratio: float
    capped_mase_ratio_low: float
    capped_mase_ratio_high: float
    wape_ratio: float
    coverage: dict[int, float]
    champion_coverage: dict[int, float]
    worst_table: str | None
    worst_table_ratio: float | None


@dataclass(frozen=True)
class AgainstNaive:
    """Losses over those of the naive forecast on the same rows."""

    capped_mase_ratio: float
    wape_ratio: float


@dataclass(frozen=True)
class Resampling:
    """How the interval of a ratio is found, and which tables are large enough to be judged by themselves."""

    samples: int
    seed: int
    table_series_origins: int


def leaves_of(backtests: pd.DataFrame, series: pd.DataFrame, method: str = METHOD) -> pd.DataFrame:
    """The rows of a method on leaf series, with `table`: table and unit.

    Args:
        backtests: As `contracts.forecasts.Backtests` describes.
        series: The dimension.
        method: Whose rows.
    """
    leaves = series[series["level"] == "leaf"]
    tables = leaves.assign(table=leaves["table_name"] + "_" + leaves["unit"].str.lower())[["series_id", "table"]]
    return backtests[backtests["method"] == method].merge(tables, on="series_id", validate="m:1")


def compare(
    challenger: pd.DataFrame, champion: pd.DataFrame, series: pd.DataFrame, resampling: Resampling
) -> Comparison | None:
    """Compares two models on the windows that both have.

    Both are scored against the actuals and scales of the first: the newest figures.

    Args:
        challenger: Its backtests, as `contracts.forecasts.Backtests` describes.
        champion: The other's.
        series: The dimension of the first's snapshot.
        resampling: How intervals are found.

    Returns:
        None if no window is shared in which errors have a scale.
    """
    ours = leaves_of(challenger, series)
    theirs = champion[champion["method"] == METHOD]
    bounds = [f"{end}{level}" for level in LEVELS for end in ("lo", "hi")]
    both = ours.merge(theirs[[*WINDOW, "yhat", *bounds]], on=WINDOW, suffixes=("", "_champion"), validate="1:1")
    scaled = _scaled(both)
    if scaled.empty:
        return None
    low, high = _interval(scaled, resampling)
    worst = _worst_table(scaled, resampling.table_series_origins)
    return Comparison(
        series=int(scaled["series_id"].nunique()),
        series_origins=len(scaled),
        left_out_series=len(set(ours["series_id"]) ^ _leaves(theirs, series)),
        capped_mase_ratio=_ratio(scaled["ours"].sum(), scaled["theirs"].sum()),
        capped_mase_ratio_low=low,
        capped_mase_ratio_high=high,
        wape_ratio=_ratio((both["yhat"] - both["y"]).abs().sum(), (both["yhat_champion"] - both["y"]).abs().sum()),
        coverage={level: _coverage(both, level, "") for level in LEVELS},
        champion_coverage={level: _coverage(both, level, "_champion") for level in LEVELS},
        worst_table=None if worst is None else worst[0],
        worst_table_ratio=None if worst is None else worst[1],
    )


def compare_with_naive(backtests: pd.DataFrame, series: pd.DataFrame) -> AgainstNaive:
    """The losses of a model over those of the naive forecast, on the leaf series of its own backtest."""
    ours, naive = (leaves_of(backtests, series, method) for method in (METHOD, NAIVE))
    both = ours.merge(naive[[*WINDOW, "yhat"]], on=WINDOW, suffixes=("", "_champion"), validate="1:1")
    scaled = _scaled(both)
    return AgainstNaive(
        capped_mase_ratio=_ratio(scaled["ours"].sum(), scaled["theirs"].sum()),
        wape_ratio=_ratio((both["yhat"] - both["y"]).abs().sum(), (both["yhat_champion"] - both["y"]).abs().sum()),
    )


def _scaled(both: pd.DataFrame) -> pd.DataFrame:
    """For each series and origin whose errors have a scale the capped MASE of both: `ours`, `theirs`."""
    rows = both[both["scale"] > 0]
    errors = pd.DataFrame(
        {
            **{name: rows[name] for name in ("series_id", "origin", "table")},
            "ours": (rows["yhat"] - rows["y"]).abs() / rows["scale"],
            "theirs": (rows["yhat_champion"] - rows["y"]).abs() / rows["scale"],
        }
    )
    means = errors.groupby(["series_id", "origin", "table"], as_index=False)[["ours", "theirs"]].mean()
    return means.assign(**{name: means[name].clip(upper=MASE_CAP) for name in ("ours", "theirs")})


def _interval(scaled: pd.DataFrame, resampling: Resampling) -> tuple[float, float]:
    """Ends of the ratio's interval: series are drawn with all their origins, and the same ones for both models."""
    sums = scaled.groupby("series_id")[["ours", "theirs"]].sum().to_numpy(float)
    random = np.random.default_rng(resampling.seed)
    drawn = random.multinomial(len(sums), np.full(len(sums), 1 / len(sums)), size=resampling.samples) @ sums
    # Positions in the order of the ratios: nothing is computed from two of them, one of which may be infinite.
    ratios = np.sort(_ratios(drawn[:, 0], drawn[:, 1]))
    low, high = (ratios[round(share * (len(ratios) - 1))] for share in INTERVAL)
    return float(low), float(high)


def _worst_table(scaled: pd.DataFrame, least: int) -> tuple[str, float] | None:
    tables = scaled.groupby("table").agg(n=("ours", "size"), ours=("ours", "sum"), theirs=("theirs", "sum"))
    judged = tables[tables["n"] >= least]
    if judged.empty:
        return None
    ratios = _ratios(judged["ours"].to_numpy(float), judged["theirs"].to_numpy(float))
    worst = int(ratios.argmax())
    return str(judged.index[worst]), float(ratios[worst])


def _leaves(backtests: pd.DataFrame, series: pd.DataFrame) -> set[str]:
    """Leaf series of an earlier backtest: those that are leaves, and those that are gone and had none below them."""
    names = set(backtests["series_id"])
    above = {name.rpartition("/")[0] for name in names}
    gone = names - set(series["series_id"]) - above
    return gone | names & set(series.loc[series["level"] == "leaf", "series_id"])


def _coverage(both: pd.DataFrame, level: int, whose: str) -> float:
    return float(both["y"].between(both[f"lo{level}{whose}"], both[f"hi{level}{whose}"]).mean())


def _ratio(ours: float, theirs: float) -> float:
    return float(_ratios(np.array([ours]), np.array([theirs]))[0])


def _ratios(ours: Floats, theirs: Floats) -> Floats:
    """One where both have the same loss, none among it."""
    there = theirs > 0
    ratios = np.where(there, ours / np.where(there, theirs, 1.0), np.inf)
    return np.where(ours == theirs, 1.0, ratios)
