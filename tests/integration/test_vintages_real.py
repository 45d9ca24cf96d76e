"""The real vintages in both orders, a planted repair, and what the lake then says."""

import pytest
from tests.pipelines.vintage_runs import Project, assert_same_lake, later_vintage, rotated_back

pytestmark = [pytest.mark.real, pytest.mark.slow]


@pytest.fixture(scope="module")
def make(tmp_path_factory, project_root):
    with pytest.MonkeyPatch.context() as patch:

        def run(name):
            project = Project(tmp_path_factory.mktemp(name) / "main", project_root, source="embrapa")
            patch.chdir(project.folder)
            return project

        yield run


@pytest.fixture(scope="module")
def backwards(make, real_vintages):
    project = make("backwards")
    project.ingest(real_vintages["2025-04"], real_vintages["2024-04"])
    return project


def test_both_orders_give_the_same_lake(make, backwards, real_vintages):
    in_order = make("in_order")
    in_order.ingest(real_vintages["2024-04"], real_vintages["2025-04"])
    in_order.look_back("2024-12-31")
    backwards.look_back("2024-12-31")
    assert_same_lake(in_order, backwards)
    assert len(in_order.table("snapshots")["snapshot_id"].unique()) == 2


def test_nothing_in_the_real_files_is_quarantined_or_doubted(backwards):
    findings = backwards.table("findings")
    assert findings["outcome"].value_counts().to_dict() == {"table_accepted": 30}


def test_every_declared_alias_joins_labels_of_one_vintage_at_least(backwards):
    applied = backwards.table("corrections_applied").query("action == 'alias'")
    by_alias = applied.groupby("reason")["status"].agg(set)
    assert [reason for reason, statuses in by_alias.items() if "applied" not in statuses] == []
    assert "overlapping" not in set(applied["status"])


def test_the_ledger_of_both_snapshots_holds(backwards):
    ledger = backwards.table("ledger")
    leaves = ledger[ledger["stage"] == "observations"].groupby("snapshot_id")["rows"].sum()
    assert sorted(leaves) == [1643, 1735]


def test_a_repair_of_the_real_figures_makes_the_correction_stale(backwards, make, tmp_path, real_vintages):
    newest = real_vintages["2025-04"]
    project = make("repaired")
    project.ingest(later_vintage(newest, tmp_path / "2025-09", "Producao", rotated_back(newest)))
    applied = project.table("corrections_applied", snapshot_id=project.snapshot_id).set_index("correction_id")["status"]
    assert applied["producao_2017_vinho_de_mesa_rotated"] == "stale"
    assert project.leaf("producao_l/vinho_de_mesa/tinto", 2017) == 217527985
