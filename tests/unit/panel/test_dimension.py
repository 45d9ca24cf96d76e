import pytest

from viticast.contracts.crosswalk import Crosswalk
from viticast.contracts.panel import SeriesDimension
from viticast.panel.crosswalk import new_labels
from viticast.panel.declarations import Aliases
from viticast.panel.dimension import COLUMNS, describe_series


def described(frame, tree, aliases):
    return describe_series(new_labels(Crosswalk.empty(), frame, tree, aliases, "sample"), frame, tree, aliases)


@pytest.fixture
def series(cells, tree):
    frame = cells(
        {"group_label": "VINHO DE MESA"},
        {"item_label": "VINHO FRIZANTE"},
        {"table_name": "ExpVinho", "item_label": "Chile", "unit": "kg"},
        {"table_name": "ExpVinho", "item_label": "Chile", "unit": "USD", "measure": "value"},
        {"table_name": "ExpSuco", "item_label": "Outros", "unit": "kg"},
    )
    aliases = Aliases.from_mapping({"pseudo_countries": ["Outros"]})
    return described(frame, tree, aliases).set_index("series_id", drop=False)


def test_every_leaf_and_all_above_it_are_described_once(series):
    assert series["series_id"].tolist() == [
        "exportacao_kg",
        "exportacao_kg/exp_suco",
        "exportacao_kg/exp_suco/outros",
        "exportacao_kg/exp_vinho",
        "exportacao_kg/exp_vinho/chile",
        "exportacao_usd",
        "exportacao_usd/exp_vinho",
        "exportacao_usd/exp_vinho/chile",
        "producao_l",
        "producao_l/vinho_de_mesa",
        "producao_l/vinho_de_mesa/tinto",
        "producao_l/vinho_frizante",
    ]


def test_the_dimension_fulfils_its_contract(series):
    assert list(series.columns) == COLUMNS
    stamped = series.reset_index(drop=True).assign(snapshot_id="0" * 16, source="sample", is_synthetic=True)
    SeriesDimension.validate(stamped.astype({"snapshot_id": "str", "source": "str"}), lazy=True)


@pytest.mark.parametrize(
    ("series_id", "expected"),
    [
        (
            "producao_l/vinho_de_mesa/tinto",
            {"level": "leaf", "label": "Tinto (Vinho de mesa)", "item": "Tinto", "item_kind": "product", "unit": "L"},
        ),
        ("producao_l/vinho_frizante", {"level": "leaf", "label": "Vinho frizante", "parent_id": "producao_l"}),
        ("producao_l/vinho_de_mesa", {"level": "group", "label": "Vinho de mesa", "group_label": "VINHO DE MESA"}),
        (
            "producao_l",
            {"level": "flow", "label": "Produção", "table_name": "Producao", "attribution": "Fonte: UVIBRA."},
        ),
        ("exportacao_kg/exp_vinho", {"level": "table", "label": "Exportação de vinhos", "table_name": "ExpVinho"}),
        ("exportacao_kg", {"level": "flow", "label": "Exportação", "attribution": "Fonte: CACEX. Fonte: DECEX."}),
        ("exportacao_kg/exp_suco/outros", {"item_kind": "pseudo_country", "attribution": "Fonte: DECEX."}),
        (
            "exportacao_usd/exp_vinho/chile",
            {"item_kind": "country", "unit": "USD", "parent_id": "exportacao_usd/exp_vinho"},
        ),
    ],
)
def test_a_series_says_what_it_is(series, series_id, expected):
    assert series.loc[series_id, list(expected)].to_dict() == expected


def test_what_does_not_apply_is_null(series):
    assert series.loc["exportacao_kg", ["parent_id", "table_name", "group_label", "item", "item_kind"]].isna().all()


CANADA = {"table_name": "ExpVinho", "unit": "kg"}
SINGAPORE = Aliases.from_mapping(
    {"aliases": [{"to": "Cingapura", "labels": ["Singapura"], "reason": "Two spellings."}]}
)


@pytest.mark.parametrize(
    ("labels", "shown"),
    [
        (["Canada", "Canadá"], "Canadá"),
        (["Canadá", "Canada"], "Canadá"),
        (["Singapura"], "Cingapura"),
        (["CHILE", "Chile"], "CHILE"),
    ],
)
def test_the_declared_name_or_the_spelling_with_accents_is_shown(cells, tree, labels, shown):
    frame = cells(*(CANADA | {"item_label": label} for label in labels))
    found = described(frame, tree, SINGAPORE)
    assert found.loc[found["level"] == "leaf", "item"].tolist() == [shown]


def test_a_label_whose_alias_is_gone_is_shown_as_it_is(cells, tree):
    frame = cells(CANADA | {"item_label": "Singapura"})
    known = new_labels(Crosswalk.empty(), frame, tree, SINGAPORE, "sample")
    found = describe_series(known, frame, tree, Aliases())
    assert found.loc[found["level"] == "leaf", ["series_id", "item"]].to_numpy().tolist() == [
        ["exportacao_kg/exp_vinho/cingapura", "Singapura"]
    ]
