"""viticast: from the figures to forecasts and their verdict, in one DAG run.

**What it does.** Fetches the figures, takes in each table, publishes them in the lake, catalogs them, builds the panel,
forecasts with the champion (or trains a model where there is none), and lets monitoring judge. Of the verdict, *ok*
and *watch* end the run; *retrain* trains a model, lets the gate decide on it and monitoring judge again, unless the run
has just trained one; *stop* fails the run, so that nobody publishes its forecasts unseen. Everything is recorded in one
MLflow run, whose id is what `open_run` returns.

**Inputs.** The parameters of the run, each described where it is triggered. A backfill builds the panel as it was
known at each of its dates.

**On failure.** A task that fails is tried again, later each time. What fails for good makes the run fail and sends one
alert with the task, the address of its log and its last lines. Read that log; correct what it names; then *clear* the
task with what is downstream of it: it goes on in the same MLflow run, and writes nothing twice. If `stop` failed, the
run itself is sound: look at the page and at `kedro verdict`, and do what it says.

This file is written by `kedro dags` from the pipelines, `conf/base/airflow.yml` and `conf/base/tables.yml`: a change
belongs there.
"""

from datetime import UTC, datetime, timedelta

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Param, TaskGroup
from viticast_airflow import KedroBranchOperator, KedroOperator, StopOperator, alert_by

# Each mapped task of ingestion takes one of these.
TABLES = [
    ["Producao"],
    ["ProcessaViniferas"],
    ["ProcessaAmericanas"],
    ["ProcessaMesa"],
    ["ProcessaSemclass"],
    ["Comercio"],
    ["ImpVinhos"],
    ["ImpEspumantes"],
    ["ImpFrescas"],
    ["ImpPassas"],
    ["ImpSuco"],
    ["ExpVinho"],
    ["ExpEspumantes"],
    ["ExpUva"],
    ["ExpSuco"],
]

# What tasks of a kind are given; a timeout is of one try.
CONTROL = {
    "pool": "viticast_light",
    "priority_weight": 10,
    "execution_timeout": timedelta(minutes=10),
}
FETCH = {
    "pool": "viticast_intake",
    "priority_weight": 1,
    "execution_timeout": timedelta(minutes=60),
}
INTAKE = {
    "pool": "viticast_intake",
    "priority_weight": 1,
    "execution_timeout": timedelta(minutes=30),
}
PUBLISH = {
    "pool": "viticast_intake",
    "priority_weight": 1,
    "execution_timeout": timedelta(minutes=30),
}
CATALOGING = {
    "pool": "viticast_flow",
    "priority_weight": 1,
    "execution_timeout": timedelta(minutes=60),
}
FEATURE = {
    "pool": "viticast_flow",
    "priority_weight": 1,
    "execution_timeout": timedelta(minutes=60),
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
MONITORING = {
    "pool": "viticast_flow",
    "priority_weight": 1,
    "execution_timeout": timedelta(minutes=60),
}

with DAG(
    dag_id="viticast",
    schedule="0 6 1 * *",
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
        "source_url": Param(
            None,
            description="A folder on the workers, or an address. Empty means the usual one of the source. No secret belongs here.",
            type=["string", "null"],
        ),
        "as_of": Param(
            None,
            description="Only vintages published by this date count, e.g. 2024-06-01. Empty means all; in a backfill, its date.",
            type=["string", "null"],
            format="date",
        ),
        "promote": Param(
            "gate",
            description="Whether a trained model takes the champion's place: never, as the gate says, or whatever it says.",
            type="string",
            enum=["never", "gate", "force"],
        ),
        "allow_partial": Param(
            False,
            description="Go on with the other tables where some were refused.",
            type="boolean",
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

    with TaskGroup("ingestion") as ingestion:
        fetch = KedroOperator(
            task_id="fetch",
            pipeline="ingestion",
            tags="fetch",
            parameters=["source", "source_url", "delivery"],
            **FETCH,
        )
        intake = KedroOperator.partial(
            task_id="intake",
            pipeline="ingestion",
            tags="intake",
            parameters=["source", "delivery"],
            map_index_template="{{ task.tables | join(', ') }}",
            **INTAKE,
        ).expand(tables=TABLES)
        publish = KedroOperator(
            task_id="publish",
            pipeline="ingestion",
            tags="publish",
            parameters=["source", "delivery", "allow_partial"],
            **PUBLISH,
        )
        fetch >> intake >> publish

    cataloging = KedroOperator(
        task_id="cataloging",
        pipeline="cataloging",
        parameters=["source"],
        **CATALOGING,
    )
    feature = KedroOperator(
        task_id="feature",
        pipeline="feature",
        parameters=["source", "as_of"],
        **FEATURE,
    )

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
        **PREDICT,
    )
    modeling = KedroOperator(
        task_id="modeling",
        pipeline="modeling",
        parameters=["source", "promote"],
        **MODELING,
    )
    monitoring = KedroOperator(
        task_id="monitoring",
        pipeline="monitoring",
        parameters=["source"],
        trigger_rule="none_failed_min_one_success",
        **MONITORING,
    )

    decide = KedroBranchOperator(
        task_id="decide",
        command="verdict",
        branches={"ok": "done", "watch": "done", "retrain": "modeling_again", "stop": "stop"},
        **CONTROL,
    )
    modeling_again = KedroOperator(
        task_id="modeling_again",
        pipeline="modeling",
        parameters=["source", "promote"],
        **MODELING,
    )
    monitoring_again = KedroOperator(
        task_id="monitoring_again",
        pipeline="monitoring",
        parameters=["source"],
        **MONITORING,
    )
    decide_again = KedroBranchOperator(
        task_id="decide_again",
        command="verdict",
        branches={"ok": "done", "watch": "done", "retrain": "done", "stop": "stop"},
        **CONTROL,
    )
    done = EmptyOperator(task_id="done", trigger_rule="none_failed_min_one_success")
    stop = StopOperator(task_id="stop", trigger_rule="none_failed_min_one_success", retries=0)

    open_run >> ingestion >> cataloging >> feature >> has_champion >> [predict, modeling] >> monitoring >> decide
    decide >> modeling_again >> monitoring_again >> decide_again
    decide >> [done, stop]
    decide_again >> [done, stop]
    # intake: where one table fails, others may still be running
    [intake, done, stop] >> close_run.as_teardown(setups=open_run)
