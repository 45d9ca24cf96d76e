"""Panel -> backtest and model -> forecasts -> registry and catalog."""

from kedro.pipeline import Pipeline, node, pipeline

from viticast.pipelines.modeling import nodes


def create_pipeline(**kwargs: object) -> Pipeline:
    """The modeling pipeline, in a namespace of its name that renames no dataset."""
    return pipeline(
        [
            node(
                nodes.identify_model,
                inputs=["feature_receipt", "params:modeling", "code_fingerprint"],
                outputs="model_identity",
                name="identify_model",
            ),
            node(nodes.tag_run, inputs="model_identity", outputs="modeling_tags", name="tag_run"),
            node(
                nodes.log_inputs,
                inputs=["vintages_query", "snapshots", "feature_receipt"],
                outputs="modeling_inputs",
                name="log_inputs",
            ),
            node(nodes.prepare_panel, inputs="panel", outputs="training_panel", name="prepare_panel"),
            node(
                nodes.backtest_forecaster,
                inputs=["training_panel", "series", "params:modeling", "model_identity"],
                outputs="backtests",
                name="backtest_forecaster",
            ),
            node(
                nodes.fit_forecaster,
                inputs=["training_panel", "series", "params:modeling"],
                outputs="fitted_forecaster",
                name="fit_forecaster",
            ),
            node(
                nodes.forecast,
                inputs=["fitted_forecaster", "params:modeling", "model_identity"],
                outputs="forecasts",
                name="forecast",
            ),
            node(nodes.explain, inputs="fitted_forecaster", outputs="explanations", name="explain"),
            node(
                nodes.decompose_totals,
                inputs=["training_panel", "series"],
                outputs=["components", "diagnostics"],
                name="decompose_totals",
            ),
            node(nodes.score, inputs=["backtests", "series"], outputs=["accuracy", "modeling_metrics"], name="score"),
            node(
                nodes.package_model,
                inputs=["fitted_forecaster", "accuracy", "forecasts", "model_identity"],
                # Last of all the receipt that makes the model current: it needs backtests, forecasts and the registry.
                outputs=["registered_model", "modeling_receipt"],
                name="package_model",
            ),
            node(
                nodes.request_catalog,
                inputs="modeling_receipt",
                outputs="modeling_catalog",
                name="request_catalog",
            ),
        ],
        namespace="modeling",
        prefix_datasets_with_namespace=False,
    )
