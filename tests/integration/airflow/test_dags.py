"""The generated DAGs as Airflow sees them: they load, they are what Kedro's pipelines are, and lack nothing."""

import json
from graphlib import TopologicalSorter

import pytest
import yaml
from kedro.framework.project import pipelines
from kedro.framework.startup import bootstrap_project
from tests.integration.airflow.airflow_home import ROOT, AirflowHome, write_dags
from tests.pipelines.project_runs import make_project

pytestmark = pytest.mark.airflow

DAGS = ROOT / "deploy" / "airflow" / "dags"
IDS = ["viticast"] + [f"viticast_{name}" for name in ("cataloging", "feature", "ingestion", "modeling", "monitoring")]
AGAIN = ("modeling_again", "monitoring_again")


@pytest.fixture(scope="module")
def home(python, tmp_path_factory):
    return AirflowHome(python, tmp_path_factory.mktemp("airflow"), DAGS, ROOT)


@pytest.fixture(scope="module")
def facts(home):
    return home.describe()


@pytest.fixture(scope="module")
def pods_home(python, tmp_path_factory):
    """The DAGs of a project whose tasks are pods."""
    project = make_project(tmp_path_factory.mktemp("pods"), ROOT)
    settings = yaml.safe_load((ROOT / "conf" / "base" / "airflow.yml").read_text(encoding="utf-8"))
    kubernetes = settings["kubernetes"] | {"env_from_secret": "viticast-keys", "service_account": "viticast"}
    dags = write_dags(project, yaml.safe_dump({"operator": "kubernetes", "kubernetes": kubernetes}))
    return AirflowHome(python, tmp_path_factory.mktemp("airflow-pods"), dags, project)


@pytest.fixture(scope="module")
def calls(home):
    return home.calls()["dags"]


@pytest.fixture(scope="module")
def pods(pods_home):
    return pods_home.calls()["dags"]


def closure(waits):
    """Task -> all that it waits for, however far."""
    found = {}
    for task in TopologicalSorter(waits).static_order():
        before = set(waits.get(task, ()))
        found[task] = before.union(*(found[one] for one in before))
    return found


@pytest.mark.printed
def test_every_dag_loads_under_an_id_of_its_own(facts):
    assert facts["import_errors"] == {}
    assert sorted(facts["dags"]) == IDS
    assert len(facts["files"]) == len(set(facts["files"])) == len(IDS)
    seconds = facts["seconds"]
    print(f"{len(IDS)} DAGs parsed in {seconds['dags']:.2f} s, after Airflow's own {seconds['airflow']:.2f} s")


def test_nothing_of_the_project_is_imported_to_parse_them(facts):
    assert facts["imported"] == []
    assert not facts["kubernetes"]


def test_the_graph_is_that_of_kedro_s_namespaces(facts):
    """What waits for what among the pipelines is the same in Airflow, through however many tasks of other kinds."""
    bootstrap_project(ROOT)
    groups = pipelines["__default__"].group_nodes_by("namespace")
    kedro = closure({group.name: set(group.dependencies) for group in groups})
    tasks = facts["dags"]["viticast"]["tasks"]
    before = closure({name: set(task["upstream"]) for name, task in tasks.items()})
    pipeline = {
        name: task["call"]["pipeline"]
        for name, task in tasks.items()
        if task["call"] and task["call"]["pipeline"] and name not in AGAIN
    }
    airflow = {name: set() for name in kedro}
    for task, name in pipeline.items():
        airflow[name] |= {pipeline[one] for one in before[task] if one in pipeline} - {name}
    assert airflow == kedro


def test_every_pipeline_has_a_dag_that_the_one_before_starts(facts):
    outlets = {
        dag_id: {outlet for task in dag["tasks"].values() for outlet in task["outlets"]}
        for dag_id, dag in facts["dags"].items()
    }
    assert outlets["viticast"] == set()
    assert all(outlets[dag_id] == {dag_id.replace("_", "/")} for dag_id in IDS[1:])
    assert {dag_id: dag["started_by"] for dag_id, dag in facts["dags"].items()} == {
        "viticast": [],
        "viticast_ingestion": [],
        "viticast_cataloging": ["viticast/ingestion"],
        "viticast_feature": ["viticast/cataloging"],
        "viticast_modeling": ["viticast/feature"],
        "viticast_monitoring": ["viticast/modeling"],
    }
    # one flow of figures has one schedule
    assert [dag_id for dag_id, dag in facts["dags"].items() if dag["cron"]] == ["viticast"]


def test_an_asset_is_announced_by_the_last_task_alone(facts):
    for dag in facts["dags"].values():
        for task in dag["tasks"].values():
            if task["outlets"]:
                assert not task["is_mapped"]
                later = [dag["tasks"][name] for name in task["downstream"]]
                assert all(one["is_teardown"] or one["call"]["command"] == "verdict" for one in later)


