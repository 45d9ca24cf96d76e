"""Source -> raw bytes and manifest -> observations and a receipt."""

from kedro.pipeline import Pipeline, node, pipeline

from viticast.pipelines.ingestion.nodes import fetch_files, land_raw, read_observations


def create_pipeline(**kwargs: object) -> Pipeline:
    """The ingestion pipeline, in a namespace of its name that renames no dataset."""
    return pipeline(
        [
            node(fetch_files, inputs=["figure_source", "tables"], outputs="fetched_files", name="fetch_files"),
            node(
                land_raw,
                inputs=["fetched_files", "figure_source"],
                outputs=["raw_files", "raw_manifest"],
                name="land_raw",
            ),
            node(
                read_observations,
                inputs=["fetched_files", "tables", "figure_source", "raw_manifest"],
                outputs=["observations", "ingestion_receipt"],
                name="read_observations",
            ),
        ],
        namespace="ingestion",
        prefix_datasets_with_namespace=False,
    )
