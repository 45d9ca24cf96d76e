"""Vintages that are in the lake and in no catalog: ingestion knows them all the same."""

import io
import shutil
from pathlib import Path

import pandas as pd
import pytest
from benchmarks.aws import with_another_figure
from tests.integration.aws.aws_project import FEW, ROOT, AwsProject
from tests.local_aws.account import AwsAccount

pytestmark = pytest.mark.aws

FIGURES = ROOT / "data" / "00_sample" / "2025-04"
CHANGED = "ImpSuco"


def deliver(folder: Path, *, more: int) -> None:
    """Puts files into a folder, with one figure of one table larger by as much."""
    folder.mkdir(exist_ok=True)
    for table in FEW:
        shutil.copy(FIGURES / f"{table}.csv", folder)
    if more:
        changed = folder / f"{CHANGED}.csv"
        changed.write_text(with_another_figure(changed.read_text(encoding="utf-8"), more), encoding="utf-8")


def landings(project: AwsProject) -> list[tuple[str, str]]:
    """Vintage and landing of what the bucket has of the table."""
    found = (key.split("/") for key in project.objects() if f"/vintages/table_name={CHANGED}/" in key)
    return [(folders[-3], folders[-2]) for folders in found]


def test_figures_that_return_after_others_that_were_never_cataloged_are_current(
    tmp_path: Path, aws: AwsAccount
) -> None:
    project = AwsProject(tmp_path / "project", aws, FEW)
    folder = tmp_path / "delivered"
    landed: list[tuple[str, str]] = []
    for more, pipelines in ((0, "ingestion,cataloging"), (7, "ingestion"), (0, "ingestion,cataloging,feature")):
        deliver(folder, more=more)
        run = project.run("sample", folder, pipelines)
        assert run.status == 0, run.output[-4000:]
        landed += [landing for landing in landings(project) if landing not in landed]
    (first, _), (other, _), (again, _) = landed
    assert first == again != other
    [snapshot] = [key for key in project.objects() if "/02_lake/snapshots/" in key]
    current = pd.read_parquet(io.BytesIO(aws.get(snapshot)))
    assert current.loc[current["table_name"] == CHANGED, "vintage_id"].tolist() == [first.partition("=")[2]]


def test_a_table_that_was_deleted_from_glue_is_known_from_the_bucket(tmp_path: Path, aws: AwsAccount) -> None:
    project = AwsProject(tmp_path / "project", aws, FEW)
    folder = tmp_path / "delivered"
    deliver(folder, more=0)
    assert project.run("sample", folder, "ingestion,cataloging").status == 0
    before = project.objects()
    aws.client("glue").delete_table(DatabaseName=f"{project.prefix}_sample", Name="vintages")
    run = project.run("sample", folder, "ingestion,cataloging")
    assert run.status == 0, run.output[-4000:]
    vintages = [key for key in before if "/02_lake/vintages/" in key]
    assert [key for key in project.objects() if "/02_lake/vintages/" in key] == vintages
    assert project.table("sample", "vintages") is not None