def test_every_task_has_a_pool_that_is_imported_a_timeout_and_retries(facts):
    pools = json.loads((DAGS.parent / "pools.json").read_text(encoding="utf-8"))
    for dag in facts["dags"].values():
        assert (dag["max_active_runs"], dag["catchup"], dag["timeout"], dag["alerts"]) == (1, False, 21600, 1)
        for task in dag["tasks"].values():
            if task["call"]:
                assert task["pool"] in pools
                assert 0 < task["timeout"] <= dag["timeout"]
                assert (task["retries"], task["exponential"]) == (2, 2)


def test_what_tells_people_something_tells_it(facts):
    for dag in facts["dags"].values():
        assert "**What it does.**" in dag["doc"]
        assert "**On failure.**" in dag["doc"]
        assert all(len(description) > 20 for description in dag["params"].values())
        assert dag["tags"] == ["viticast"]


def test_every_run_begins_and_ends_its_mlflow_run(facts):
    for dag in facts["dags"].values():
        tasks = dag["tasks"]
        assert (tasks["open_run"]["is_setup"], tasks["close_run"]["is_teardown"]) == (True, True)
        assert dag["order"][0] == "open_run"
        before = closure({name: set(task["upstream"]) for name, task in tasks.items()})
        assert before["close_run"] == set(tasks) - {"close_run"}


def test_ingestion_maps_over_tables_and_publishes_once(facts):
    for dag_id, group in (("viticast", "ingestion."), ("viticast_ingestion", "")):
        tasks = facts["dags"][dag_id]["tasks"]
        assert [name for name, task in tasks.items() if task["is_mapped"]] == [f"{group}intake"]
        assert tasks[f"{group}publish"]["upstream"] == [f"{group}intake"]
        # where one table fails, others may still be running
        assert f"{group}intake" in tasks["close_run"]["upstream"]


def test_every_branch_leads_somewhere(facts):
    for dag in facts["dags"].values():
        for task in dag["tasks"].values():
            if task["call"] and task["call"]["branches"]:
                answers = {"champion": ["no", "yes"], "verdict": ["ok", "retrain", "stop", "watch"]}
                assert sorted(task["call"]["branches"]) == answers[task["call"]["command"]]
                assert set(task["call"]["branches"].values()) == set(task["downstream"])


def test_what_joins_branches_runs_after_any_of_them(facts):
    tasks = facts["dags"]["viticast"]["tasks"]
    for name in ("monitoring", "done", "stop"):
        assert tasks[name]["trigger_rule"] == "none_failed_min_one_success"


def test_tasks_run_what_is_expected_of_them(calls):
    run = "0123456789abcdef" * 2
    delivery = "viticast.manual__2026-11-23T06:00:00+00:00"
    whole = calls["viticast"]
    assert whole["ingestion.intake"] == {
        "arguments": [
            *("kedro", "run", "--pipelines=ingestion", "--tags", "intake"),
            *("--params", f"source=sample,delivery={delivery},tables=ExpVinho ImpSuco"),
        ],
        "environment": {
            "VITICAST_SHARED_RUN_ID": run,
            "VITICAST_SHARED_RUN_CHILD": "ingestion.intake/ExpVinho+ImpSuco",
        },
    }
    assert whole["ingestion.publish"]["arguments"][-1] == f"source=sample,delivery={delivery},allow_partial=false"
    assert whole["predict"]["arguments"][2:] == [
        "--pipelines=modeling",
        "--tags",
        "predict",
        "--params",
        "source=sample",
    ]
    assert whole["modeling"]["arguments"][2:] == ["--pipelines=modeling", "--params", "source=sample,promote=gate"]
    assert whole["modeling_again"]["arguments"] == whole["modeling"]["arguments"]
    assert whole["close_run"]["arguments"][-1] == '{"feature": "success", "predict": "skipped"}'
    assert whole["stop"] is None


def test_pods_run_the_same_commands(pods_home, calls, pods):
    facts = pods_home.describe()
    assert (facts["import_errors"], facts["imported"], facts["kubernetes"]) == ({}, [], True)
    assert sorted(pods) == sorted(calls)
    for dag_id, tasks in calls.items():
        for name, call in tasks.items():
            if call is None:
                assert pods[dag_id][name] is None
                continue
            [container] = [one for one in pods[dag_id][name]["pod"]["spec"]["containers"] if one["name"] == "base"]
            assert container["args"] == call["arguments"]
            assert {one["name"]: one["value"] for one in container["env"]} == call["environment"]


def test_pods_are_set_as_airflow_yml_says(pods):
    for tasks in pods.values():
        for task in filter(None, tasks.values()):
            spec = task["pod"]["spec"]
            [container] = [one for one in spec["containers"] if one["name"] == "base"]
            assert task["pod"]["metadata"]["namespace"] == "viticast"
            assert (container["image"], spec["serviceAccountName"]) == ("viticast:latest", "viticast")
            assert container["envFrom"] == [{"secretRef": {"name": "viticast-keys"}}]
            assert container["resources"]["requests"] == container["resources"]["limits"]
            assert set(container["resources"]["limits"]) == {"cpu", "memory"}
            assert container["command"][:2] == ["sh", "-c"]


def test_only_pods_that_answer_give_something_back(pods):
    gives = {name for name, task in pods["viticast"].items() if task and task["gives"]}
    assert gives == {"open_run", "has_champion", "decide", "decide_again"}
