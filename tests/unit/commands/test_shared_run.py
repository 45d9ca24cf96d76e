"""What `kedro shared-run` refuses before it asks MLflow; tests/pipelines has what it does."""

import json

import pytest
from click.testing import CliRunner

from viticast.cli import cli


def refused(*arguments, status=2):
    result = CliRunner().invoke(cli, ["shared-run", *arguments])
    assert result.exit_code == status
    return " ".join(result.output.split())


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """No project: whatever asks MLflow ends with status 1."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VITICAST_SHARED_RUN_ID", raising=False)


@pytest.mark.parametrize("tag", ["team", "=vine", "te*am=vine", "mlflow.parentRunId=1", "viticast.pid=1"])
def test_tags_that_are_no_pair_or_are_of_others_are_refused(tag):
    assert f"--tag {tag.partition('=')[0]}" in refused("open", "--name", "a", "--tag", tag)


@pytest.mark.parametrize(
    "states",
    [
        "no json",
        "[]",
        '"success"',
        '{"a": null}',
        '{"a": {"b": "success"}}',
        '{"a": "two words"}',
        '{"": "success"}',
        '{"a*": "success"}',
        json.dumps({"a" * 201: "success"}),
        json.dumps({f"task {number}": "success" for number in range(1001)}),
    ],
)
def test_states_that_could_be_no_tags_are_refused(states):
    assert "--states" in refused("close", "--run-id", "1", "--status", "failed", "--states", states)


def test_states_and_tags_that_are_right_are_not(monkeypatch):
    states = json.dumps({f"a.b-c/d {number}:e": "upstream_failed" for number in range(1000)})
    closing = refused("close", "--run-id", "1", "--status", "finished", "--states", states, status=1)
    assert "is no viticast project" in closing
    assert "is no viticast project" in refused("open", "--name", "a", "--tag", "team=a=b", "--tag", "x=", status=1)


@pytest.mark.parametrize(
    "arguments", [["open"], ["close", "--status", "failed"], ["close", "--run-id", "1"], ["close", "--status", "ended"]]
)
def test_what_is_needed_is_asked_for(arguments):
    refused(*arguments)
