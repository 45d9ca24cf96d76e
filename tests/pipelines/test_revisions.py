"""The revisions between two vintages: the same as data of a run and as the answer of the command."""

import json
import subprocess
import sys

import pandas as pd
import pytest
from tests.pipelines.project_runs import make_project, run

from viticast.contracts.revisions import Revisions
from viticast.lake.lake import Lake

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def project(project_root, sample_vintages, tmp_path_factory):
    folder = make_project(tmp_path_factory.mktemp("revisions"), project_root)
    for vintage in sample_vintages.values():
        run(folder, pipelines=["ingestion", "cataloging", "feature"], source="sample", source_url=str(vintage))
    return folder


@pytest.fixture(scope="module")
def stored(project):
    """What the run of the newer vintage stored."""
    data = project / "data" / "sample"
    revisions = Lake("sample", str(data / "02_lake"), str(data / "01_raw"), str(data / "03_primary")).table("revisions")
    first = revisions.groupby("snapshot_id")["kind"].transform(lambda kinds: (kinds == "first_vintage").all())
    return revisions[~first].reset_index(drop=True)


def asked(project, *arguments):
    command = [sys.executable, "-m", "kedro", "revisions", "--from", "2024-06-01", "--to", "2025-06-01", *arguments]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)


def test_a_run_stores_what_the_source_changed(stored):
    Revisions.validate(stored)
    assert stored["snapshot_id"].nunique() == 1
    assert (stored["kind"] == "compared").sum() == 15
    assert {"value_changed", "mark_filled", "row_new"} <= set(stored["kind"])


def test_the_command_says_what_the_run_stored(project, stored):
    answer = asked(project, "--format", "json")
    assert answer.returncode == 0, answer.stderr[-2000:]
    told = pd.DataFrame(json.loads(answer.stdout))
    columns = list(told.columns)
    assert set(columns) == set(stored.columns) - {"snapshot_id", "source", "is_synthetic"}
    assert rows(told[columns]) == rows(stored[columns])


def test_the_command_answers_a_person(project, stored):
    answer = asked(project)
    assert answer.returncode == 0, answer.stderr[-2000:]
    sums = next(line for line in answer.stdout.splitlines() if line.startswith("all "))
    counted = ["value_changed", "mark_filled", "value_gone", "row_new", "row_gone", "label_renamed"]
    assert sums.split()[4:] == [str((stored["kind"] == kind).sum()) for kind in counted]


def rows(frame):
    plain = frame.astype(object).where(frame.notna(), None)
    return sorted(plain.itertuples(index=False, name=None), key=repr)
