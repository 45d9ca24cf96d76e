"""Airflow's side: what it makes of a folder of DAGs, as JSON. `python describe_dags.py <reply> <folder>`."""

import json
import sys
import time
from pathlib import Path

started = time.perf_counter()
from airflow.dag_processing.dagbag import DagBag  # noqa: E402 - its time is counted apart
from airflow.serialization.serialized_objects import DagSerialization  # noqa: E402

imported = time.perf_counter()


def call(task, tables=None):
    """What a task would run, with parameters of its own; None for one that runs no command."""
    if not hasattr(task, "build") and not hasattr(task, "partial_kwargs"):
        return None
    kept = task.partial_kwargs if hasattr(task, "partial_kwargs") else vars(task)
    return {name: kept.get(name) for name in ("command", "pipeline", "tags", "parameters", "branches", "event")}


def task_facts(task):
    kept = task.partial_kwargs if hasattr(task, "partial_kwargs") else {}
    return {
        "upstream": sorted(task.upstream_task_ids),
        "downstream": sorted(task.downstream_task_ids),
        "operator": task.operator_class.__name__ if hasattr(task, "operator_class") else type(task).__name__,
        "module": (task.operator_class if hasattr(task, "operator_class") else type(task)).__module__,
        "pool": task.pool,
        "retries": task.retries,
        "exponential": task.retry_exponential_backoff,
        "timeout": None if task.execution_timeout is None else task.execution_timeout.total_seconds(),
        "priority": task.priority_weight,
        "trigger_rule": str(getattr(task.trigger_rule, "value", task.trigger_rule)),
        "outlets": [outlet.name for outlet in task.outlets],
        "is_setup": task.is_setup,
        "is_teardown": task.is_teardown,
        "is_mapped": bool(kept),
        "call": call(task),
    }


def main(reply, folder):
    bag = DagBag(dag_folder=folder, safe_mode=False)
    facts = {
        "import_errors": bag.import_errors,
        "files": sorted(Path(dag.fileloc).name for dag in bag.dags.values()),
        "seconds": {"airflow": imported - started, "dags": time.perf_counter() - imported},
        "imported": sorted(
            name for name in sys.modules if name.split(".")[0] in ("kedro", "viticast", "mlflow", "pandas")
        ),
        "kubernetes": "airflow.providers.cncf.kubernetes.operators.pod" in sys.modules,
        "dags": {},
    }
    for dag in bag.dags.values():
        dag.validate()
        DagSerialization.serialize_dag(dag)
        facts["dags"][dag.dag_id] = {
            "doc": dag.doc_md,
            "started_by": [asset.name for asset in dag.schedule] if isinstance(dag.schedule, list) else [],
            "cron": dag.schedule if isinstance(dag.schedule, str) else None,
            "max_active_runs": dag.max_active_runs,
            "catchup": dag.catchup,
            "timeout": dag.dagrun_timeout.total_seconds(),
            "tags": sorted(dag.tags),
            "alerts": len(dag.on_failure_callback or []) if isinstance(dag.on_failure_callback, list) else 1,
            "params": {name: dag.params.get_param(name).description for name in dag.params},
            "order": [task.task_id for task in dag.topological_sort()],
            "tasks": {task.task_id: task_facts(task) for task in dag.tasks},
        }
    Path(reply).write_text(json.dumps(facts, default=str), encoding="utf-8")


main(*sys.argv[1:])
