"""The declared corrections and the sums, on the real figures."""

import numpy as np
import pandas as pd
import pytest
from tests.integration.real_panel import read_real_panel

pytestmark = pytest.mark.real

UNDETAILED = {
    "comercializacao_l/espumantes": range(1970, 1997),
    "comercializacao_l/suco_de_uvas": range(1970, 2019),
    "processamento_kg/processa_mesa/tintas": range(1988, 2000),
}


@pytest.fixture(scope="module", params=["2024-04", "2025-04"])
def real(request, real_vintages, registry, project_root):
    return read_real_panel(real_vintages[request.param], registry, project_root / "conf" / "base")


@pytest.fixture(scope="module")
def panel(real):
    both = pd.concat([real.leaves, real.sums], ignore_index=True)
    return both.set_index(["series_id", "year"])["value"]


def test_every_declared_correction_still_fits(real):
    applied = real.corrected.applied
    assert applied.loc[applied["status"] != "applied", ["correction_id", "detail"]].empty


@pytest.mark.parametrize("series_id", UNDETAILED)
def test_a_total_without_detail_is_the_published_one(real, panel, series_id):
    totals = real.cells[real.cells["row_kind"] == "total"]
    paths = [
        real.tree.parent_path(table, group, unit)
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
