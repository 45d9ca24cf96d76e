"""Receipt -> catalog -> a record of what it found, equal to the contracts."""

from kedro.pipeline import Pipeline, node, pipeline

from viticast.pipelines.cataloging.nodes import request_catalog, verify_catalog


def create_pipeline(**kwargs: object) -> Pipeline:
    """The cataloging pipeline, in a namespace of its name that renames no dataset."""
    return pipeline(
        [
            node(request_catalog, inputs="ingestion_receipt", outputs="lake_catalog", name="request_catalog"),
            node(verify_catalog, inputs="lake_catalog", outputs="catalog_record", name="verify_catalog"),
        ],
        namespace="cataloging",
        prefix_datasets_with_namespace=False,
    )
