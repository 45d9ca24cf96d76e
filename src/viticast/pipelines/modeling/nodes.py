"""A forecaster is fitted, tested on the past and judged against the champion; the champion is asked for the future."""

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
from viticast.registry import gate
from viticast.registry.champion import AliasMove, ChampionRecord, Opponent, Standing, find_opponent
from viticast.registry.package import ModelPackage, overall_metrics
from viticast.registry.publication import backtests_of, champion_forecaster, receipt_of, require_published
from viticast.registry.verdict_row import standing_verdict, verdict_row

logger = logging.getLogger(__name__)

Receipt = Mapping[str, Any]
Partitions = Mapping[tuple[str, ...], Callable[[], pd.DataFrame]]
SNAPSHOT_TABLES = ("snapshots", "series", "panel", "corrections_applied", "ledger", "revisions")
"""Of the snapshot that is forecast: to be queryable when the pipeline ends."""


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
        # How it is judged does not make it another model.
        "params": params.model_dump(mode="json", exclude={"gate"}),
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
    identity: Receipt,
) -> ModelPackage:
    """Makes the model ready for the registry."""
    panel = fitted.engine.panel
    return ModelPackage(
        model_key=identity["model_key"],
        arrays=fitted.to_arrays(),
        example=(str(panel.ids[0]), int(panel.last[0]) + int(panel.first_year) + 1),
        tags={name: str(value) for name, value in identity.items() if name != "model_key"},
        metrics=overall_metrics(accuracy),
    )


def recall_champion(
    standing: Standing, known_backtests: Partitions, identity: Receipt
) -> tuple[Opponent, pd.DataFrame]:
    """Finds whom the model is judged against, and how that one did in the past.

    Returns:
        The opponent, and its backtests: no row if there is none, or if the lake does not have them.
    """
    opponent = find_opponent(standing, identity["model_key"])
    backtests = backtests_of(opponent.champion, known_backtests)
    logger.info(
        "judged against: %s (version %s), %d rows of its backtest", opponent.key, opponent.version, len(backtests)
    )
    return opponent, backtests


def judge_challenger(
    challenger_backtests: pd.DataFrame,
    champion_backtests: pd.DataFrame,
    series: pd.DataFrame,
    opponent: Opponent,
    identity: Receipt,
    params: ModelingParams,
    known_promotion: Partitions,
) -> pd.DataFrame:
    """Judges the model against the champion.

    The champion's own verdict stands as it was given: the one that it was judged against may be gone by now, and the
    bounds may be others.

    Returns:
        As `contracts.promotions.Promotions` describes, one row.
    """
    champion = opponent.champion
    if opponent.is_of_champion:
        given = standing_verdict(known_promotion, identity, opponent.key)
        if given is not None:
            logger.info("model %s is champion: its verdict against %s stands", identity["model_key"], opponent.key)
            return given
    # A model that is champion was promoted as its run asked; a later run that comes to it again asks nothing new.
    mode: Any = opponent.mode or params.gate.promote
    contest = gate.Contest(
        champion_key=None if champion is None else champion.model_key,
        champion_version=None if champion is None else champion.version,
        had_champion=opponent.had_champion,
        is_same_figures=_is_alike(champion, identity, "panel_sha256"),
        is_same_code=_is_alike(champion, identity, "code_sha256"),
        mode=mode,
    )
    verdict = gate.judge(challenger_backtests, champion_backtests, series, contest, params.gate)
    log = logger.warning if verdict.verdict == "refuse" else logger.info
    log("%s model %s: %s", verdict.verdict, identity["model_key"], verdict.reason)
    return verdict_row(verdict, contest, identity)


def tag_verdict(promotion: pd.DataFrame) -> dict[str, str]:
    """What the MLflow run says about the verdict."""
    return _verdict_tags(promotion)


def move_alias(promotion: pd.DataFrame, version: ChampionRecord) -> AliasMove:
    """Says what becomes of the alias; the verdict is in the lake by now.

    Args:
        promotion: The verdict, read back.
        version: The model's, in the registry.
    """
    row = promotion.iloc[0]
    return AliasMove(
        model_key=str(row["model_key"]),
        version=version.version,
        expected=str(row["champion_key"]),
        is_promoted=row["verdict"] == "promote",
        tags=_verdict_tags(promotion),
    )


