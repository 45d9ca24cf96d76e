"""What is written: the same bytes each time, only where it differs, and never a part of a file."""

import json

import pytest
import yaml

from viticast.orchestration.plan import literal, plan
from viticast.orchestration.rendering import pools_json, stale, write
from viticast.orchestration.settings import read_settings

FILES = {"dags/viticast_dag.py": "a = 1\n", "pools.json": "{}\n"}


@pytest.fixture
def settings(project_root):
    return read_settings(yaml.safe_load((project_root / "conf" / "base" / "airflow.yml").read_text(encoding="utf-8")))


def test_an_empty_folder_gets_every_file_and_is_current_after(tmp_path):
    assert stale(tmp_path, FILES) == ["dags/viticast_dag.py (missing)", "pools.json (missing)"]
    assert write(tmp_path, FILES) == ["dags/viticast_dag.py (missing)", "pools.json (missing)"]
    assert stale(tmp_path, FILES) == []
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == {"viticast_dag.py", "pools.json"}


def test_one_changed_byte_is_found_and_repaired(tmp_path):
    write(tmp_path, FILES)
    (tmp_path / "dags" / "viticast_dag.py").write_text("a = 2\n")
    assert stale(tmp_path, FILES) == ["dags/viticast_dag.py (changed)"]
    write(tmp_path, FILES)
    assert (tmp_path / "dags" / "viticast_dag.py").read_text() == "a = 1\n"


def test_what_is_current_is_not_touched(tmp_path):
    write(tmp_path, FILES)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    assert write(tmp_path, FILES) == []
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_a_dag_of_a_pipeline_that_is_gone_goes_and_others_stay(tmp_path):
    write(tmp_path, FILES)
    for name in ("viticast_old_dag.py", "someone_else.py"):
        (tmp_path / "dags" / name).write_text("")
    assert stale(tmp_path, FILES) == ["dags/viticast_old_dag.py (of no pipeline)"]
    write(tmp_path, FILES)
    assert sorted(path.name for path in (tmp_path / "dags").iterdir()) == ["someone_else.py", "viticast_dag.py"]


def test_every_pool_of_a_task_is_imported(settings):
    pools = json.loads(pools_json(settings))
    assert {kind.pool for _, kind in settings.tasks} <= set(pools)
    assert all(pool["slots"] >= 1 for pool in pools.values())


@pytest.mark.parametrize(("size", "count", "last"), [(1, 15, 1), (4, 4, 3), (20, 1, 15)])
def test_every_table_is_in_exactly_one_task(settings, registry, size, count, last):
    chunks = plan(settings.model_copy(update={"tables_per_task": size}), registry.names).chunks
    assert [table for chunk in chunks for table in chunk] == list(registry.names)
    assert (len(chunks), len(chunks[-1])) == (count, last)


@pytest.mark.parametrize(
    "value", [None, True, 1, 1.5, "a 'b' \"c\" \\ \n é {{ x }}", ("a", None), {"a": ["b"], "c": {"d": 1}}, []]
)
def test_a_literal_means_what_it_was_made_of(value):
    found = eval(literal(value))  # noqa: S307 - it is what this function writes
    assert found == (list(value) if isinstance(value, tuple) else value)
    assert "\n" not in literal(value)


@pytest.mark.parametrize(
    ("pipeline", "names"),
    [
        ("__default__", ["source", "source_url", "as_of", "promote", "allow_partial", "train"]),
        ("ingestion", ["source", "source_url", "as_of", "promote", "allow_partial"]),
        ("cataloging", ["source", "as_of", "promote"]),
        ("feature", ["source", "as_of", "promote"]),
        ("modeling", ["source", "promote", "train"]),
        ("monitoring", ["source", "promote"]),
    ],
)
def test_a_dag_has_the_parameters_of_its_tasks_and_of_the_dags_after_it(settings, registry, pipeline, names):
    assert list(plan(settings, registry.names).params(pipeline)) == names
