"""What queries cost, in the MLflow run."""

import sys

from viticast.lake.query import QueryStatistics


def record_query(name: str, statistics: QueryStatistics) -> None:
    """Adds a query to what the active MLflow run says of its statement; does nothing without such a run.

    A statement may be run several times in one run, and in several processes of it. So the metrics
    `athena.<statement>.bytes_scanned` and `.seconds` are running totals, a step for each query, and the tag
    `athena.<statement>.query_id` lists all queries.

    Args:
        name: Name of the statement.
        statistics: What the engine says of the query.
    """
    mlflow = sys.modules.get("mlflow")
    run = None if mlflow is None else mlflow.active_run()
    if mlflow is None or run is None:
        # Where something has a run, MLflow was imported: six seconds that a command need not pay to find none.
        return
    client, run_id = mlflow.MlflowClient(), run.info.run_id
    spent = {"bytes_scanned": float(statistics.bytes_scanned), "seconds": statistics.seconds}
    for what, amount in spent.items():
        key = f"athena.{name}.{what}"
        before = client.get_metric_history(run_id, key)
        total = max((point.value for point in before), default=0.0) + amount
        client.log_metric(run_id, key, total, step=len(before) + 1)
    tag = f"athena.{name}.query_id"
    listed = client.get_run(run_id).data.tags.get(tag)
    client.set_tag(run_id, tag, f"{listed}, {statistics.query_id}" if listed else statistics.query_id)
