"""Evidently's reports on figures and model, as HTML and JSON."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

NUMERICAL = ["log_value", "is_zero", "is_missing"]
CATEGORICAL = ["table_name", "unit"]


@dataclass(frozen=True)
class Report:
    """A rendered report.

    Attributes:
        html: One page that needs no network.
        content: Evidently's JSON, parsed.
    """

    html: str
    content: dict[str, Any]


def data_summary(cells: pd.DataFrame) -> Report:
    """Describes the leaves of a snapshot: sizes, zeros and missing values by table and unit."""
    from evidently.presets import DataSummaryPreset  # noqa: PLC0415 - twelve seconds that only this node pays

    return _run(DataSummaryPreset(), _described(cells))


def data_drift(previous: pd.DataFrame, current: pd.DataFrame) -> Report:
    """Compares the leaves of two vintages over the years that both have."""
    from evidently.presets import DataDriftPreset  # noqa: PLC0415

    shared = min(int(previous["year"].max()), int(current["year"].max()))
    new = current[current["table_name"].isin(previous["table_name"].unique()) & (current["year"] <= shared)]
    return _run(DataDriftPreset(), _described(new), _described(previous[previous["year"] <= shared]))


def regression_performance(backtests: pd.DataFrame) -> Report:
    """Describes the errors of the published method on the backtest, on the log scale.

    Series of a few kilograms and of a billion share one report: on the plain scale it would show only the largest.
    """
    from evidently.presets import RegressionPreset  # noqa: PLC0415

    ours = backtests[backtests["method"] == "viticast"]
    frame = pd.DataFrame({"target": np.log1p(ours["y"]), "prediction": np.log1p(ours["yhat"])})
    return _run(RegressionPreset(), frame, is_regression=True)


def drifted_share(drift: Report) -> float:
    """Share of the columns that Evidently calls drifted."""
    for metric in drift.content["metrics"]:
        if metric["metric_name"].startswith("DriftedColumnsCount"):
            return float(metric["value"]["share"])
    raise ValueError(f"Evidently's report has no DriftedColumnsCount: {json.dumps(drift.content)[:300]}")


def _described(cells: pd.DataFrame) -> pd.DataFrame:
    leaves = cells[cells["row_kind"] == "leaf"]
    return pd.DataFrame(
        {
            "log_value": np.log1p(leaves["value"]),
            "is_zero": (leaves["value"] == 0).astype("float64"),
            "is_missing": leaves["value"].isna().astype("float64"),
            "table_name": leaves["table_name"].astype(object),
            "unit": leaves["unit"].astype(object),
        }
    ).reset_index(drop=True)


def _run(
    preset: Any,  # noqa: ANN401 - one of several presets of Evidently
    current: pd.DataFrame,
    reference: pd.DataFrame | None = None,
    *,
    is_regression: bool = False,
) -> Report:
    import evidently  # noqa: PLC0415

    definition = (
        evidently.DataDefinition(
            numerical_columns=["target", "prediction"],
            regression=[evidently.Regression(target="target", prediction="prediction")],
        )
        if is_regression
        else evidently.DataDefinition(numerical_columns=NUMERICAL, categorical_columns=CATEGORICAL)
    )
    datasets = [
        None if frame is None else evidently.Dataset.from_pandas(frame, definition) for frame in (current, reference)
    ]
    snapshot = evidently.Report([preset]).run(*datasets)
    return Report(snapshot.get_html_str(as_iframe=False), json.loads(snapshot.json()))
