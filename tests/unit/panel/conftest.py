from collections.abc import Callable

import pandas as pd
import pytest

from viticast.panel.tree import TableNode, TableTree

Cells = Callable[..., pd.DataFrame]

CELL = {
    "table_name": "Producao",
    "vintage_id": "0" * 16,
    "group_label": None,
    "item_label": "Tinto",
    "row_kind": "leaf",
    "measure": "quantity",
    "unit": "L",
    "year": 2020,
    "value": None,
    "mark": None,
}
TEXTS = ["table_name", "vintage_id", "group_label", "item_label", "item", "row_kind", "measure", "unit", "mark"]


@pytest.fixture(scope="session")
def cells() -> Cells:
    """Cells as `lake/sql/panel.sql` gives them: each argument is what differs from a plain cell."""

    def make(*rows: dict[str, object]) -> pd.DataFrame:
        frame = pd.DataFrame([CELL | {"item": row.get("item_label", CELL["item_label"])} | row for row in rows])
        return frame.astype(dict.fromkeys(TEXTS, "str") | {"value": "float64", "year": "int64"})

    return make


@pytest.fixture(scope="session")
def tree() -> TableTree:
    """A flow of one table, and a flow of two tables that have countries as rows."""
    return TableTree(
        [
            TableNode("Producao", "producao", "producao", "Produção de vinhos", "product", "Fonte: UVIBRA."),
            TableNode("ExpVinho", "exp_vinho", "exportacao", "Exportação de vinhos", "country", "Fonte: CACEX."),
            TableNode("ExpSuco", "exp_suco", "exportacao", "Exportação de suco", "country", "Fonte: DECEX."),
        ]
    )


@pytest.fixture(scope="session")
def snapshot() -> pd.DataFrame:
    """Producao was published in April 2025."""
    return pd.DataFrame(
        {"snapshot_id": ["s" * 16], "table_name": ["Producao"], "published_at": [pd.Timestamp("2025-04-01")]}
    )
