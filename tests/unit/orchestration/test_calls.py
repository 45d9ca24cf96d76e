"""Values that users give to a DAG run become arguments of one command, and nothing else, or are refused."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from viticast_calls import (
    PATTERNS,
    RefusedValueError,
    ask,
    checked,
    close_run,
    delivery_name,
    open_run,
    run_pipeline,
)

WHATEVER_THE_LOAD = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""How long a value takes to make says nothing about it."""

RUN = "0123456789abcdef" * 2

anything = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="abc,=${}\n\r\0'\"`;|&<>\\ -.:/_é", max_size=60),
    st.sampled_from(
        ["x,promote=force", "${oc.env:SECRET}", "a\nb", "$(id)", "--env=aws", "a;b", "2024-13-01", "", None]
    ),
    st.integers(),
    st.booleans(),
    st.floats(),
    st.lists(st.text(max_size=10), max_size=3),
)


@WHATEVER_THE_LOAD
@given(st.dictionaries(st.sampled_from(sorted(PATTERNS)), anything, max_size=4))
def test_no_value_becomes_another_argument_or_parameter(parameters):
    """What Kedro splits at commas and at the first equals sign is what was given, and nothing else."""
    try:
        call = run_pipeline("ingestion", run=RUN, tags="intake", parameters=parameters)
    except RefusedValueError:
        return
    kept = {name: text for name, value in parameters.items() if (text := checked(name, value)) is not None}
    words = list(call.arguments)
    assert words[:5] == ["kedro", "run", "--pipelines=ingestion", "--tags", "intake"]
    assert words[5:] == (["--params", words[-1]] if kept else [])
    if kept:
        assert dict(item.split("=", 1) for item in words[-1].split(",")) == kept
    for text in [*words, *call.environment.values()]:
        assert not re.search(r"[\n\r\0$`'\"{};|<>\\]", text)


@WHATEVER_THE_LOAD
@given(anything)
def test_no_source_becomes_an_option(source):
    for build in (lambda: ask("verdict", source=source), lambda: open_run("viticast/run", source=source)):
        try:
            call = build()
        except RefusedValueError:
            continue
        rest = list(call.arguments)[list(call.arguments).index("--source") :] if "--source" in call.arguments else []
        assert rest in ([], *(["--source", known] for known in ("sample", "embrapa", "api", "database")))


@WHATEVER_THE_LOAD
@given(st.text(max_size=300), st.text(max_size=300))
def test_the_name_of_a_delivery_is_always_taken(dag_id, run_id):
    assert checked("delivery", delivery_name(f"v{dag_id}", run_id)) is not None


def test_two_runs_never_have_one_delivery():
    names = [delivery_name("viticast", run) for run in ("a~b", "a_b", "a@b", "x" * 300, "x" * 301)]
    assert len(set(names)) == len(names)
    run = "scheduled__2026-11-23T06:00:00+00:00"
    assert delivery_name("viticast", run) == f"viticast.{run}"
    assert delivery_name("viticast_ingestion", run) != delivery_name("viticast", run)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("source", "vitibrasil"),
        ("source_url", "http://x/y,promote=force"),
        ("source_url", "${oc.env:AWS_SECRET_ACCESS_KEY}"),
        ("source_url", "a\nb"),
        ("as_of", "2024-02-30"),
        ("as_of", "today"),
        ("promote", "force,train=true"),
        ("allow_partial", "yes"),
        ("tables", "ExpVinho;ImpSuco"),
        ("delivery", "../../etc"),
    ],
)
def test_a_refusal_names_parameter_value_and_what_it_may_be(name, value):
    with pytest.raises(RefusedValueError) as caught:
        checked(name, value)
    assert f"parameter '{name}' is {value!r}, and must be {PATTERNS[name][1]}" in str(caught.value)


def test_an_unknown_parameter_is_refused():
    with pytest.raises(RefusedValueError, match=r"parameter 'modeling\.horizon' is unknown"):
        checked("modeling.horizon", "3")


def test_a_mapped_task_logs_into_a_child_run():
    call = run_pipeline("ingestion", run=RUN, tags="intake", parameters={"tables": ["ExpVinho", "ImpSuco"]}, env="aws")
    assert call.arguments == (
        *("kedro", "run", "--pipelines=ingestion", "--tags", "intake", "--env", "aws"),
        *("--params", "tables=ExpVinho ImpSuco"),
    )
    assert call.environment == {
        "VITICAST_SHARED_RUN_ID": RUN,
        "VITICAST_SHARED_RUN_CHILD": "ingestion.intake/ExpVinho+ImpSuco",
    }


def test_what_was_not_given_is_not_passed_on():
    call = run_pipeline("feature", run=RUN, parameters={"source": None, "as_of": ""})
    assert call.arguments == ("kedro", "run", "--pipelines=feature")
    assert "VITICAST_SHARED_RUN_CHILD" not in call.environment


def test_the_run_is_opened_and_closed_by_name_and_id():
    assert open_run("viticast/manual__1", source="sample", env="aws").arguments == (
        *("kedro", "shared-run", "open", "--name", "viticast/manual__1", "--source", "sample", "--env", "aws"),
    )
    assert close_run(RUN, "failed", {"b": "failed", "a": "success"}).arguments == (
        *("kedro", "shared-run", "close", "--run-id", RUN, "--status", "failed"),
        *("--states", '{"a": "success", "b": "failed"}'),
    )


@pytest.mark.parametrize("run", ["", "None", "0" * 31, "0" * 32 + "\n", "--status"])
def test_a_run_that_is_none_is_refused(run):
    with pytest.raises(RefusedValueError, match="32 hexadecimal digits"):
        run_pipeline("feature", run=run)


def test_only_known_questions_are_asked():
    with pytest.raises(RefusedValueError, match="trace"):
        ask("trace")
