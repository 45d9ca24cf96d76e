"""Figures and model are looked at, each rule gives a verdict, and a reader gets a page."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from viticast import __version__
from viticast.contracts.forecasts import Backtests
from viticast.contracts.lake import LAKE_TABLES
from viticast.lake.partitions import partitions_of
from viticast.lake.table import empty_frame
from viticast.monitoring import decision as decisions
from viticast.monitoring.alarms import check_earlier
from viticast.monitoring.alias_checks import check_aliases
from viticast.monitoring.figure_checks import (
    check_corrections,
    check_findings,
    check_freshness,
    check_missing_tables,
    check_revisions,
)
from viticast.monitoring.model_checks import (
    check_code,
    check_coherence,
    check_coverage,
    check_losses,
    check_registry,
    check_updated,
    require_current_model,
    require_one_model,
)
from viticast.monitoring.scoring import score_earlier as score_forecasts
from viticast.monitoring.series_checks import check_new_series, check_renamed_series, check_vanished_series
from viticast.monitoring.table_checks import check_repeated_year, check_totals
from viticast.monitoring.training_checks import check_training
from viticast.monitoring.verdicts import Verdict, verdict_frame, worst
from viticast.panel.crosswalk import settled
from viticast.panel.forecast_ledger import count_forecasts
from viticast.pipelines.monitoring.params import MonitoringParams
from viticast.sources.fetched import NO_FILE
from viticast.sources.tables import TableRegistry

logger = logging.getLogger(__name__)

Query = Callable[..., pd.DataFrame]
Receipt = Mapping[str, Any]
Partitions = Mapping[tuple[str, ...], Callable[[], pd.DataFrame]]
STAMP = ("snapshot_id", "model_key", "source", "is_synthetic")


def query_current_cells(query: Query, snapshot: pd.DataFrame) -> pd.DataFrame:
    """The cells of the current snapshot."""
    return query(vintage_ids=sorted(snapshot["vintage_id"]))


def query_previous_cells(query: Query, revisions: pd.DataFrame) -> pd.DataFrame:
    """The cells of the vintage that each table's current one was compared with; no row if there is none."""
    previous = sorted(revisions["old_vintage_id"].dropna().unique())
    if not previous:
        return query(vintage_ids=sorted(revisions["new_vintage_id"].unique())).head(0)
    return query(vintage_ids=previous)


def query_findings(query: Query, snapshot: pd.DataFrame, ingestion_receipt: Receipt) -> pd.DataFrame:
    """What was found in the files of the snapshot, in those that were refused last, and of tables that did not come."""
    refused = {row["raw_sha256"] for row in ingestion_receipt["refused"]}
    not_fetched = {row["landing_id"] for row in ingestion_receipt["not_fetched"]}
    files = {*snapshot["raw_sha256"], *refused, *({NO_FILE} if not_fetched else ())}
    # No engine takes an empty list.
    chosen = query(raw_hashes=sorted(files), landing_ids=sorted(not_fetched) or [NO_FILE])
    # The same bytes may have landed from several addresses: what was found in them is told once.
    told = [name for name in chosen.columns if name not in ("landing_id", "address")]
    return chosen.drop_duplicates(told, ignore_index=True)


def report_summary(
    cells: pd.DataFrame, previous: pd.DataFrame, params: MonitoringParams
) -> tuple[str, dict[str, Any], list[Verdict]]:
    """Evidently's description of the figures with its tests, and the verdicts on these.

    Returns:
        HTML, JSON and verdicts.
    """
    from viticast.monitoring.evidently_reports import check_tests, data_summary  # noqa: PLC0415 - takes seconds

    report = data_summary(cells, previous, params.evidently)
    return report.html, report.content, list(check_tests(report, "evidently_summary", "all tables"))


def report_drift(
    previous: pd.DataFrame, cells: pd.DataFrame, params: MonitoringParams
) -> tuple[str, dict[str, Any], list[Verdict]]:
    """Evidently's comparison of the last two vintages with its tests, and the verdicts on these.

    Returns:
        HTML and JSON that say so where there is one vintage only, and verdicts.
    """
    from viticast.monitoring.evidently_reports import check_tests, data_drift  # noqa: PLC0415

    if previous.empty:
        why = "the lake has one vintage of every table: there is nothing to compare with"
        rule = "every test of Evidently's suite passes"
        skipped = Verdict("evidently_drift", "all tables", "skipped", rule, detail=why)
        return f"<!doctype html><p>{why}</p>", {"skipped": why}, [skipped]
    report = data_drift(cells, previous, params.evidently)
    return report.html, report.content, list(check_tests(report, "evidently_drift", "all tables"))


