"""Vintages in any order, panels of past dates, a mended source and new aliases: the lake says the same, or says why."""

import shutil
from pathlib import Path

import mlflow
import pandas as pd
import pytest
from tests.pipelines.vintage_runs import OF_A_SNAPSHOT, Project, assert_same_lake, later_vintage, rotated_back

pytestmark = pytest.mark.slow

OLD = "2024-12-31"


@pytest.fixture(scope="module")
def make(tmp_path_factory, project_root):
    with pytest.MonkeyPatch.context() as patch:

        def run(name):
            project = Project(tmp_path_factory.mktemp(name) / "main", project_root)
            patch.chdir(project.folder)
            return project

        yield run
    mlflow.set_tracking_uri("")


@pytest.fixture(scope="module")
def in_order(make, sample_vintages):
    project = make("in_order")
    project.ingest(sample_vintages["2024-04"])
    project.first = project.snapshot_id
    project.built_then = {name: project.table(name) for name in OF_A_SNAPSHOT}
    project.ingest(sample_vintages["2025-04"])
    return project


def test_the_newer_vintage_first_gives_the_same_lake(make, in_order, sample_vintages):
    backwards = make("backwards")
    backwards.ingest(sample_vintages["2025-04"], sample_vintages["2024-04"])
    assert backwards.snapshot_id == in_order.snapshot_id
    backwards.look_back(OLD)
    assert backwards.snapshot_id == in_order.first
    assert_same_lake(backwards, in_order)


def test_both_vintages_in_one_run_give_the_same_lake(make, in_order, project_root):
    together = make("together")
    together.ingest(project_root / "data" / "00_sample")
    together.look_back(OLD)
    assert_same_lake(together, in_order, ("observations", "panel", "snapshots", "series", "ledger", "revisions"))


def test_a_panel_of_a_past_date_is_the_one_that_was_built_then(make, in_order, monkeypatch):
    monkeypatch.chdir(in_order.folder)
    newest = in_order.snapshot_id
    in_order.look_back(OLD)
    assert in_order.snapshot_id == in_order.first != newest
    for name, frame in in_order.built_then.items():
        found = in_order.table(name, snapshot_id=in_order.first)
        pd.testing.assert_frame_equal(found, frame, rtol=1e-9, obj=name)
    in_order.look_back("2100-01-01")
    assert in_order.snapshot_id == newest


def test_bytes_that_were_published_earlier_than_thought_count_from_then(make, tmp_path, sample_vintages):
    project = make("earlier")
    project.ingest(sample_vintages["2025-04"])
    shutil.copytree(sample_vintages["2025-04"], tmp_path / "2024-11")
    project.ingest(tmp_path / "2024-11")
    newest = project.table("snapshots", snapshot_id=project.snapshot_id)
    assert set(newest["published_at"]) == {pd.Timestamp("2025-04-01")}
    assert len(project.table("vintages")) == 2 * len(newest)
    project.look_back(OLD)
    then = project.table("snapshots", snapshot_id=project.snapshot_id)
    assert set(then["published_at"]) == {pd.Timestamp("2024-11-01")}
    assert then["vintage_id"].tolist() == newest["vintage_id"].tolist()


def test_a_mended_file_stands_until_the_first_one_is_taken_back(make, tmp_path, sample_vintages):
    project = make("mended")
    first = sample_vintages["2024-04"]
    line = next(line for line in (first / "ExpUva.csv").read_text(encoding="utf-8").split("\n")[1:] if line)
    mended = later_vintage(first, tmp_path / "2024-04", "ExpUva", {line: line[:-1] + "7"})
    served = []
    for folder in (first, mended, first, first):
        project.ingest(folder)
        served.append(project.snapshot_id)
    assert served[0] == served[2] == served[3] != served[1]
    landings = project.table("vintages")
    assert landings["table_name"].value_counts()["ExpUva"] == 3
    project.ingest(sample_vintages["2025-04"])
    project.look_back(OLD)
    assert project.snapshot_id == served[0]


def test_a_repair_by_the_source_makes_its_correction_stale_and_not_wrong(make, in_order, tmp_path, sample_vintages):
    newest = sample_vintages["2025-04"]
    corrected = [in_order.leaf(f"producao_l/vinho_de_mesa/{colour}", 2017) for colour in ("tinto", "branco", "rosado")]
    project = make("repaired")
    project.ingest(newest, later_vintage(newest, tmp_path / "2025-09", "Producao", rotated_back(newest)))
    applied = project.table("corrections_applied", snapshot_id=project.snapshot_id).set_index("correction_id")
    outcome = applied.loc["producao_2017_vinho_de_mesa_rotated"]
    assert (outcome["status"], outcome["cells"]) == ("stale", 0)
    assert "Tinto 2017: expected" in outcome["detail"]
    found = [project.leaf(f"producao_l/vinho_de_mesa/{colour}", 2017) for colour in ("tinto", "branco", "rosado")]
    assert found == corrected
    changed = project.table("revisions", snapshot_id=project.snapshot_id).query("kind == 'value_changed'")
    assert sorted(changed["item"]) == ["Branco", "Rosado", "Tinto"]
    assert set(changed["year"]) == {2017}


def test_a_new_alias_moves_no_series(make, sample_vintages):
    project = make("aliased")
    project.ingest(sample_vintages["2024-04"])
    before = project.crosswalk()
    assert {"chile", "argentina"} <= set(before["item_key"])
    path = project.folder / "conf" / "base" / "aliases_sample.yml"
    with path.open("a", encoding="utf-8") as stream:
        stream.write("  - {to: Chile, labels: [Argentina], reason: A planted alias.}\n")
    project.ingest(sample_vintages["2025-04"])
    after = project.crosswalk()
    kept = after.merge(before, how="inner")
    assert len(kept) == len(before) < len(after)
    applied = project.table("corrections_applied", snapshot_id=project.snapshot_id).set_index("correction_id")
    planted = applied.loc[applied["reason"].str.endswith("A planted alias.")]
    assert set(planted["status"]) == {"not_applicable"}
    assert planted["detail"].str.contains("had its series before").all()


def test_what_was_landed_keeps_its_bytes_and_its_place(in_order):
    manifest, vintages = in_order.lake.manifest(), in_order.table("vintages")
    assert set(vintages["raw_sha256"]) <= set(manifest["raw_sha256"])
    for sha256 in manifest["raw_sha256"]:
        assert Path(in_order.folder, in_order.lake.raw_path(sha256)).is_file()
