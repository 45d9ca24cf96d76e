"""Source -> raw bytes and manifest -> a decision on each file -> observations, vintages, findings and a receipt."""

from kedro.pipeline import Pipeline, node, pipeline

from viticast.pipelines.ingestion import nodes

FETCH, INTAKE, PUBLISH = "fetch", "intake", "publish"
"""Tags: what is done once, what can be done table by table in processes of their own, and what is done once after."""


def create_pipeline(**kwargs: object) -> Pipeline:
    """The ingestion pipeline, in a namespace of its name that renames no dataset."""
    return pipeline(
        [
            node(
                nodes.fetch_files,
                inputs=["figure_source", "tables"],
                outputs="fetched_files",
                name="fetch_files",
                tags=FETCH,
            ),
            node(
                nodes.land_raw,
                inputs=["fetched_files", "figure_source"],
                outputs=["raw_files", "raw_manifest"],
                name="land_raw",
                tags=FETCH,
            ),
            node(
                nodes.sign_delivery,
                inputs=["fetched_files", "figure_source", "tables", "raw_manifest", "params:ingestion"],
                outputs="delivery",
                name="sign_delivery",
                tags=FETCH,
            ),
            node(
                nodes.read_files,
                inputs=["delivery", "tables"],
                outputs="read_files",
                name="read_files",
                tags=INTAKE,
            ),
            node(
                nodes.decide,
                inputs=[
                    "delivery",
                    "read_files",
                    "known_vintages",
                    "known_observations",
                    "tables",
                    "aliases",
                    "expectations",
                    "params:ingestion",
                ],
                outputs="intake",
                name="decide",
                tags=INTAKE,
            ),
            node(
                nodes.land_figures,
                inputs=["intake", "tables", "delivery"],
                # A vintage is listed once its figures are there.
                outputs=["observations", "vintages", "findings"],
                name="land_figures",
                tags=INTAKE,
            ),
            node(
                nodes.sign_decisions,
                inputs=["intake", "delivery", "vintages", "findings"],
                outputs="decisions",
                name="sign_decisions",
                tags=INTAKE,
            ),
            node(
                nodes.settle,
                inputs=["decisions", "known_vintages", "params:ingestion"],
                outputs="ingestion_receipt",
                name="settle",
                tags=PUBLISH,
            ),
        ],
        namespace="ingestion",
        prefix_datasets_with_namespace=False,
    )
