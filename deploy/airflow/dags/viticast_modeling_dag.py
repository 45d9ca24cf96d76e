"""viticast, modeling: forecasts of the panel.

**What it does.** Forecasts with the champion. Without one, or with the parameter `train`, it trains a model and lets
the gate decide whether that takes the champion's place. Its end starts `viticast_monitoring`.

**Inputs.** The panel, and the parameters of the DAG run that started it.

**On failure.** A task that fails is tried again, later each time. What fails for good makes the run fail and sends one
alert with the task, the address of its log and its last lines. Read that log; correct what it names; then *clear* the
task with what is downstream of it: it goes on in the same MLflow run, and writes nothing twice. If `stop` failed, the
run itself is sound: look at the page and at `kedro verdict`, and do what it says.

This file is written by `kedro dags` from the pipelines, `conf/base/airflow.yml` and `conf/base/tables.yml`: a change
belongs there.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG, Asset, Param
from viticast_airflow import KedroBranchOperator, KedroOperator, alert_by

# What tasks of a kind are given; a timeout is of one try.
CONTROL = {
    "pool": "viticast_light",
    "priority_weight": 10,
    "execution_timeout": timedelta(minutes=10),
}
PREDICT = {
    "pool": "viticast_flow",
    "priority_weight": 1,
    "execution_timeout": timedelta(minutes=60),
}
MODELING = {
    "pool": "viticast_training",
    "priority_weight": 1,
    "execution_timeout": timedelta(minutes=240),
}

with DAG(
    dag_id="viticast_modeling",
    schedule=[Asset("viticast/feature")],
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(minutes=360),
    tags=["viticast"],
    doc_md=__doc__,
    # Called once for a run that failed for good, whatever failed in it.
    on_failure_callback=alert_by(variable="VITICAST_ALERT_URL"),
    params={
        "source": Param(
            None,
            description="Where the figures come from. Empty means the configured one; the environment aws needs it.",
            type=["string", "null"],
            enum=["sample", "embrapa", "api", "database", None],
        ),
        "promote": Param(
            "gate",
            description="Whether a trained model takes the champion's place: never, as the gate says, or whatever it says.",
            type="string",
            enum=["never", "gate", "force"],
        ),
        "train": Param(
            False,
            description="Train a model even where there is a champion.",
            type="boolean",
        ),
    },
    default_args={
        "owner": "viticast",
        "retries": 2,
        "retry_delay": timedelta(seconds=120),
        "retry_exponential_backoff": 2,
        "max_retry_delay": timedelta(seconds=1200),
        "weight_rule": "absolute",
    },
):
    # One MLflow run for the DAG run: it is closed whatever became of the tasks between.
    open_run = KedroOperator(task_id="open_run", command="open", **CONTROL).as_setup()
    close_run = KedroOperator(task_id="close_run", command="close", **CONTROL)

    has_champion = KedroBranchOperator(
        task_id="has_champion",
        command="champion",
        branches={"yes": "predict", "no": "modeling"},
        **CONTROL,
    )
    predict = KedroOperator(
        task_id="predict",
        pipeline="modeling",
        tags="predict",
        parameters=["source"],
        outlets=[Asset("viticast/modeling")],
        event={"trained": False},
        **PREDICT,
    )
    modeling = KedroOperator(
        task_id="modeling",
        pipeline="modeling",
        parameters=["source", "promote"],
        outlets=[Asset("viticast/modeling")],
        event={"trained": True},
        **MODELING,
    )

    open_run >> has_champion >> [predict, modeling] >> close_run.as_teardown(setups=open_run)
