"""A verdict of the gate as a row of the lake."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from viticast.contracts.promotions import NONE, Promotions
from viticast.registry.comparison import Comparison
from viticast.registry.gate import Contest, GateVerdict

STAMP = ("snapshot_id", "model_key", "source", "is_synthetic")


def verdict_row(verdict: GateVerdict, contest: Contest, identity: Mapping[str, Any]) -> pd.DataFrame:
    """One row, as `contracts.promotions.Promotions` describes.

    Args:
        verdict: The gate's.
        contest: Whom the model was judged against.
        identity: The model's receipt.
    """
    row = {
        **{name: identity[name] for name in STAMP},
        "champion_key": contest.champion_key or NONE,
        "champion_version": contest.champion_version or NONE,
        "verdict": verdict.verdict,
        "mode": contest.mode,
        "gate_verdict": verdict.gate_verdict,
        "rule": verdict.rule,
        "reason": verdict.reason,
        "is_same_figures": contest.is_same_figures,
        "is_same_code": contest.is_same_code,
        "capped_mase_against_naive": None if verdict.naive is None else verdict.naive.capped_mase_ratio,
        "wape_against_naive": None if verdict.naive is None else verdict.naive.wape_ratio,
        **_numbers(verdict.comparison),
    }
    columns = Promotions.to_schema().columns
    kinds = {name: str(column.dtype) for name, column in columns.items()}
    frame = pd.DataFrame([row])[list(columns)]
    return frame.astype({name: "str" if kind.startswith("string") else kind for name, kind in kinds.items()})


def standing_verdict(
    known: Mapping[tuple[str, ...], Callable[[], pd.DataFrame]], identity: Mapping[str, Any], champion_key: str
) -> pd.DataFrame | None:
    """The verdict on a model that the lake has, on the same figures; None if there is none.

    Args:
        known: (snapshot_id, model_key, champion_key) -> what reads the row.
        identity: The model's receipt.
        champion_key: Whom it was judged against, or `none`.
    """
    read = known.get((str(identity["snapshot_id"]), str(identity["model_key"]), champion_key))
    return None if read is None else read()


def _numbers(comparison: Comparison | None) -> dict[str, Any]:
    counts = ("series", "series_origins", "left_out_series")
    ratios = ("capped_mase_ratio", "capped_mase_ratio_low", "capped_mase_ratio_high", "wape_ratio")
    worst = ("worst_table", "worst_table_ratio")
    of_levels = [f"{whose}coverage{level}" for whose in ("", "champion_") for level in (80, 95)]
    if comparison is None:
        return dict.fromkeys(counts, 0) | dict.fromkeys((*ratios, *worst, *of_levels))
    return {
        **{name: getattr(comparison, name) for name in (*counts, *ratios, *worst)},
        **{f"coverage{level}": share for level, share in comparison.coverage.items()},
        **{f"champion_coverage{level}": share for level, share in comparison.champion_coverage.items()},
    }
