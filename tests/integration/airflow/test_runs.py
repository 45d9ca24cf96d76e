"""The whole DAG, run by `dag.test`: what its tasks do, what they leave, and what happens where one fails."""

import pytest
from tests.integration.airflow.airflow_home import AirflowHome, kedro
from tests.integration.airflow.flow_project import ONCE, TABLES, lake_files, make_flow_project, mlflow_runs
from tests.integration.airflow.webhook import listening
from tests.pipelines.project_runs import keep_tables, make_project

pytestmark = [pytest.mark.airflow, pytest.mark.slow]

AGAIN = {"modeling_again", "monitoring_again", "decide_again"}
"""The verdict on the sample's few origins is retrain: a run that only predicted trains, one that trained ends."""


@pytest.fixture(scope="module")
def webhook():
    with listening() as found:
        yield found


@pytest.fixture(scope="module")
def home(python, tmp_path_factory, webhook):
    """An Airflow beside a project of its own, which never ran."""
    base = tmp_path_factory.mktemp("flow")
    project = make_flow_project(base / "project", ONCE)
    (base / "airflow").mkdir()
    home = AirflowHome(
        python, base / "airflow", project / "deploy" / "airflow" / "dags", project, {"VITICAST_ALERT_URL": webhook[0]}
    )
    home.airflow("db", "migrate")
    return home


@pytest.fixture(scope="module")
def first(home):
    """The first run: there is no champion."""
    return home.test("viticast", {"source": "sample"})


@pytest.fixture(scope="module")
def second(home, first):
    """The next one, on the same figures."""
    return home.test("viticast", {"source": "sample"})


@pytest.fixture(scope="module")
def plain(tmp_path_factory, project_root):
    """The same project after `kedro run`."""
    project = make_project(tmp_path_factory.mktemp("plain"), project_root)
    keep_tables(project, TABLES)
    kedro(project, "run", "--params", "source=sample")
    return project


def states(run):
    """Task -> its state, a mapped one with its table."""
    return {one["task"] + (f"/{one['label']}" if one["map_index"] >= 0 else ""): one["state"] for one in run["tasks"]}


def test_without_a_champion_it_trains(first):
    found = states(first)
    assert first["state"] == "success", found
    assert (found["modeling"], found["predict"]) == ("success", "skipped")
    assert {found[f"ingestion.intake/{table}"] for table in TABLES} == {"success"}
    assert {found[name] for name in AGAIN | {"stop"}} == {"skipped"}
    assert {found[name] for name in ("open_run", "monitoring", "decide", "done", "close_run")} == {"success"}


def test_the_lake_is_that_of_kedro_run(home, first, plain):
    assert lake_files(home.project) == lake_files(plain)


def test_all_tasks_log_into_one_mlflow_run(home, first):
    parents, children = mlflow_runs(home.project)
    [run] = [one for one in parents if first["run_id"] in str(one.data.tags)]
    assert run.info.status == "FINISHED"
    mine = [child for child in children if child.data.tags["mlflow.parentRunId"] == run.info.run_id]
    assert sorted(child.info.run_name for child in mine) == sorted(f"ingestion.intake/{table}" for table in TABLES)
    assert {child.info.status for child in mine} == {"FINISHED"}
    assert run.data.metrics


def test_with_a_champion_it_predicts_and_trains_where_monitoring_says_so(second):
    found = states(second)
    assert second["state"] == "success", found
    assert (found["modeling"], found["predict"]) == ("skipped", "success")
    assert {found[name] for name in AGAIN | {"done"}} == {"success"}
    assert found["stop"] == "skipped"


def test_a_second_run_changes_nothing_of_the_lake(home, second, plain):
    assert lake_files(home.project) == lake_files(plain)


def test_nothing_was_announced_of_runs_that_succeeded(second, webhook):
    assert webhook[1] == []


@pytest.mark.printed
def test_what_the_dag_costs_is_printed(first):
    tasks = {one["task"]: one["seconds"] or 0 for one in first["tasks"] if one["state"] == "success"}
    print(f"dag.test: {first['seconds']:.0f} s, of which in tasks {sum(tasks.values()):.0f} s; slowest: ", end="")
    print(", ".join(f"{name} {seconds:.0f} s" for name, seconds in sorted(tasks.items(), key=lambda one: -one[1])[:3]))


def test_a_run_that_fails_is_announced_once_and_closed_as_failed(home, second, webhook):
    """The source `database` has no address here: fetching fails, and nothing after it runs."""
    before = len(webhook[1])
    run = home.test("viticast", {"source": "database"})
    found = states(run)
    assert run["state"] == "failed"
    assert (found["ingestion.fetch"], found["close_run"]) == ("failed", "success")
    assert {found[name] for name in ("ingestion.publish", "feature", "decide", "done", "stop")} == {"upstream_failed"}
    [alert] = webhook[1][before:]
    assert (alert["dag_id"], alert["run_id"], alert["task_id"]) == ("viticast", run["run_id"], "ingestion.fetch")
    assert alert["try_number"] == 1
    assert alert["log_url"].startswith("http")
    [closed] = [one for one in mlflow_runs(home.project)[0] if run["run_id"] in str(one.data.tags)]
    assert closed.info.status == "FAILED"


def test_a_value_that_is_refused_fails_before_anything_runs(home, webhook):
    before = len(webhook[1])
    run = home.test("viticast", {"source": "sample", "source_url": "x,promote=force"})
    assert run["state"] == "failed"
    assert states(run)["ingestion.fetch"] == "failed"
    assert len(webhook[1]) == before + 1