def report_regression(backtests: pd.DataFrame, params: MonitoringParams) -> tuple[str, dict[str, Any], list[Verdict]]:
    """Evidently's description of the backtest's errors with its tests, and the verdicts on these.

    Returns:
        HTML, JSON and verdicts.
    """
    from viticast.monitoring.evidently_reports import check_tests, regression_performance  # noqa: PLC0415

    report = regression_performance(backtests, params.evidently)
    return report.html, report.content, list(check_tests(report, "evidently_regression", "all leaf series"))


def judge_figures(
    snapshot: pd.DataFrame,
    revisions: pd.DataFrame,
    findings: pd.DataFrame,
    corrections_applied: pd.DataFrame,
    current: pd.DataFrame,
    previous: pd.DataFrame,
    crosswalk: pd.DataFrame,
    tables: Mapping[str, Any],
    params: MonitoringParams,
) -> list[Verdict]:
    """Applies every rule on the figures."""
    bounds = params.figures
    return [
        *check_missing_tables(snapshot, TableRegistry.from_mapping(tables).names),
        *check_freshness(snapshot, bounds),
        *check_revisions(revisions, bounds),
        *check_vanished_series(revisions, previous, bounds),
        *check_new_series(revisions, current, bounds),
        *check_renamed_series(revisions, settled(crosswalk)),
        *check_totals(current, previous, findings, bounds),
        *check_repeated_year(current, bounds),
        *check_findings(findings),
        *check_corrections(corrections_applied[corrections_applied["action"] != "alias"]),
        *check_aliases(corrections_applied),
    ]


def judge_training(
    snapshot: pd.DataFrame,
    known_snapshots: Partitions,
    promotions: pd.DataFrame,
    model: Receipt,
    feature_receipt: Receipt,
) -> tuple[list[Verdict], bool]:
    """Asks for a new model where years came that the published one was not trained on.

    Args:
        snapshot: The current one.
        known_snapshots: Those that the lake has.
        promotions: Verdicts on models, those on models of the current snapshot among them.
        model: The receipt of the model in use.
        feature_receipt: Says which panel is current.

    Returns:
        The verdict, and whether training anew could give another model.
    """
    trained_on = str(model["snapshot_id"])
    read = known_snapshots.get((trained_on,))
    is_revised = model["panel_sha256"] != feature_receipt["panel_sha256"]
    # A promotion that did not come to its end leaves its verdict, and the champion as it was.
    not_taken = promotions[promotions["verdict"] != "promote"]
    is_judged = bool((not_taken["snapshot_id"] == feature_receipt["snapshot_id"]).any())
    verdicts = check_training(trained_on, snapshot, None if read is None else read(), is_judged, is_revised)
    return list(verdicts), is_revised and not is_judged


def query_earlier_forecasts(
    query: Query, panel: pd.DataFrame, identity: Receipt, catalog: list[dict[str, Any]]
) -> pd.DataFrame:
    """What was forecast from other snapshots of years that have figures by now.

    Args:
        query: The statement.
        panel: The current figures.
        identity: Says which snapshot is current.
        catalog: The tables of the lake: forecasts are queryable by now.
    """
    last_year = int(panel.loc[panel["value"].notna(), "year"].max())
    earlier = query(snapshot_id=identity["snapshot_id"], last_year=last_year)
    logger.info("%d earlier forecasts up to %d, of %d tables", len(earlier), last_year, len(catalog))
    return earlier


