"""Figures and model -> reports and verdicts -> the page."""

from kedro.pipeline import Pipeline, node, pipeline

from viticast.pipelines.monitoring import nodes


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
                inputs="current_cells",
                outputs=["summary_html", "summary_json"],
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
                inputs="backtests",
                outputs=["regression_html", "regression_json"],
                name="report_regression",
            ),
            node(
                nodes.ask_champion,
                inputs=["registered_model", "forecasts", "forecast_receipt"],
                outputs="registry_verdict",
                name="ask_champion",
            ),
            node(
                nodes.judge,
                inputs=[
                    "snapshots",
                    "revisions",
                    "snapshot_findings",
                    "corrections_applied",
                    "accuracy",
                    "forecasts",
                    "series",
                    "drift_verdict",
                    "registry_verdict",
                    "forecast_receipt",
                    "feature_receipt",
                ],
                outputs="monitoring",
                name="judge",
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
                    "forecast_receipt",
                    "ingestion_receipt",
                    "params:monitoring",
                ],
                outputs=["page", "totals_png"],
                name="render",
            ),
            node(
                nodes.request_catalog,
                inputs=["monitoring", "forecast_receipt"],
                outputs="monitoring_catalog",
                name="request_monitoring_catalog",
            ),
        ],
        namespace="monitoring",
        prefix_datasets_with_namespace=False,
    )
