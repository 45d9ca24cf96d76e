"""The step from 2024-04 to 2025-04: nothing is lost, and no rule on figures has more to say than it should."""

import logging

import pytest
from tests.pipelines.project_runs import run
from tests.pipelines.vintage_runs import Project

pytestmark = [pytest.mark.real, pytest.mark.slow]


@pytest.fixture(scope="module")
def project(tmp_path_factory, project_root, real_vintages):
    with pytest.MonkeyPatch.context() as patch:
        made = Project(tmp_path_factory.mktemp("ledger") / "main", project_root, source="embrapa")
        patch.chdir(made.folder)
        made.ingest(real_vintages["2024-04"])
        made.first = made.snapshot_id
        made.ingest(real_vintages["2025-04"])
        yield made


def test_the_newer_vintage_is_compared_with_the_older_one_and_passes(project):
    ledger = project.table("ledger").query("stage == 'panel'").groupby("snapshot_id")["rows"].sum()
    assert ledger[project.snapshot_id] > ledger[project.first]


def test_a_run_that_goes_back_in_time_is_not_compared_with_what_came_later(project, caplog):
    caplog.set_level(logging.INFO, logger="viticast")
    newest = project.snapshot_id
    project.look_back("2024-12-31")
    assert project.snapshot_id == project.first
    assert f"nothing is lost since snapshot {project.first} (this one, of an earlier run)" in caplog.text
    run(project.folder, pipelines=["feature"], source="embrapa")
    assert project.snapshot_id == newest


def test_the_rules_on_figures_have_nothing_against_the_real_step(project):
    judged = run(project.folder, pipelines=["monitoring"], to_nodes=["monitoring.judge_figures"], source="embrapa")
    found = {(one.check_name, one.subject): one.verdict for one in judged["figure_verdicts"].load()}
    assert {key: verdict for key, verdict in found.items() if verdict != "ok"} == {}