def score_earlier(
    earlier: pd.DataFrame,
    known_backtests: Partitions,
    panel: pd.DataFrame,
    series: pd.DataFrame,
    identity: Receipt,
    can_train: bool,
    params: MonitoringParams,
) -> tuple[pd.DataFrame, list[Verdict]]:
    """Puts every earlier forecast beside what came, and judges it by the backtest of the model that made it.

    Args:
        earlier: Forecasts of other snapshots.
        known_backtests: Those that the lake has, by snapshot and model.
        panel: The current figures.
        series: The dimension of their snapshot.
        identity: Says of which snapshot and model the current forecasts are.
        can_train: Whether training anew could answer an alarm.
        params: The stated rate of false alarms.

    Returns:
        As `contracts.scores.Scores` describes, and verdicts.
    """
    made_by = set(earlier["model_key"])
    frames = [read() for (_, model_key), read in sorted(known_backtests.items()) if model_key in made_by]
    backtests = pd.concat(frames, ignore_index=True) if frames else empty_frame(Backtests)
    scores = score_forecasts(earlier, panel, backtests, series, identity)
    logger.info("%d earlier forecasts scored", len(scores))
    in_use = str(identity["model_key"]) if can_train else None
    return scores, list(check_earlier(scores, backtests, series, params.earlier, in_use))


def count_last_stage(
    panel: pd.DataFrame,
    series: pd.DataFrame,
    forecasts: pd.DataFrame,
    identity: Receipt,
    feature_receipt: Receipt,
) -> pd.DataFrame:
    """Counts the forecasts of every table.

    Returns:
        As `contracts.ledger.ForecastLedger` describes.

    Raises:
        StaleModelError: The figures were built anew and the model was not.
        LedgerError: Series of the panel have no forecast.
    """
    require_current_model(feature_receipt, identity)
    ledger = count_forecasts(panel, series, forecasts, int(identity["target_year"]))
    logger.info("ledger: %d forecasts of %d series, none is missing", ledger["cells"].sum(), ledger["rows"].sum())
    return _stamped(ledger, identity, "forecast_ledger")


def ask_champion(champion: Any, forecasts: pd.DataFrame, identity: Receipt) -> list[Verdict]:  # noqa: ANN401
    """Asks the registered champion what the lake's forecasts say of the flows."""
    is_current = champion.metadata.metadata.get("model_key") == identity["model_key"]
    code = check_code(identity["is_other_code"])
    if identity["is_updated"] and is_current:
        return [code, check_updated(identity["trained_on"])]
    flows = forecasts[~forecasts["series_id"].str.contains("/")]
    answer = champion.predict(flows[["series_id", "year"]].reset_index(drop=True)) if is_current else pd.DataFrame()
    return [code, *check_registry(answer, forecasts, is_current)]


def judge(
    figures: list[Verdict],
    training: list[Verdict],
    earlier: list[Verdict],
    summary: list[Verdict],
    drift: list[Verdict],
    regression: list[Verdict],
    registry: list[Verdict],
    accuracy: pd.DataFrame,
    forecasts: pd.DataFrame,
    series: pd.DataFrame,
    identity: Receipt,
    feature_receipt: Receipt,
    model: Receipt,
    params: MonitoringParams,
) -> pd.DataFrame:
    """Applies the rules on the model, and puts all verdicts into one table.

    Returns:
        As `contracts.monitoring.MonitoringVerdicts` describes, the worst verdict first.

    Raises:
        StaleModelError: The figures were built anew and the model was not, or forecasts and accuracy are of two models.
    """
    require_current_model(feature_receipt, identity)
    require_one_model(model, identity)
    frame = verdict_frame(
        [
            *figures,
            *training,
            *earlier,
            *summary,
            *drift,
            *regression,
            *check_losses(accuracy, params.model),
            *check_coverage(accuracy, params.model),
            *check_coherence(forecasts, series),
            *registry,
        ]
    )
    for row in frame[~frame["verdict"].isin(["ok", "skipped"])].itertuples(index=False):
        logger.warning("%s: %s of %s: %s (%s)", row.verdict, row.check_name, row.subject, row.rule, row.detail)
    logger.info("verdict: %s (%d rules)", worst(frame), len(frame))
    return _stamped(frame, identity, "monitoring")


