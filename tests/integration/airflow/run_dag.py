"""Airflow's side: one run of a DAG by `dag.test`, as JSON. `python run_dag.py <reply> <folder> <dag> <conf>`."""

import json
import sys
import time
from pathlib import Path

from airflow.dag_processing.dagbag import DagBag


def main(reply, folder, dag_id, conf):
    dag = DagBag(dag_folder=folder, safe_mode=False).dags[dag_id]
    started = time.perf_counter()
    run = dag.test(run_conf=json.loads(conf))
    tasks = [
        {
            "task": one.task_id,
            "map_index": one.map_index,
            "label": one.rendered_map_index,
            "state": str(getattr(one.state, "value", one.state)),
            "seconds": one.duration,
        }
        for one in run.get_task_instances()
    ]
    state = str(getattr(run.state, "value", run.state))
    facts = {"state": state, "run_id": run.run_id, "seconds": time.perf_counter() - started, "tasks": tasks}
    Path(reply).write_text(json.dumps(facts), encoding="utf-8")


main(*sys.argv[1:])
