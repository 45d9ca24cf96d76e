"""Lake -> snapshot -> cells -> corrected leaves -> series, panel, and what was counted and revised."""

from kedro.pipeline import Pipeline, node, pipeline

from viticast.pipelines.feature import nodes


def create_pipeline(**kwargs: object) -> Pipeline:
    """The feature pipeline, in a namespace of its name that renames no dataset."""
    return pipeline(
        [
            node(
                nodes.choose_snapshot,
                inputs=["vintages_query", "tables", "params:feature", "catalog_record"],
                outputs="snapshot",
                name="choose_snapshot",
            ),
            node(nodes.query_cells, inputs=["panel_query", "snapshot"], outputs="snapshot_cells", name="query_cells"),
            node(
                nodes.correct_cells,
                inputs=["snapshot_cells", "corrections", "snapshot"],
                outputs=["corrected_leaves", "corrections_outcome"],
                name="correct_cells",
            ),
            node(
                nodes.update_crosswalk,
                inputs=["known_crosswalk", "corrected_leaves", "tables", "aliases", "snapshot"],
                outputs="crosswalk",
                name="update_crosswalk",
            ),
            node(
                nodes.identify_leaves,
                inputs=["corrected_leaves", "crosswalk"],
                outputs="identified_leaves",
                name="identify_leaves",
            ),
            node(
                nodes.describe_leaves,
                inputs=["corrected_leaves", "identified_leaves", "crosswalk", "tables", "aliases"],
                outputs=["series_dimension", "aliases_outcome"],
                name="describe_leaves",
            ),
            node(
                nodes.count_stages,
                inputs=[
                    "counts_query",
                    "snapshot",
                    "snapshot_cells",
                    "corrected_leaves",
                    "crosswalk",
                    "identified_leaves",
                ],
                outputs="stage_counts",
                name="count_stages",
            ),
            node(
                nodes.compare_ledgers,
                inputs=[
                    "stage_counts",
                    "snapshot",
                    "known_snapshots",
                    "known_ledger",
                    "snapshot_cells",
                    "corrected_leaves",
                    "crosswalk",
                    "identified_leaves",
                    "params:feature",
                ],
                outputs="compared_counts",
                name="compare_ledgers",
            ),
            node(
                nodes.query_previous_cells,
                inputs=["vintages_query", "panel_query", "snapshot"],
                outputs="cells_before",
                name="query_previous_cells",
            ),
            node(
                nodes.compare_vintages,
                inputs=["cells_before", "snapshot_cells", "crosswalk"],
                outputs="vintage_changes",
                name="compare_vintages",
            ),
            node(
                nodes.build_panel,
                inputs=[
                    "identified_leaves",
                    "series_dimension",
                    "snapshot",
                    "corrections_outcome",
                    "aliases_outcome",
                    "compared_counts",
                    "vintage_changes",
                ],
                # The lake gets all of a snapshot at once, and last the receipt that makes it current.
                outputs=[
                    "snapshots",
                    "corrections_applied",
                    "ledger",
                    "revisions",
                    "series",
                    "panel",
                    "feature_receipt",
                ],
                name="build_panel",
            ),
        ],
        namespace="feature",
        prefix_datasets_with_namespace=False,
    )
