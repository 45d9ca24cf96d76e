"""The declared corrections and the sums, on the real figures."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
import yaml

from viticast.panel.corrections import apply_corrections
from viticast.panel.crosswalk import empty_crosswalk, extend_crosswalk, identify
from viticast.panel.declarations import Aliases, Corrections
from viticast.panel.hierarchy import aggregate
from viticast.panel.tree import TableNode, TableTree
from viticast.sources import check_and_read_all, fetch

pytestmark = pytest.mark.real

UNDETAILED = {
    "comercializacao_l/espumantes": range(1970, 1997),
    "comercializacao_l/suco_de_uvas": range(1970, 2019),
    "processamento_kg/processa_mesa/tintas": range(1988, 2000),
}


@pytest.fixture(scope="module", params=["2024-04", "2025-04"])
def cells(request, real_vintages, registry):
    read = check_and_read_all(fetch(str(real_vintages[request.param]), registry), registry)
    return pd.concat([item.reading.frame.assign(table_name=item.file.table_name) for item in read], ignore_index=True)


@pytest.fixture(scope="module")
def tree(registry):
    return TableTree(
        [TableNode(spec.name, spec.slug, spec.flow, spec.label, spec.item_kind, spec.attribution) for spec in registry]
    )


@pytest.fixture(scope="module")
def corrected(cells, project_root, registry):
    text = (project_root / "conf" / "base" / "corrections_embrapa.yml").read_text(encoding="utf-8")
    published = pd.Timestamp(datetime.now(UTC).date())
    snapshot = pd.DataFrame({"snapshot_id": "0" * 16, "table_name": list(registry.names), "published_at": published})
    return apply_corrections(cells, Corrections.from_mapping(yaml.safe_load(text)), snapshot)


@pytest.fixture(scope="module")
def panel(corrected, tree, project_root):
    text = (project_root / "conf" / "base" / "aliases.yml").read_text(encoding="utf-8")
    leaves = corrected.cells[corrected.cells["row_kind"] == "leaf"].reset_index(drop=True)
    crosswalk = extend_crosswalk(empty_crosswalk(), leaves, tree, Aliases.from_mapping(yaml.safe_load(text)))
    identified = identify(leaves, crosswalk)
    both = pd.concat([identified, aggregate(identified)], ignore_index=True)
    return both.set_index(["series_id", "year"])["value"]


def test_every_declared_correction_still_fits(corrected):
    assert corrected.applied.loc[corrected.applied["status"] != "applied", ["correction_id", "detail"]].empty


@pytest.mark.parametrize("series_id", UNDETAILED)
def test_a_total_without_detail_is_the_published_one(cells, panel, tree, series_id):
    totals = cells[cells["row_kind"] == "total"]
    paths = [
        tree.parent_path(table, group, unit)
        for table, group, unit in zip(totals["table_name"], totals["group_label"], totals["unit"], strict=True)
    ]
    published = totals[np.array(paths) == series_id].set_index("year")["value"]
    for year in UNDETAILED[series_id]:
        assert panel[series_id, year] == published[year]


@pytest.mark.parametrize(
    "flow", ["producao_l", "comercializacao_l", "importacao_kg", "importacao_usd", "exportacao_kg"]
)
def test_the_total_of_a_flow_has_no_gap(panel, flow):
    assert panel[flow].notna().all()


def test_processing_has_gaps_only_where_cultivars_are_unknown(panel):
    total = panel["processamento_kg"]
    assert total.index[total.isna()].tolist() == [2019, 2021, 2022]


def test_table_wine_of_2017_stands_in_its_usual_order(panel):
    red, white, rose = (panel[f"producao_l/vinho_de_mesa/{colour}", 2017] for colour in ("tinto", "branco", "rosado"))
    assert red > white > rose > 0