def choose(
    champion: ChampionRecord | None,
    opponent: Opponent,
    identity: Receipt,
    challenger_backtests: pd.DataFrame,
    challenger_accuracy: pd.DataFrame,
    champion_backtests: pd.DataFrame,
    series: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    """Publishes what belongs to the model in use: the champion, whichever of both it is.

    Args:
        champion: After the verdict.
        opponent: Whom the model was judged against.
        identity: The model's.
        challenger_backtests: The model's.
        challenger_accuracy: The model's.
        champion_backtests: The opponent's.
        series: The dimension of the snapshot.

    Returns:
        Backtests, accuracy and receipt of the model in use.

    Raises:
        NothingPublishedError: There is no champion, another one, or its backtests are gone.
    """
    in_use = require_published(champion, opponent, identity, champion_backtests)
    if in_use.model_key == identity["model_key"]:
        return challenger_backtests, challenger_accuracy, dict(identity)
    accuracy, _ = score(champion_backtests, series)
    return champion_backtests, accuracy, receipt_of(in_use)


def update_champion(
    model: Any,  # noqa: ANN401 - mlflow's, imported late
    training_panel: pd.DataFrame,
    series: pd.DataFrame,
    feature_receipt: Receipt,
    receipt: Receipt,
    code_fingerprint: str,
) -> tuple[Any, dict[str, Any]]:
    """Has the champion know the newest figures; nothing is weighed, calibrated or fitted anew.

    Args:
        model: The champion, out of the registry.
        training_panel: The newest figures as unique_id, ds, y.
        series: SeriesDimension of their snapshot.
        feature_receipt: Of the newest panel.
        receipt: Of the model in use.
        code_fingerprint: Of the installed forecaster: it forecasts, by what the champion has learnt.

    Returns:
        The forecaster, and what the receipt of the forecasts will say, as `contracts.receipts.ForecastReceipt`
        describes.

    Raises:
        OtherChampionError: The alias is at another model than backtests and accuracy are of.
    """
    fitted = champion_forecaster(model, receipt["model_key"])
    is_updated = feature_receipt["panel_sha256"] != receipt["panel_sha256"]
    if is_updated:
        logger.info("model %s takes the figures of snapshot %s", receipt["model_key"], feature_receipt["snapshot_id"])
        fitted = fitted.update(training_panel, _parents(series))
    is_other_code = code_fingerprint != receipt["code_sha256"]
    if is_other_code:
        logger.warning("model %s was made by other code than is installed: train anew", receipt["model_key"])
    target_year = min(feature_receipt["last_years"].values()) + fitted.engine.spec.horizon
    logger.info("model %s: forecasts to %d", receipt["model_key"], target_year)
    return fitted, {
        "model_key": receipt["model_key"],
        "snapshot_id": feature_receipt["snapshot_id"],
        "trained_on": receipt["snapshot_id"],
        "source": feature_receipt["source"],
        "is_synthetic": feature_receipt["is_synthetic"],
        "target_year": target_year,
        "panel_sha256": feature_receipt["panel_sha256"],
        "is_updated": is_updated,
        "is_other_code": is_other_code,
    }


def forecast(fitted: Any, identity: Receipt) -> pd.DataFrame:  # noqa: ANN401
    """Forecasts every series to the common target year.

    Returns:
        As `contracts.forecasts.Forecasts` describes.
    """
    result = fitted.predict(until=identity["target_year"], levels=fitted.engine.spec.levels)
    return _stamp(result.rename(columns={"unique_id": "series_id", "ds": "year"}), identity, "forecasts")


def explain(fitted: Any) -> pd.DataFrame:  # noqa: ANN401
    """Tells of each series which members and shares make its forecast.

    Returns:
        As `contracts.reports.Explanations` describes.
    """
    told: pd.DataFrame = fitted.explain().rename(columns={"unique_id": "series_id"})
    return told


def sign_forecasts(identity: Receipt, forecasts: pd.DataFrame, explanations: pd.DataFrame) -> dict[str, Any]:
    """Makes the forecasts current: they and their explanations are in place by now."""
    logger.info("%d forecasts of %d series", len(forecasts), len(explanations))
    return dict(identity)


def tag_run(identity: Receipt) -> dict[str, str]:
    """What the MLflow run says about its model."""
    return {name: str(value) for name, value in identity.items()}


def log_inputs(landings: pd.DataFrame, snapshot: pd.DataFrame, receipt: Receipt) -> list[dict[str, Any]]:
    """The figures that the model is trained on, for the MLflow run: each table's vintage, and the panel.

    Args:
        landings: Of every vintage, as `contracts.vintages.Vintages` describes.
        snapshot: The current one.
        receipt: The feature pipeline's, with the hash of the panel.
    """
    return list_inputs(landings, snapshot, receipt)


def request_catalog(
    forecast_receipt: Receipt, model_receipt: Receipt, promotions: pd.DataFrame
) -> dict[str, dict[str, list[dict[str, str]]]]:
    """Asks for what the snapshot, its forecasts and the models have in the lake.

    Args:
        forecast_receipt: It is written when all of them are in the lake.
        model_receipt: Of the model in use.
        promotions: The run's verdict; all verdicts in a run that gave none.

    Returns:
        Table -> its partitions.
    """
    logger.info("to catalog: snapshot %s, model %s", forecast_receipt["snapshot_id"], forecast_receipt["model_key"])
    judged: list[Mapping[str, Any]] = [
        {str(name): value for name, value in row.items()} for row in promotions.to_dict("records")
    ]
    rows: dict[str, list[Mapping[str, Any]]] = {
        **{name: [forecast_receipt] for name in (*SNAPSHOT_TABLES, "forecasts")},
        "backtests": [model_receipt, *judged],
        "promotions": judged,
    }
    return {"tables": {name: partitions_of(LAKE_TABLES[name].partition_by, rows[name]) for name in rows}}


def _hash(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _spec(params: ModelingParams, series: pd.DataFrame) -> Any:  # noqa: ANN401
    from viticast.forecasting import ForecastSpec  # noqa: PLC0415

    return ForecastSpec(
        horizon=params.horizon,
        levels=params.levels,
        parents=_parents(series),
        origins=params.calibration_origins,
        learners=params.learners,
        seed=params.seed,
    )


def _parents(series: pd.DataFrame) -> dict[str, str]:
    children = series[series["parent_id"].notna()]
    return dict(zip(children["series_id"], children["parent_id"], strict=True))


def _is_alike(champion: ChampionRecord | None, identity: Receipt, name: str) -> bool:
    return champion is not None and champion.tags.get(name) == identity[name]


def _verdict_tags(promotion: pd.DataFrame) -> dict[str, str]:
    """What registry and run say of a verdict."""
    row = promotion.iloc[0]
    return {
        "verdict": str(row["verdict"]),
        "rule": str(row["rule"]),
        "promote": str(row["mode"]),
        "reason": str(row["reason"]),
        "judged_against": str(row["champion_key"]),
    }


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
