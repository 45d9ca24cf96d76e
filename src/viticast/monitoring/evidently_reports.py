"""Evidently's reports on figures and model, each with a suite of tests, as HTML and JSON.

The tests are explicit ones with bounds of this project. Those that Evidently would add by itself (`include_tests=True`)
take samples for independent and of one size: two vintages of an annual table are neither.
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from viticast.contracts.columns import UNITS
from viticast.monitoring.bounds import EvidentlyBounds
from viticast.monitoring.verdicts import Verdict

NUMERICAL = ["log_value", "is_zero", "is_missing"]
CATEGORICAL = ["table_name", "unit"]
SUMMARY = "Leaf cells of the snapshot, as log(1 + value)"
DRIFT = "Leaf cells of the last two vintages, as log(1 + value), of the years that both have"
REGRESSION = "Errors of the backtest, as log(1 + value)"
_FAILED = ("FAIL", "ERROR", "WARNING")
_CASE = ["series_id", "origin", "horizon"]


@dataclass(frozen=True)
class Report:
    """A rendered report.

    Attributes:
        html: One page that needs no network, with a tab for the metrics and one for the tests.
        content: Evidently's JSON, parsed.
    """

    html: str
    content: dict[str, Any]


def data_summary(current: pd.DataFrame, previous: pd.DataFrame, bounds: EvidentlyBounds) -> Report:
    """Describes the leaves of a snapshot: sizes, zeros and missing values by table and unit.

    Args:
        current: The cells of the snapshot.
        previous: The cells of the vintage before of each table that has one; they give the tests their bounds.
        bounds: How far the figures may be from those before.
    """
    from evidently.metrics import MinValue, OutListValueCount, RowCount  # noqa: PLC0415 - seconds that only this pays
    from evidently.presets import DataSummaryPreset  # noqa: PLC0415
    from evidently.tests import eq, gt, gte  # noqa: PLC0415

    described = _described(current)
    suite = [
        RowCount(tests=[gt(0)]),
        MinValue(column="log_value", tests=[gte(0)]),
        OutListValueCount(column="unit", values=list(UNITS), tests=[eq(0)]),
        *(_summary_tests(_described(previous), bounds) if len(previous) else []),
    ]
    return _run(SUMMARY, [DataSummaryPreset(), *suite], described)


def data_drift(current: pd.DataFrame, previous: pd.DataFrame, bounds: EvidentlyBounds) -> Report:
    """Compares the leaves of two vintages over the years that both have."""
    from evidently.metrics import DriftedColumnsCount, ValueDrift  # noqa: PLC0415
    from evidently.presets import DataDriftPreset  # noqa: PLC0415
    from evidently.tests import lte  # noqa: PLC0415

    shared = min(int(previous["year"].max()), int(current["year"].max()))
    new = current[current["table_name"].isin(previous["table_name"].unique()) & (current["year"] <= shared)]
    distances = [("wasserstein", name) for name in NUMERICAL] + [("jensenshannon", name) for name in CATEGORICAL]
    suite = [
        DriftedColumnsCount(drift_share=bounds.drift_share, share_tests=[lte(bounds.drift_share)]),
        *(
            ValueDrift(column=name, method=method, threshold=bounds.drift_distance, tests=[lte(bounds.drift_distance)])
            for method, name in distances
        ),
    ]
    frames = _described(new), _described(previous[previous["year"] <= shared])
    return _run(DRIFT, [DataDriftPreset(drift_share=bounds.drift_share), *suite], *frames)


def regression_performance(backtests: pd.DataFrame, bounds: EvidentlyBounds) -> Report:
    """Describes the errors of the published method on the backtest, on the log scale, and tests them against naive's.

    Series of a few kilograms and of a billion share one report: on the plain scale it would show only the largest.

    Args:
        backtests: As `contracts.forecasts.Backtests` describes, of viticast and naive at least.
        bounds: How many times naive's errors the model's may be.
    """
    from evidently.metrics import MAE, RMSE, MeanError  # noqa: PLC0415
    from evidently.presets import RegressionPreset  # noqa: PLC0415
    from evidently.tests import gte, lte  # noqa: PLC0415

    ours, naive = _logarithms(backtests, "viticast"), _logarithms(backtests, "naive")
    errors = naive.loc[ours.index, "prediction"] - naive.loc[ours.index, "target"]
    mae, rmse = float(errors.abs().mean()), math.sqrt(float((errors**2).mean()))
    bias = bounds.bias * mae
    suite = [
        MAE(mean_tests=[lte(bounds.error_ratio * mae)]),
        RMSE(tests=[lte(bounds.error_ratio * rmse)]),
        MeanError(mean_tests=[gte(-bias), lte(bias)]),
    ]
    return _run(REGRESSION, [RegressionPreset(), *suite], ours.reset_index(drop=True), is_regression=True)


def check_tests(report: Report, check_name: str, subject: str) -> Iterator[Verdict]:
    """One verdict for each test of a report that fails, or one for all of them.

    Args:
        report: A report with a suite of tests.
        check_name: What its verdicts are called.
        subject: What the report is about.
    """
    rule = "every test of Evidently's suite passes"
    tests = report.content["tests"]
    if not tests:
        raise ValueError(f"Evidently's report of {subject} has no test: {json.dumps(report.content)[:300]}")
    failed = [test for test in tests if test["status"] in _FAILED]
    values = {metric["id"]: metric["value"] for metric in report.content["metrics"]}
    for test in failed:
        threshold = test["test_config"].get("threshold", test["test_config"].get("expected"))
        observed = _observed(values.get(test["metric_config"]["metric_id"]), test.get("bound_test") or {})
        numbers = observed, float(threshold) if isinstance(threshold, int | float) else None
        yield Verdict(check_name, str(test["name"]), "watch", rule, *numbers, str(test["description"]))
    if not failed:
        yield Verdict(check_name, subject, "ok", rule, 0.0, 0.0, f"{len(tests)} tests")


def _summary_tests(previous: pd.DataFrame, bounds: EvidentlyBounds) -> list[Any]:
    """Metrics with bounds that the vintage before gives."""
    from evidently.metrics import CategoryCount, MeanValue, MissingValueCount  # noqa: PLC0415
    from evidently.tests import gte, lte  # noqa: PLC0415

    missing, zero = float(previous["is_missing"].mean()), float(previous["is_zero"].mean())
    mean = float(previous["log_value"].mean())
    sizes = previous["table_name"].value_counts().sort_index()
    return [
        *(
            CategoryCount(
                column="table_name", category=str(name), tests=[gte(math.floor(size * (1 - bounds.lost_cells)))]
            )
            for name, size in sizes.items()
        ),
        MissingValueCount(column="log_value", share_tests=[lte(missing + bounds.missing_change)]),
        MeanValue(column="is_zero", tests=[gte(zero - bounds.zero_change), lte(zero + bounds.zero_change)]),
        MeanValue(column="log_value", tests=[gte(mean - bounds.mean_change), lte(mean + bounds.mean_change)]),
    ]


def _observed(value: object, bound_test: dict[str, Any]) -> float | None:
    """The number that a test looked at: a metric may have several."""
    if isinstance(value, dict):
        names = [
            "count" if bound_test.get("is_count") else "share",
            "mean" if bound_test.get("is_mean", True) else "std",
        ]
        value = next((value[name] for name in names if name in value), None)
    return float(value) if isinstance(value, int | float) else None


def _logarithms(backtests: pd.DataFrame, method: str) -> pd.DataFrame:
    """Target and prediction of a method, under series, origin and horizon."""
    rows = backtests[backtests["method"] == method].set_index(_CASE)
    return pd.DataFrame({"target": np.log1p(rows["y"]), "prediction": np.log1p(rows["yhat"])})


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
    title: str,
    items: list[Any],
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
    snapshot = evidently.Report(items).run(*datasets)
    return Report(_titled(snapshot.get_html_str(as_iframe=False), title), json.loads(snapshot.json()))


def _titled(html: str, title: str) -> str:
    """The page under a name: Evidently gives it none, and does not say on which scale figures are."""
    heading = f'<h1 style="font: 500 1.3rem Arial, sans-serif; margin: 1.5rem 1.5rem 0">{title}</h1>'
    named = html.replace("<head>", f"<head><title>viticast: {title}</title>", 1)
    return named.replace("<body>", f"<body>{heading}", 1)
