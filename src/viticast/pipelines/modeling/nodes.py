"""The forecaster is fitted, tested on the past and asked for the future; its key says what made it."""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from viticast.contracts.lake import LAKE_TABLES
from viticast.lake.partitions import partitions_of
from viticast.panel.inputs import list_inputs
from viticast.pipelines.modeling.params import ModelingParams
from viticast.registry.package import ModelPackage
from viticast.registry.promotion import judge

logger = logging.getLogger(__name__)

Receipt = Mapping[str, Any]
Query = Callable[..., pd.DataFrame]
TABLES = (
    "snapshots",
    "series",
    "panel",
    "corrections_applied",
    "ledger",
    "revisions",
    "forecasts",
    "backtests",
)
"""What is to be queryable when the pipeline ends."""


def identify_model(receipt: Receipt, params: ModelingParams, code_fingerprint: str) -> dict[str, Any]:
    """Names the model after what makes it: panel, parameters and code.

    Args:
        receipt: The feature pipeline's, with the hash of the panel.
        params: How it is made.
        code_fingerprint: Hash of the forecaster's code and of the libraries under it.

    Returns:
        What the receipt will say, as `contracts.receipts.ModelReceipt` describes.
    """
    made_of = {
        "panel": receipt["panel_sha256"],
        "params": params.model_dump(mode="json"),
        "code": code_fingerprint,
    }
    key = _hash(made_of)[:16]
    target_year = min(receipt["last_years"].values()) + params.horizon
    logger.info("model %s: forecasts to %d", key, target_year)
    return {
        "model_key": key,
        "snapshot_id": receipt["snapshot_id"],
        "source": receipt["source"],
        "is_synthetic": receipt["is_synthetic"],
        "target_year": target_year,
        "panel_sha256": receipt["panel_sha256"],
        "params_sha256": _hash(made_of["params"]),
        "code_sha256": code_fingerprint,
    }


def prepare_panel(panel: pd.DataFrame) -> pd.DataFrame:
    """The panel under the names that forecasting libraries share: unique_id, ds, y."""
    return panel.rename(columns={"series_id": "unique_id", "year": "ds", "value": "y"})[["unique_id", "ds", "y"]]


def backtest_forecaster(
    training_panel: pd.DataFrame, series: pd.DataFrame, params: ModelingParams, identity: Receipt
) -> pd.DataFrame:
    """Forecasts every origin from what was known then, and puts the actuals beside it.

    Returns:
        As `contracts.forecasts.Backtests` describes.
    """
    from viticast.forecasting import Backtest  # noqa: PLC0415 - numba comes with it

    last = int(training_panel["ds"].max())
    origins = tuple(range(last - params.backtest_origins, last))
    logger.info("backtest: origins %d to %d, %d years ahead", origins[0], origins[-1], params.horizon)
    past = Backtest(origins=origins, horizon=params.horizon, tracked=params.tracked)
    result = past.run(training_panel, _spec(params, series))
    return _stamp(result.rename(columns={"unique_id": "series_id", "ds": "year"}), identity, "backtests")


def fit_forecaster(training_panel: pd.DataFrame, series: pd.DataFrame, params: ModelingParams) -> Any:  # noqa: ANN401
    """Fits the forecaster on all that is known."""
    from viticast.forecasting import fit  # noqa: PLC0415

    return fit(training_panel, _spec(params, series))


def forecast(fitted: Any, params: ModelingParams, identity: Receipt) -> pd.DataFrame:  # noqa: ANN401
    """Forecasts every series to the common target year.

    Returns:
        As `contracts.forecasts.Forecasts` describes.
    """
    result = fitted.predict(until=identity["target_year"], levels=params.levels)
    return _stamp(result.rename(columns={"unique_id": "series_id", "ds": "year"}), identity, "forecasts")


def explain(fitted: Any) -> pd.DataFrame:  # noqa: ANN401
    """Tells of each series which members and shares make its forecast.

    Returns:
        As `contracts.reports.Explanations` describes.
    """
    told: pd.DataFrame = fitted.explain().rename(columns={"unique_id": "series_id"})
    return told


