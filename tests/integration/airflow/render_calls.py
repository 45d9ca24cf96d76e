"""Airflow's side: what each task would run, and as which pod. `python render_calls.py <reply> <folder>`."""

import json
import os
import sys
from pathlib import Path
from types import SimpleNamespace

# A pod is described for a cluster; nothing is asked of it.
CLUSTER = {
    "clusters": [{"name": "none", "cluster": {"server": "http://127.0.0.1:1"}}],
    "contexts": [{"name": "none", "context": {"cluster": "none", "user": "none"}}],
    "users": [{"name": "none", "user": {}}],
    "current-context": "none",
}
KUBECONFIG = Path(sys.argv[1]).with_name("cluster.json")
KUBECONFIG.write_text(json.dumps(CLUSTER), encoding="utf-8")
os.environ["KUBECONFIG"] = str(KUBECONFIG)

from airflow.dag_processing.dagbag import DagBag  # noqa: E402 - reads the configuration
from kubernetes.client import ApiClient  # noqa: E402 - reads KUBECONFIG

RUN = "0123456789abcdef" * 2


def context(dag):
    """Of a DAG run by hand, with the defaults of its parameters."""
    states = {"feature": "success", "predict": "skipped"}
    return {
        "dag": dag,
        "run_id": "manual__2026-11-23T06:00:00+00:00",
        "params": {name: dag.params[name] for name in dag.params} | {"source": "sample"},
        "dag_run": SimpleNamespace(run_type="manual", consumed_asset_events=[], logical_date=None),
        "ti": SimpleNamespace(
            xcom_pull=lambda task_ids: RUN, get_task_states=lambda dag_id, run_ids: {run_ids[0]: states}
        ),
    }


def rendered(dag, task):
    if hasattr(task, "partial_kwargs"):
        task = task.unmap({"tables": ["ExpVinho", "ImpSuco"]})
    if not hasattr(task, "build"):
        return None
    call = task.build(context(dag))
    found = {"arguments": call.arguments, "environment": dict(call.environment)}
    if hasattr(task, "prepare"):
        task.prepare(call)
        found["pod"] = ApiClient().sanitize_for_serialization(task.build_pod_request_obj())
        found["gives"] = task.do_xcom_push
    return found


def main(reply, folder):
    os.environ.pop("VITICAST_KEDRO_ENV", None)
    bag = DagBag(dag_folder=folder, safe_mode=False)
    found = {dag.dag_id: {task.task_id: rendered(dag, task) for task in dag.tasks} for dag in bag.dags.values()}
    Path(reply).write_text(json.dumps({"errors": bag.import_errors, "dags": found}), encoding="utf-8")


main(*sys.argv[1:])
