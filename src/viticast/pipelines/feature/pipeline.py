"""Lake -> snapshot -> cells -> corrected leaves -> series and panel."""

from kedro.pipeline import Pipeline, node, pipeline

from viticast.pipelines.feature.nodes import (
    build_panel,
    choose_snapshot,
    correct_cells,
    query_cells,
    update_crosswalk,
)


def create_pipeline(**kwargs: object) -> Pipeline:
    """The feature pipeline, in a namespace of its name that renames no dataset."""
    return pipeline(
        [
            node(
                choose_snapshot,
                inputs=["vintages_query", "tables", "params:feature", "catalog_record", "ingestion_receipt"],
                outputs="snapshot",
                name="choose_snapshot",
            ),
            node(query_cells, inputs=["panel_query", "snapshot"], outputs="snapshot_cells", name="query_cells"),
            node(
                correct_cells,
                inputs=["snapshot_cells", "corrections", "snapshot"],
                outputs=["corrected_leaves", "corrections_outcome"],
                name="correct_cells",
            ),
            node(
                update_crosswalk,
                inputs=["known_crosswalk", "corrected_leaves", "tables", "aliases", "snapshot"],
                outputs="crosswalk",
                name="update_crosswalk",
            ),
            node(
                build_panel,
                inputs=["corrected_leaves", "crosswalk", "tables", "snapshot", "corrections_outcome"],
                # The lake gets all of a snapshot at once, and last the receipt that makes it current.
                outputs=["snapshots", "corrections_applied", "series", "panel", "feature_receipt"],
                name="build_panel",
            ),
        ],
        namespace="feature",
        prefix_datasets_with_namespace=False,
    )
