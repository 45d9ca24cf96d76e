"""Figures and model -> reports and verdicts -> the page."""

from kedro.pipeline import Pipeline, node, pipeline

from viticast.pipelines.monitoring import nodes

FORECASTS = "forecast_receipt"
"""Says of which snapshot and model the current forecasts are."""


def create_pipeline(**kwargs: object) -> Pipeline:
    """The monitoring pipeline, in a namespace of its name that renames no dataset."""
    return pipeline(
        [
            node(
                nodes.query_current_cells,
                inputs=["panel_query", "snapshots"],
                outputs="current_cells",
                name="query_current_cells",
            ),
            node(
                nodes.query_previous_cells,
                inputs=["panel_query", "revisions"],
                outputs="previous_cells",
                name="query_previous_cells",
            ),
            node(
                nodes.query_findings,
                inputs=["findings_query", "snapshots", "ingestion_receipt"],
                outputs="snapshot_findings",
                name="query_findings",
            ),
            node(
                nodes.report_summary,
                inputs=["current_cells", "previous_cells", "params:monitoring"],
                outputs=["summary_html", "summary_json", "summary_verdict"],
                name="report_summary",
            ),
            node(
                nodes.report_drift,
                inputs=["previous_cells", "current_cells", "params:monitoring"],
                outputs=["drift_html", "drift_json", "drift_verdict"],
                name="report_drift",
            ),
            node(
                nodes.report_regression,
                inputs=["backtests", "params:monitoring"],
                outputs=["regression_html", "regression_json", "regression_verdict"],
                name="report_regression",
            ),
            node(
                nodes.judge_figures,
                inputs=[
                    "snapshots",
                    "revisions",
                    "snapshot_findings",
                    "corrections_applied",
                    "current_cells",
                    "previous_cells",
                    "crosswalk",
                    "tables",
                    "params:monitoring",
                ],
                outputs="figure_verdicts",
                name="judge_figures",
            ),
            node(
                nodes.judge_training,
                inputs=["snapshots", "known_snapshots", "promotion", "modeling_receipt", "feature_receipt"],
                outputs=["training_verdict", "can_train"],
                name="judge_training",
            ),
            node(
                nodes.query_earlier_forecasts,
                inputs=["earlier_forecasts_query", "panel", FORECASTS, "modeling_catalog"],
                outputs="earlier_forecasts",
                name="query_earlier_forecasts",
            ),
            node(
                nodes.score_earlier,
                inputs=[
                    "earlier_forecasts",
                    "known_backtests",
                    "panel",
                    "series",
                    FORECASTS,
                    "can_train",
                    "params:monitoring",
                ],
                outputs=["scores", "earlier_verdicts"],
                name="score_earlier",
            ),
            node(
                nodes.count_last_stage,
                inputs=["panel", "series", "forecasts", FORECASTS, "feature_receipt"],
                outputs="forecast_ledger",
                name="count_last_stage",
            ),
            node(
                nodes.ask_champion,
                inputs=["registered_model", "forecasts", FORECASTS],
                outputs="registry_verdict",
                name="ask_champion",
            ),
            node(
                nodes.judge,
                inputs=[
                    "figure_verdicts",
                    "training_verdict",
                    "earlier_verdicts",
                    "summary_verdict",
                    "drift_verdict",
                    "regression_verdict",
                    "registry_verdict",
                    "accuracy",
                    "forecasts",
                    "series",
                    FORECASTS,
                    "feature_receipt",
                    "modeling_receipt",
                    "params:monitoring",
                ],
                outputs="monitoring",
                name="judge",
            ),
            node(
                nodes.decide,
                inputs=["monitoring", FORECASTS, "feature_receipt"],
                outputs=["decision", "monitoring_tags"],
                name="decide",
            ),
            node(
                nodes.render,
                inputs=[
                    "panel",
                    "series",
                    "forecasts",
                    "backtests",
                    "explanations",
                    "components",
                    "diagnostics",
                    "corrections_applied",
                    "snapshots",
                    "monitoring",
                    "revisions",
                    "snapshot_findings",
                    FORECASTS,
                    "ingestion_receipt",
                    "params:monitoring",
                ],
                outputs=["page", "totals_png"],
                name="render",
            ),
            node(
                nodes.request_catalog,
                inputs=["monitoring", "forecast_ledger", "scores", FORECASTS],
                outputs="monitoring_catalog",
                name="request_monitoring_catalog",
            ),
            # Last of all: a webhook that fails finds everything stored.
            node(
                nodes.notify,
                inputs=["decision", "monitoring", "monitoring_catalog", "page", "params:monitoring"],
                outputs="webhook",
                name="notify",
            ),
        ],
        namespace="monitoring",
        prefix_datasets_with_namespace=False,
    )
