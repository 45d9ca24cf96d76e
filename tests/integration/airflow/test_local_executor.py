"""The DAGs on a real LocalExecutor with PostgreSQL: parallel tasks, kills at every level, and a backfill."""

import os
import signal
import time
from datetime import UTC, datetime

import pytest
from tests.integration.airflow.airflow_home import AirflowHome, kedro
from tests.integration.airflow.flow_project import SOON, TABLES, lake_files, make_flow_project, mlflow_runs
from tests.integration.airflow.real_airflow import kedro_process, parent, running_airflow
from tests.integration.airflow.webhook import listening
from tests.integration.postgres import running_postgresql
from tests.pipelines.project_runs import keep_tables, make_project

pytestmark = [pytest.mark.airflow, pytest.mark.slow, pytest.mark.crash]

YEARLY = f"{SOON}schedules: {{viticast: '0 6 1 6 *', ingestion: null}}\n"
ENDED = ("success", "failed")
SECONDS_TO_RUN = 900
SECONDS_UNDER_WAY = 3.0
"""So long a process works before it is killed: it is past its start, and not yet done."""


@pytest.fixture(scope="module")
def webhook():
    with listening() as found:
        yield found


@pytest.fixture(scope="module")
def airflow(python, tmp_path_factory, webhook):
    base = tmp_path_factory.mktemp("local-executor")
    project, dags = make_flow_project(base / "project", YEARLY)
    (base / "airflow").mkdir()
    home = AirflowHome(python, base / "airflow", dags, project, {"VITICAST_WEBHOOK": webhook[0]})
    with running_postgresql() as server, running_airflow(home, server) as airflow:
        yield airflow


@pytest.fixture(scope="module")
def plain(tmp_path_factory, project_root):
    """The same project after `kedro run`."""
    project = make_project(tmp_path_factory.mktemp("plain"), project_root)
    keep_tables(project, TABLES)
    kedro(project, "run", "--params", "source=sample")
    return project


def itself(kedro_id):
    return kedro_id


def task_runner(kedro_id):
    """Airflow's process of the task, which started Kedro's."""
    return parent(kedro_id)


def worker(kedro_id):
    """The executor's process, which watches over the task's."""
    return parent(parent(kedro_id))


@pytest.fixture(scope="module")
def killed(airflow):
    """A run of the whole DAG in which a Kedro process, a task runner and a worker were killed, each in another task."""
    airflow.trigger("viticast", "kills", {"source": "sample"})
    for command, victim in (
        ("--pipelines=cataloging", itself),
        ("--pipelines=feature", task_runner),
        ("--pipelines=modeling", worker),
    ):
        process = airflow.until(
            f"{command} runs", lambda command=command: kedro_process(airflow.home.project, command), SECONDS_TO_RUN
        )
        time.sleep(SECONDS_UNDER_WAY)
        os.kill(victim(process), signal.SIGKILL)
        airflow.until(f"process {process} is gone", lambda process=process: not is_alive(process), 60)
    airflow.until("the run ends", lambda: airflow.run_state("viticast", "kills") in ENDED, SECONDS_TO_RUN)
    return airflow.tasks("viticast", "kills")


def is_alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_what_was_killed_is_tried_again_and_succeeds(airflow, killed):
    assert airflow.run_state("viticast", "kills") == "success", killed
    assert {name: killed[name] for name in ("cataloging", "feature", "modeling")} == {
        "cataloging": ("success", 2),
        "feature": ("success", 2),
        "modeling": ("success", 2),
    }
    assert {killed[f"ingestion.intake/{place}"] for place in range(len(TABLES))} == {("success", 1)}


def test_the_lake_is_that_of_kedro_run(airflow, killed, plain):
    assert lake_files(airflow.home.project) == lake_files(plain)


def test_there_is_one_mlflow_run_with_a_child_for_each_table(airflow, killed):
    parents, children = mlflow_runs(airflow.home.project)
    [run] = [one for one in parents if "viticast/kills" in str(one.data.tags)]
    assert run.info.status == "FINISHED"
    mine = [child for child in children if child.data.tags["mlflow.parentRunId"] == run.info.run_id]
    assert sorted(child.info.run_name for child in mine) == sorted(f"ingestion.intake/{table}" for table in TABLES)


def test_retries_that_are_exhausted_end_in_a_failed_run_and_one_alert(airflow, killed, webhook):
    before = len(webhook[1])
    airflow.trigger("viticast", "exhausted", {"source": "database"})
    airflow.until("the run ends", lambda: airflow.run_state("viticast", "exhausted") in ENDED, SECONDS_TO_RUN)
    assert airflow.run_state("viticast", "exhausted") == "failed"
    tasks = airflow.tasks("viticast", "exhausted")
    assert tasks["ingestion.fetch"] == ("failed", 3)
    assert tasks["close_run"][0] == "success"
    airflow.until("the alert comes", lambda: len(webhook[1]) > before, 120)
    time.sleep(10)
    [alert] = webhook[1][before:]
    assert (alert["task_id"], alert["try_number"]) == ("ingestion.fetch", 3)
    assert "kedro run ended with status 1" in alert["error"]
    [closed] = [one for one in mlflow_runs(airflow.home.project)[0] if "viticast/exhausted" in str(one.data.tags)]
    assert closed.info.status == "FAILED"


def test_a_backfill_replays_vintages_in_order(airflow, killed):
    """Each date sees what was published by then, and one begins only after the other has ended."""
    airflow.home.airflow(
        *("backfill", "create", "--dag-id", "viticast", "--from-date", "2024-05-01", "--to-date", "2025-07-01"),
        *("--max-active-runs", "1", "--dag-run-conf", '{"source": "sample"}'),
    )

    def ended():
        runs = [run for run in airflow.runs("viticast") if run[1] == "backfill"]
        return runs if len(runs) == 2 and all(run[2] in ENDED for run in runs) else []

    first, second = airflow.until("both runs end", ended, 2 * SECONDS_TO_RUN)
    assert [run[0] for run in (first, second)] == [datetime(year, 6, 1, 6, tzinfo=UTC) for year in (2024, 2025)]
    assert (first[2], second[2]) == ("success", "success")
    assert first[4] <= second[3]
    snapshots = airflow.home.project / "data" / "sample" / "02_lake" / "snapshots"
    assert len(list(snapshots.rglob("*.parquet"))) >= 2