def decompose_totals(training_panel: pd.DataFrame, series: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Splits each flow, and each sum directly below it, into level, yearly change and the rest.

    Args:
        training_panel: Figures as unique_id, ds, y.
        series: SeriesDimension of the same snapshot.

    Returns:
        As `contracts.decompositions.Components` and `contracts.decompositions.Diagnostics` describe.
    """
    from viticast.forecasting.decomposition import decompose  # noqa: PLC0415 - forecasting brings numba

    sums = series[(series["level"] != "leaf") & (series["series_id"].str.count("/") <= 1)]
    components, diagnostics = decompose(training_panel, sorted(sums["series_id"]))
    for row in diagnostics[diagnostics["status"] != "converged"].itertuples(index=False):
        logger.warning("decomposition of %s: %s", row.unique_id, row.status)
    logger.info("decomposed: %d of %d totals", components["unique_id"].nunique(), len(diagnostics))
    names = {"unique_id": "series_id", "ds": "year", "y": "value"}
    return components.rename(columns=names), diagnostics.rename(columns=names)


def score(backtests: pd.DataFrame, series: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Measures every method on the backtest's leaf series: overall, by class, horizon, flow and unit, and table.

    By level it measures the sums as well.

    Returns:
        breakdown, group, method and losses, and the overall losses as MLflow metrics.
    """
    from viticast.forecasting import losses  # noqa: PLC0415

    known = series[["series_id", "flow", "table_name", "unit", "level"]]
    named = backtests.merge(known, on="series_id", validate="m:1").rename(columns={"series_id": "unique_id"})
    named["flow_unit"] = named["flow"] + "_" + named["unit"].str.lower()
    named["table"] = named["table_name"] + "_" + named["unit"].str.lower()
    named["overall"] = "all"
    leaves = named[named["level"] == "leaf"]
    frames = []
    for breakdown in ("overall", "series_class", "horizon", "flow_unit", "table", "level"):
        table = losses(named if breakdown == "level" else leaves, by=["method", breakdown])
        frames.append(table.rename(columns={breakdown: "group"}).assign(breakdown=breakdown).astype({"group": "str"}))
    accuracy = pd.concat(frames, ignore_index=True)
    front = ["breakdown", "group", "method"]
    accuracy = accuracy[[*front, *[column for column in accuracy.columns if column not in front]]]
    overall = accuracy[accuracy["breakdown"] == "overall"].set_index("method")
    for method in ("viticast", "naive"):
        row = overall.loc[method]
        logger.info("backtest, %-8s capped MASE %.3f  WAPE %.3f", method, row["capped_mase"], row["wape"])
    return accuracy, _metrics(overall)


def package_model(
    fitted: Any,  # noqa: ANN401
    accuracy: pd.DataFrame,
    forecasts: pd.DataFrame,
    identity: Receipt,
) -> tuple[ModelPackage, dict[str, Any]]:
    """Makes the model ready for the registry.

    Returns:
        The model, and the receipt that makes it current.
    """
    promotion = judge(accuracy[accuracy["breakdown"] == "overall"])
    first = forecasts.iloc[0]
    package = ModelPackage(
        model_key=identity["model_key"],
        arrays=fitted.to_arrays(),
        is_champion=promotion.is_champion,
        reason=promotion.reason,
        example=(str(first["series_id"]), int(first["year"])),
        tags={name: str(value) for name, value in identity.items() if name != "model_key"},
    )
    return package, dict(identity)


def tag_run(identity: Receipt) -> dict[str, str]:
    """What the MLflow run says about its model."""
    return {name: str(value) for name, value in identity.items()}


def log_inputs(query: Query, snapshot: pd.DataFrame, receipt: Receipt) -> list[dict[str, Any]]:
    """The figures that the model is trained on, for the MLflow run: each table's vintage, and the panel.

    Args:
        query: Lists the landings of the lake.
        snapshot: The current one.
        receipt: The feature pipeline's, with the hash of the panel.
    """
    return list_inputs(query(), snapshot, receipt)


def request_catalog(receipt: Receipt) -> dict[str, dict[str, list[dict[str, str]]]]:
    """Asks for what the snapshot and the model have in the lake.

    Args:
        receipt: The model's own; it is written when all of them are in the lake.

    Returns:
        Table -> its partition.
    """
    logger.info("to catalog: model %s of the snapshot %s", receipt["model_key"], receipt["snapshot_id"])
    return {"tables": {name: partitions_of(LAKE_TABLES[name].partition_by, [receipt]) for name in TABLES}}


def _hash(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _spec(params: ModelingParams, series: pd.DataFrame) -> Any:  # noqa: ANN401
    from viticast.forecasting import ForecastSpec  # noqa: PLC0415

    children = series[series["parent_id"].notna()]
    return ForecastSpec(
        horizon=params.horizon,
        levels=params.levels,
        parents=dict(zip(children["series_id"], children["parent_id"], strict=True)),
        origins=params.calibration_origins,
        learners=params.learners,
        seed=params.seed,
    )


def _stamp(frame: pd.DataFrame, identity: Receipt, table: str) -> pd.DataFrame:
    stamped = frame.assign(**{name: identity[name] for name in ("snapshot_id", "model_key", "source", "is_synthetic")})
    columns = list(LAKE_TABLES[table].model.to_schema().columns)
    texts = dict.fromkeys(("snapshot_id", "model_key", "source", "series_id", "series_class"), "str")
    return stamped[columns].astype(texts).reset_index(drop=True)


def _metrics(overall: pd.DataFrame) -> dict[str, Any]:
    numbers = overall.select_dtypes("number")
    return {
        f"{method}.{name}": {"value": float(value), "step": 0}
        for method, row in numbers.iterrows()
        for name, value in row.items()
        if pd.notna(value)
    }
