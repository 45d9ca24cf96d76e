"""What the registry keeps of a model: plain arrays, its key and how it did; no pickle."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

Arrays = dict[str, npt.NDArray[np.generic]]

LEVELS = (80, 95)
"""Per cent that the intervals of an answer cover where the question does not say."""

METRICS = ("capped_mase", "wape", "coverage80", "coverage95")
"""What a version's page in the registry says of its backtest."""


@dataclass(frozen=True)
class ModelPackage:
    """A fitted forecaster, ready to be registered.

    Attributes:
        model_key: Hash of panel, parameters and code: one key is registered once.
        arrays: The fitted state, readable with `numpy.load(allow_pickle=False)`.
        tags: What the version's page in the registry says.
        example: Series and year of an example question.
        metrics: How its backtest came out over all leaf series, as `overall_metrics` reads it.
    """

    model_key: str
    arrays: Arrays
    example: tuple[str, int]
    tags: dict[str, str] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)


def overall_metrics(accuracy: pd.DataFrame) -> dict[str, float]:
    """What the backtest says of the published method over all leaf series.

    Args:
        accuracy: As `contracts.reports.Accuracy` describes.

    Returns:
        Each of METRICS that the backtest has.
    """
    is_overall = (accuracy["breakdown"] == "overall") & (accuracy["method"] == "viticast")
    overall = accuracy.loc[is_overall, [name for name in METRICS if name in accuracy]].iloc[0]
    return {str(name): float(value) for name, value in overall.dropna().items()}