def decide(
    monitoring: pd.DataFrame, identity: Receipt, feature_receipt: Receipt
) -> tuple[dict[str, Any], dict[str, str]]:
    """Concludes from the verdicts.

    Args:
        monitoring: The verdicts; they are in the lake by now.
        identity: Says of which snapshot and model they are.
        feature_receipt: Says which panel was judged.

    Returns:
        As `contracts.decision.Decision` describes, and what the MLflow run says about it.
    """
    made = decisions.decide(monitoring, identity, str(feature_receipt["panel_sha256"]))
    return made, {"decision": made["decision"], "decision.exit_status": str(made["exit_status"])}


def notify(
    decision: Mapping[str, Any],
    monitoring: pd.DataFrame,
    catalog: list[dict[str, Any]],
    page: str,
    params: MonitoringParams,
) -> dict[str, Any]:
    """Hands the decision to the webhook, once everything else of a run is stored.

    Args:
        decision: As it is stored.
        monitoring: The verdicts, as they are stored.
        catalog: The tables of the lake; the verdicts are queryable by now.
        page: The page; it is written by now.
        params: Says which decisions are told.

    Returns:
        The decision, or nothing if it is milder than those that are told.
    """
    logger.info("stored: %d verdicts, %d tables, a page of %d kB", len(monitoring), len(catalog), len(page) // 1000)
    return dict(decision) if decisions.is_told(decision, params.notify_from) else {}


def render(
    panel: pd.DataFrame,
    series: pd.DataFrame,
    forecasts: pd.DataFrame,
    backtests: pd.DataFrame,
    explanations: pd.DataFrame,
    components: pd.DataFrame,
    diagnostics: pd.DataFrame,
    corrections_applied: pd.DataFrame,
    snapshot: pd.DataFrame,
    monitoring: pd.DataFrame,
    revisions: pd.DataFrame,
    findings: pd.DataFrame,
    identity: Receipt,
    ingestion_receipt: Receipt,
    params: MonitoringParams,
) -> tuple[str, bytes]:
    """Draws the page and the picture of the totals.

    Returns:
        HTML, and PNG.
    """
    from viticast.reporting.context import PageContext  # noqa: PLC0415 - charts take seconds to import
    from viticast.reporting.images import render_totals  # noqa: PLC0415
    from viticast.reporting.page import render_page  # noqa: PLC0415

    context = PageContext(
        source=identity["source"],
        is_synthetic=identity["is_synthetic"],
        source_address=ingestion_receipt["source_url"],
        snapshot_id=identity["snapshot_id"],
        model_key=identity["model_key"],
        code_version=__version__,
        language=params.language,
    )
    page = render_page(
        panel=panel,
        series=series,
        forecasts=forecasts,
        backtests=backtests,
        explanations=explanations,
        components=components,
        diagnostics=diagnostics,
        corrections_applied=corrections_applied,
        snapshot=snapshot,
        monitoring=monitoring,
        revisions=revisions,
        findings=findings,
        context=context,
    )
    return page, render_totals(panel=panel, series=series, forecasts=forecasts, context=context)


def request_catalog(
    monitoring: pd.DataFrame, ledger: pd.DataFrame, scores: pd.DataFrame, identity: Receipt
) -> dict[str, dict[str, list[dict[str, str]]]]:
    """Asks for the verdicts, the ledger of the forecasts and the scores of earlier ones.

    Args:
        monitoring: The verdicts; they are in the lake by now.
        ledger: The ledger of the forecasts; it is in the lake by now.
        scores: Of earlier forecasts; those that there are, are in the lake by now.
        identity: Says of which snapshot and model they are.

    Returns:
        Table -> its partition; none of a table without rows.
    """
    written = {"forecast_ledger": ledger, "monitoring": monitoring, "scores": scores}
    logger.info("to catalog: %s", ", ".join(f"{len(rows)} rows of {name}" for name, rows in written.items()))
    made = {name: [identity] if len(rows) else [] for name, rows in written.items()}
    return {"tables": {name: partitions_of(LAKE_TABLES[name].partition_by, made[name]) for name in made}}


def _stamped(frame: pd.DataFrame, identity: Receipt, table: str) -> pd.DataFrame:
    """The frame with whose it is, in the order of its contract."""
    stamped = frame.assign(**{name: identity[name] for name in STAMP})
    columns = list(LAKE_TABLES[table].model.to_schema().columns)
    return stamped[columns].astype(dict.fromkeys(("snapshot_id", "model_key", "source"), "str"))
