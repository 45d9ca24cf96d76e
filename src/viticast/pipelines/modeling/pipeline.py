"""Panel -> model, judged against the champion -> the champion's forecasts -> catalog."""

from kedro.pipeline import Node, Pipeline, node, pipeline

from viticast.pipelines.modeling import nodes

PREDICT = "predict"
"""Tag of the nodes that forecast with the champion: `kedro run --tags predict`."""


def create_pipeline(**kwargs: object) -> Pipeline:
    """The modeling pipeline, in a namespace of its name that renames no dataset."""
    return pipeline(
        [*_train(), *_judge(), *_predict()],
        namespace="modeling",
        prefix_datasets_with_namespace=False,
    )


def _train() -> list[Node]:
    """A model: fitted, tested on the past and registered."""
    return [
        node(
            nodes.identify_model,
            inputs=["feature_receipt", "params:modeling", "code_fingerprint"],
            outputs="model_identity",
            name="identify_model",
        ),
        node(nodes.tag_run, inputs="model_identity", outputs="modeling_tags", name="tag_run"),
        node(
            nodes.log_inputs,
            inputs=["known_vintages", "snapshots", "feature_receipt"],
            outputs="modeling_inputs",
            name="log_inputs",
        ),
        node(
            nodes.backtest_forecaster,
            inputs=["training_panel", "series", "params:modeling", "model_identity"],
            outputs="challenger_backtests",
            name="backtest_forecaster",
        ),
        node(
            nodes.fit_forecaster,
            inputs=["training_panel", "series", "params:modeling"],
            outputs="fitted_forecaster",
            name="fit_forecaster",
        ),
        node(
            nodes.decompose_totals,
            inputs=["training_panel", "series"],
            outputs=["components", "diagnostics"],
            name="decompose_totals",
        ),
        node(
            nodes.score,
            inputs=["challenger_backtests", "series"],
            outputs=["challenger_accuracy", "modeling_metrics"],
            name="score",
        ),
        node(
            nodes.package_model,
            inputs=["fitted_forecaster", "challenger_accuracy", "model_identity"],
            outputs="model_version",
            name="package_model",
        ),
    ]


def _judge() -> list[Node]:
    """The model beside the champion; then what belongs to whichever of both is in use."""
    return [
        node(
            nodes.recall_champion,
            inputs=["champion", "known_backtests", "model_identity"],
            outputs=["opponent", "champion_backtests"],
            name="recall_champion",
        ),
        node(
            nodes.judge_challenger,
            inputs=[
                "challenger_backtests",
                "champion_backtests",
                "series",
                "opponent",
                "model_identity",
                "params:modeling",
                "known_promotion",
            ],
            outputs="promotion",
            name="judge_challenger",
        ),
        node(nodes.tag_verdict, inputs="promotion", outputs="promotion_tags", name="tag_verdict"),
        # The verdict comes back from the lake: it is stored before the alias moves.
        node(nodes.move_alias, inputs=["promotion", "model_version"], outputs="champion_alias", name="move_alias"),
        node(
            nodes.choose,
            inputs=[
                "champion_alias",
                "opponent",
                "model_identity",
                "challenger_backtests",
                "challenger_accuracy",
                "champion_backtests",
                "series",
            ],
            # Last of all the receipt that makes the model current.
            outputs=["backtests", "accuracy", "modeling_receipt"],
            name="choose",
        ),
    ]


def _predict() -> list[Node]:
    """The champion's forecasts for the newest figures; these nodes run alone as well."""
    return [
        node(nodes.prepare_panel, inputs="panel", outputs="training_panel", name="prepare_panel", tags=PREDICT),
        node(
            nodes.update_champion,
            inputs=[
                "registered_model",
                "training_panel",
                "series",
                "feature_receipt",
                "modeling_receipt",
                "code_fingerprint",
            ],
            outputs=["champion_forecaster", "forecast_identity"],
            name="update_champion",
            tags=PREDICT,
        ),
        node(
            nodes.forecast,
            inputs=["champion_forecaster", "forecast_identity"],
            outputs="forecasts",
            name="forecast",
            tags=PREDICT,
        ),
        node(nodes.explain, inputs="champion_forecaster", outputs="explanations", name="explain", tags=PREDICT),
        node(
            nodes.sign_forecasts,
            inputs=["forecast_identity", "forecasts", "explanations"],
            outputs="forecast_receipt",
            name="sign_forecasts",
            tags=PREDICT,
        ),
        node(
            nodes.request_catalog,
            inputs=["forecast_receipt", "modeling_receipt", "promotion"],
            outputs="modeling_catalog",
            name="request_catalog",
            tags=PREDICT,
        ),
    ]
