"""`kedro verdict` in a project of its own: receipts and a decision, no run."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from viticast.cli import cli
from viticast.monitoring.decision import decide
from viticast.monitoring.verdicts import Verdict, verdict_frame

IDS = {"snapshot_id": "0" * 16, "source": "sample", "is_synthetic": True}
HASHES = {"panel_sha256": "a" * 64}
MODEL = IDS | HASHES | {"model_key": "1" * 16, "target_year": 2028, "params_sha256": "b" * 64, "code_sha256": "c" * 64}
FEATURE = IDS | HASHES | {"last_years": {"ExpVinho": 2024}, "series": 2, "leaf_series": 1}


@pytest.fixture
def project(tmp_path, project_root, monkeypatch):
    shutil.copytree(project_root / "conf", tmp_path / "conf", ignore=shutil.ignore_patterns("local"))
    (tmp_path / "conf" / "local").mkdir()
    for folder in ("02_lake", "08_reporting"):
        (tmp_path / "data" / "sample" / folder).mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KEDRO_ENV", raising=False)
    return tmp_path / "data" / "sample"


def write(project, verdict="watch", model=MODEL, feature=FEATURE, **change):
    (project / "02_lake" / "forecast_receipt.json").write_text(json.dumps(model))
    (project / "02_lake" / "feature_receipt.json").write_text(json.dumps(feature))
    frame = verdict_frame([Verdict("revisions", "ExpVinho", verdict, "few cells changed", 0.02, 0.01, "2 of 100")])
    made = decide(frame, MODEL, MODEL["panel_sha256"]) | change
    (project / "08_reporting" / "decision.json").write_text(json.dumps(made))


def ask(*arguments):
    return CliRunner().invoke(cli, ["verdict", *arguments])


@pytest.mark.parametrize(("verdict", "status"), [("ok", 0), ("watch", 10), ("retrain", 20), ("stop", 30)])
def test_the_exit_status_is_the_decision(project, verdict, status):
    write(project, verdict)
    result = ask("--source", "sample")
    assert result.exit_code == status
    assert result.output.startswith(f"{verdict} (exit status {status}): source sample, snapshot {'0' * 16}")
    assert "SYNTHETIC" in result.output


def test_reasons_numbers_and_commands_are_printed(project):
    write(project, "retrain")
    output = ask().output
    assert "retrain: revisions, ExpVinho [0.02, bound 0.01]: few cells changed\n  2 of 100\n" in output
    assert "What to do:\n  kedro run --pipelines=modeling,monitoring --params source=sample" in output


def test_a_decision_that_is_ok_asks_for_nothing(project):
    write(project, "ok")
    assert "Every rule holds." in ask().output
    assert "What to do" not in ask().output


def test_json_is_the_decision(project):
    write(project, "stop")
    result = ask("--format", "json")
    assert result.exit_code == 30
    assert json.loads(result.stdout) == json.loads((project / "08_reporting" / "decision.json").read_text())


def test_without_a_decision_there_is_an_error_of_its_own(project):
    result = ask()
    assert (result.exit_code, "decision.json is missing" in result.output) == (2, True)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"decision": "ok"}'])
def test_a_damaged_decision_is_never_ok(project, content):
    write(project, "ok")
    (project / "08_reporting" / "decision.json").write_text(content)
    result = ask()
    assert result.exit_code == 2
    assert "no decision: " in result.output


@pytest.mark.parametrize(
    ("content", "told"), [('{"reasons": ' + "[" * 100_000, "is damaged"), (None, "cannot be read (Is a directory)")]
)
@pytest.mark.parametrize("name", ["08_reporting/decision", "02_lake/forecast_receipt", "02_lake/feature_receipt"])
def test_what_cannot_be_read_says_what_to_do(project, name, content, told):
    """Nested without end, or a folder."""
    write(project, "ok")
    path = project / f"{name}.json"
    path.unlink()
    if content is None:
        path.mkdir()
    else:
        path.write_text(content)
    result = ask()
    assert (result.exit_code, result.output.count("kedro run")) == (2, 1)
    assert f"no decision: data/sample/{name}.json {told}" in result.output


def test_a_decision_whose_status_was_tampered_with_is_never_ok(project):
    write(project, "stop", exit_status=0)
    assert ask().exit_code == 2


@pytest.mark.parametrize(
    "current",
    [
        {"model": MODEL | {"model_key": "2" * 16}},
        {"model": MODEL | {"snapshot_id": "2" * 16}},
        {"feature": FEATURE | {"panel_sha256": "d" * 64}},
    ],
)
def test_a_decision_of_other_figures_or_another_model_is_never_ok(project, current):
    write(project, "ok", **current)
    result = ask()
    assert result.exit_code == 2
    assert "kedro run --pipelines=monitoring --params source=sample" in result.output


@pytest.mark.parametrize("name", ["forecast_receipt", "feature_receipt"])
def test_without_a_receipt_nothing_is_current(project, name):
    write(project, "ok")
    (project / "02_lake" / f"{name}.json").unlink()
    assert ask().exit_code == 2


def test_a_receipt_that_names_no_model_makes_nothing_current(project):
    write(project, "ok", model=IDS)
    result = ask()
    assert (result.exit_code, "it has no model_key" in result.output) == (2, True)


@pytest.mark.parametrize("env", ["nope", "..", "base/../base"])
@pytest.mark.parametrize("named", ["--env", "KEDRO_ENV"])
def test_an_environment_that_there_is_not_is_one_message(project, monkeypatch, env, named):
    write(project, "ok")
    if named == "KEDRO_ENV":
        monkeypatch.setenv("KEDRO_ENV", env)
    result = ask(*(["--env", env] if named == "--env" else []))
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: UnknownEnvironmentError: environment '{env}' is unknown")
    assert "Use one of: aws, base, local" in result.output


def test_a_project_whose_conf_has_no_folder_local_is_told_so(project):
    Path("conf/local").rmdir()
    result = ask()
    assert (result.exit_code, "environment 'local' is unknown" in result.output) == (1, True)


def test_the_help_says_the_statuses(project):
    text = " ".join(ask("--help").output.split())
    assert "0 ok, 10 watch, 20 retrain, 30 stop; 2 if there is no decision" in text
