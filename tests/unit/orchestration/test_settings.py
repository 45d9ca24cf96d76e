"""airflow.yml: what is in the project holds, and every wrong key or value is named with a remedy."""

from copy import deepcopy

import pytest
import yaml

from viticast.contracts.declared import DeclarationError
from viticast.orchestration.settings import read_settings


@pytest.fixture(scope="session")
def content(project_root):
    return yaml.safe_load((project_root / "conf" / "base" / "airflow.yml").read_text(encoding="utf-8"))


def changed(content, place, value):
    """The settings with one changed; `...` removes it."""
    result = deepcopy(content)
    *way, last = place.split(".")
    inner = result
    for step in way:
        inner = inner[step]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return result


def refused(content):
    with pytest.raises(DeclarationError) as caught:
        read_settings(content)
    return str(caught.value)


def test_the_project_s_own_settings_hold(content):
    settings = read_settings(content)
    assert settings.operator == "process"
    assert settings.max_active_runs == 1
    assert settings.tasks.modeling.pool in settings.pools


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("owners", "me"),
        ("retries.tries", 3),
        ("schedules.feature", "@daily"),
        ("tasks.feature.slots", 3),
        ("tasks.training", {}),
        ("params.sources", {}),
        ("params.source.help", "text"),
        ("notify.address", "https://hooks.example/secret"),
        ("kubernetes.cluster", "x"),
        ("pools.viticast_flow.size", 2),
    ],
)
def test_an_unknown_key_is_named(content, place, value):
    said = refused(changed(content, place, value))
    assert f"{place}: no setting has this name" in said
    assert "Remedy" in said
    assert "conf/base/airflow.yml" in said


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("owner", ""),
        ("tags", []),
        ("start_date", "soon"),
        ("schedules.viticast", "every morning"),
        ("schedules.viticast", "None"),
        ("schedules.ingestion", "* * * *"),
        ("catchup", "perhaps"),
        ("max_active_runs", 0),
        ("dagrun_timeout_minutes", 0),
        ("retries.count", -1),
        ("retries.delay_seconds", "a minute"),
        ("retries.longest_delay_seconds", 0),
        ("pools.viticast_flow.slots", 0),
        ("tasks.feature.timeout_minutes", 0),
        ("tasks.feature.priority", 0),
        ("tasks.feature.pool", "a pool"),
        ("tasks.feature.resources.memory", "much"),
        ("tables_per_task", 0),
        ("params.promote.type", "text"),
        ("params.as_of.format", "day"),
        ("notify.variable", "https://hooks.example/secret"),
        ("notify.connection", "https://hooks.example/secret"),
        ("operator", "bash"),
        ("kubernetes.image", "an image"),
        ("kubernetes.namespace", "My_Space"),
    ],
)
def test_a_wrong_value_is_named_with_its_key(content, place, value):
    said = refused(changed(content, place, value))
    assert f"{place}" in said
    assert repr(value) in said
    assert "Remedy" in said


@pytest.mark.parametrize(
    "place", ["owner", "schedules.ingestion", "retries.count", "tasks.predict", "params.train", "notify"]
)
def test_a_missing_key_is_named(content, place):
    assert f"{place}: Field required" in refused(changed(content, place, ...))


def test_a_task_in_a_pool_that_is_not_there_is_refused(content):
    said = refused(changed(content, "tasks.intake.pool", "other"))
    assert "tasks.intake.pool is 'other', and pools has viticast_light" in said


def test_a_try_may_not_take_longer_than_its_run(content):
    said = refused(changed(content, "tasks.modeling.timeout_minutes", 361))
    assert "tasks.modeling.timeout_minutes is 361, more than dagrun_timeout_minutes: 360" in said


def test_the_first_delay_may_not_be_longer_than_the_longest(content):
    assert "delay_seconds is 1201, more than longest" in refused(changed(content, "retries.delay_seconds", 1201))


def test_a_webhook_has_one_name(content):
    assert "set one of them to null" in refused(changed(content, "notify.connection", "viticast_webhook"))


@pytest.mark.parametrize(
    ("name", "default"), [("promote", None), ("promote", "always"), ("train", "no"), ("source", 3)]
)
def test_a_default_must_be_allowed(content, name, default):
    said = refused(changed(content, f"params.{name}.default", default))
    assert f"params.{name}" in said
    assert repr(default) in said


@pytest.mark.parametrize("empty", [None, [], "viticast"])
def test_a_file_that_is_no_mapping_is_refused(empty):
    assert "is no mapping" in refused(empty)


def test_all_wrong_keys_are_named_at_once(content):
    said = refused(changed(changed(content, "owner", ""), "operator", "bash"))
    assert "owner is ''" in said
    assert "operator is 'bash'" in said
