"""Source -> raw bytes and manifest -> a decision on each file -> observations, vintages, findings and a receipt."""

from kedro.pipeline import Pipeline, node, pipeline

from viticast.pipelines.ingestion import nodes


def create_pipeline(**kwargs: object) -> Pipeline:
    """The ingestion pipeline, in a namespace of its name that renames no dataset."""
    return pipeline(
        [
            node(nodes.fetch_files, inputs=["figure_source", "tables"], outputs="fetched_files", name="fetch_files"),
            node(
                nodes.land_raw,
                inputs=["fetched_files", "figure_source"],
                outputs=["raw_files", "raw_manifest"],
                name="land_raw",
            ),
            node(
                nodes.read_files,
                inputs=["fetched_files", "figure_source", "tables", "raw_manifest"],
                outputs="read_files",
                name="read_files",
            ),
            node(
                nodes.decide,
                inputs=[
                    "fetched_files",
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
            ),
            node(
                nodes.land_figures,
                inputs=["intake", "tables", "figure_source"],
                # A vintage is listed once its figures are there.
                outputs=["observations", "vintages", "findings"],
                name="land_figures",
            ),
            node(
                nodes.settle,
                inputs=["intake", "vintages", "findings", "known_vintages", "figure_source", "params:ingestion"],
                outputs="ingestion_receipt",
                name="settle",
            ),
        ],
        namespace="ingestion",
        prefix_datasets_with_namespace=False,
    )
