"""Whether a model may be used: it must beat the forecast that costs nothing."""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Promotion:
    """The decision on a model.

    Attributes:
        is_champion: True if it may be used.
        reason: The numbers behind it.
    """

    is_champion: bool
    reason: str


def judge(losses: pd.DataFrame) -> Promotion:
    """Compares the published method with the naive one on the same backtest.

    Args:
        losses: method, capped_mase, wape: one row for each method over all leaf series.
    """
    by_method = losses.set_index("method")
    ours, naive = by_method.loc["viticast"], by_method.loc["naive"]
    better = bool(ours["capped_mase"] < naive["capped_mase"] and ours["wape"] < naive["wape"])
    verb = "beats" if better else "does not beat"
    return Promotion(
        better,
        f"{verb} naive on the backtest: capped MASE {ours['capped_mase']:.4f} against {naive['capped_mase']:.4f}, "
        f"WAPE {ours['wape']:.4f} against {naive['wape']:.4f}",
    )
