import pytest


@pytest.mark.parametrize(
    ("table", "unit", "path"),
    [
        ("Producao", "L", "producao_l"),
        ("ExpVinho", "kg", "exportacao_kg/exp_vinho"),
        ("ExpVinho", "USD", "exportacao_usd/exp_vinho"),
    ],
)
def test_a_table_hangs_under_its_flow_unless_it_is_all_of_it(tree, table, unit, path):
    assert tree.table_path(table, unit) == path
    assert tree.is_flow_level(table) == ("/" not in path)


@pytest.mark.parametrize(
    ("group", "path"),
    [("VINHO DE MESA", "producao_l/vinho_de_mesa"), (None, "producao_l"), (float("nan"), "producao_l")],
)
def test_a_leaf_hangs_under_its_group_or_its_table(tree, group, path):
    assert tree.parent_path("Producao", group, "L") == path


def test_the_tree_knows_its_tables(tree):
    assert [table.name for table in tree.tables_of("exportacao")] == ["ExpVinho", "ExpSuco"]
    assert tree.table("ExpSuco").slug == "exp_suco"
    assert tree.item_kind("ExpSuco") == "country"
