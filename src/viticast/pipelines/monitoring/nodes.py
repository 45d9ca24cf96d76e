"""Figures and model are looked at, each rule gives a verdict, and a reader gets a page."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from viticast import __version__
from viticast.contracts.lake import LAKE_TABLES
from viticast.lake.partitions import partitions_of
from viticast.monitoring.alias_checks import check_aliases
from viticast.monitoring.figure_checks import check_corrections, check_findings, check_freshness, check_revisions
from viticast.monitoring.model_checks import (
    check_coherence,
    check_coverage,
    check_losses,
    check_registry,
    check_updated,
    require_current_model,
)
from viticast.monitoring.verdicts import Verdict, bounded, verdict_frame, worst
from viticast.pipelines.monitoring.params import MonitoringParams
from viticast.sources.fetched import NO_FILE

logger = logging.getLogger(__name__)

Query = Callable[..., pd.DataFrame]
Receipt = Mapping[str, Any]


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


def report_summary(cells: pd.DataFrame) -> tuple[str, dict[str, Any]]:
    """Evidently's description of the figures, as HTML and JSON."""
    from viticast.monitoring.evidently_reports import data_summary  # noqa: PLC0415

    report = data_summary(cells)
    return report.html, report.content


def report_drift(
    previous: pd.DataFrame, cells: pd.DataFrame, params: MonitoringParams
) -> tuple[str, dict[str, Any], list[Verdict]]:
    """Evidently's comparison of the last two vintages, and the verdict on it.

    Returns:
        HTML and JSON that say so where there is one vintage only, and the verdict.
    """
    from viticast.monitoring.evidently_reports import data_drift, drifted_share  # noqa: PLC0415

    rule = f"at most {params.drift_share:.0%} of Evidently's columns drift between the last two vintages"
    if previous.empty:
        why = "the lake has one vintage of every table: there is nothing to compare with"
        return (
            f"<!doctype html><p>{why}</p>",
            {"skipped": why},
            [Verdict("drift", "all tables", "skipped", rule, detail=why)],
        )
    report = data_drift(previous, cells)
    verdict = bounded("drift", "all tables", drifted_share(report), params.drift_share, rule)
    return report.html, report.content, [verdict]


def report_regression(backtests: pd.DataFrame) -> tuple[str, dict[str, Any]]:
    """Evidently's description of the backtest's errors, as HTML and JSON."""
    from viticast.monitoring.evidently_reports import regression_performance  # noqa: PLC0415

    report = regression_performance(backtests)
    return report.html, report.content


def ask_champion(champion: Any, forecasts: pd.DataFrame, identity: Receipt) -> list[Verdict]:  # noqa: ANN401
    """Asks the registered champion what the lake's forecasts say of the flows."""
    is_current = champion.metadata.metadata.get("model_key") == identity["model_key"]
    if identity["is_updated"]:
        return [check_updated(identity["trained_on"])]
    flows = forecasts[~forecasts["series_id"].str.contains("/")]
    answer = champion.predict(flows[["series_id", "year"]].reset_index(drop=True)) if is_current else pd.DataFrame()
    return list(check_registry(answer, forecasts, is_current))


def judge(
    snapshot: pd.DataFrame,
    revisions: pd.DataFrame,
    findings: pd.DataFrame,
    corrections_applied: pd.DataFrame,
    accuracy: pd.DataFrame,
    forecasts: pd.DataFrame,
    series: pd.DataFrame,
    drift: list[Verdict],
    registry: list[Verdict],
    identity: Receipt,
    feature_receipt: Receipt,
) -> pd.DataFrame:
    """Applies every rule.

    Returns:
        As `contracts.monitoring.MonitoringVerdicts` describes, the worst verdict first.

    Raises:
        StaleModelError: The figures were built anew and the model was not.
    """
    require_current_model(feature_receipt, identity)
    frame = verdict_frame(
        [
            *check_freshness(snapshot),
            *check_revisions(revisions),
            *check_findings(findings),
            *check_corrections(corrections_applied[corrections_applied["action"] != "alias"]),
            *check_aliases(corrections_applied),
            *drift,
            *check_losses(accuracy),
            *check_coverage(accuracy),
            *check_coherence(forecasts, series),
            *registry,
        ]
    )
    for row in frame[~frame["verdict"].isin(["ok", "skipped"])].itertuples(index=False):
        logger.warning("%s: %s of %s: %s (%s)", row.verdict, row.check_name, row.subject, row.rule, row.detail)
    logger.info("verdict: %s (%d rules)", worst(frame), len(frame))
    stamped = frame.assign(**{name: identity[name] for name in ("snapshot_id", "model_key", "source", "is_synthetic")})
    columns = list(LAKE_TABLES["monitoring"].model.to_schema().columns)
    return stamped[columns].astype(dict.fromkeys(("snapshot_id", "model_key", "source"), "str"))


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


def request_catalog(monitoring: pd.DataFrame, identity: Receipt) -> dict[str, dict[str, list[dict[str, str]]]]:
    """Asks for the verdicts.

    Args:
        monitoring: The verdicts; they are in the lake by now.
        identity: The model's receipt.

    Returns:
        Table -> its partition.
    """
    logger.info("to catalog: %d verdicts", len(monitoring))
    return {"tables": {"monitoring": partitions_of(LAKE_TABLES["monitoring"].partition_by, [identity])}}
