import pandas as pd
import pytest

from viticast.panel.crosswalk import COLUMNS, empty_crosswalk, extend_crosswalk, identify
from viticast.panel.declarations import Aliases

NONE_DECLARED = Aliases()
SINGAPORE = Aliases.from_mapping(
    {
        "aliases": [{"to": "Cingapura", "labels": ["Singapura"], "reason": "Two spellings."}],
        "pseudo_countries": ["Não declarados", "Vinho de mesa"],
    }
)


def country(label, value=None, mark=None, year=2020, **changes):
    mark = "empty" if value is None and mark is None else mark
    cell = {"table_name": "ExpVinho", "item_label": label, "unit": "kg", "year": year, "value": value, "mark": mark}
    return cell | changes


@pytest.fixture
def read(cells, tree):
    """Cells through a crosswalk of their own: series_id -> value, or the mark."""

    def run(*rows, aliases=SINGAPORE):
        frame = cells(*rows).assign(correction_id=pd.Series(None, index=range(len(rows)), dtype="str"))
        out = identify(frame, extend_crosswalk(empty_crosswalk(), frame, tree, aliases))
        return {
            row["series_id"]: row["mark"] if pd.isna(row["value"]) else row["value"] for row in out.to_dict("records")
        }

    return run


def ids(crosswalk):
    return dict(zip(crosswalk["item_key"], crosswalk["series_id"], strict=True))


def test_labels_get_the_path_of_their_table_group_and_item(cells, tree):
    frame = cells({"group_label": "VINHO  DE MESA"}, {"item_label": "VINHO FRIZANTE"}, country("Paraguai"))
    crosswalk = extend_crosswalk(empty_crosswalk(), frame, tree, NONE_DECLARED)
    assert set(crosswalk["series_id"]) == {
        "producao_l/vinho_de_mesa/tinto",
        "producao_l/vinho_frizante",
        "exportacao_kg/exp_vinho/paraguai",
    }
    assert list(crosswalk.columns) == COLUMNS


def test_units_are_series_of_their_own(cells, tree):
    frame = cells(country("Chile"), country("Chile", unit="USD", measure="value"))
    crosswalk = extend_crosswalk(empty_crosswalk(), frame, tree, NONE_DECLARED)
    assert set(crosswalk["series_id"]) == {"exportacao_kg/exp_vinho/chile", "exportacao_usd/exp_vinho/chile"}


def test_a_new_alias_moves_no_series_that_has_its_id(cells, tree):
    known = extend_crosswalk(empty_crosswalk(), cells(country("Singapura")), tree, NONE_DECLARED)
    later = extend_crosswalk(known, cells(country("Singapura"), country("Cingapura")), tree, SINGAPORE)
    pd.testing.assert_frame_equal(later.head(len(known)), known)
    assert ids(later) == {
        "singapura": "exportacao_kg/exp_vinho/singapura",
        "cingapura": "exportacao_kg/exp_vinho/cingapura",
    }


def test_an_alias_holds_for_labels_that_appear_after_it(cells, tree):
    known = extend_crosswalk(empty_crosswalk(), cells(country("Cingapura")), tree, SINGAPORE)
    later = extend_crosswalk(known, cells(country("Singapura")), tree, SINGAPORE)
    assert set(ids(later).values()) == {"exportacao_kg/exp_vinho/cingapura"}


def test_labels_that_are_known_change_nothing(cells, tree):
    known = extend_crosswalk(empty_crosswalk(), cells(country("Canada")), tree, NONE_DECLARED)
    again = extend_crosswalk(known, cells(country("CANADÁ")), tree, NONE_DECLARED)
    pd.testing.assert_frame_equal(again, known)


@pytest.mark.parametrize("order", [["Canada", "Canadá"], ["Canadá", "Canada"]])
def test_the_spelling_with_accents_is_shown(cells, tree, order):
    frame = cells(*map(country, order))
    assert extend_crosswalk(empty_crosswalk(), frame, tree, NONE_DECLARED)["label"].tolist() == ["Canadá"]


def test_lines_that_are_no_country_are_marked_in_tables_of_countries(cells, tree):
    frame = cells(country("NAO DECLARADOS"), country("Chile"), {"item_label": "Vinho de mesa"})
    crosswalk = extend_crosswalk(empty_crosswalk(), frame, tree, SINGAPORE)
    kinds = dict(zip(crosswalk["item_key"], crosswalk["item_kind"], strict=True))
    assert kinds == {"nao declarados": "pseudo_country", "chile": "country", "vinho de mesa": "product"}


@pytest.mark.parametrize(
    ("labels", "outcome"),
    [
        ([country("Singapura", 3.0), country("Cingapura", 4.0)], 7.0),
        ([country("Canada", 3.0), country("Canadá", 4.0)], 7.0),
        ([country("Singapura", 3.0), country("Cingapura", 0.0)], 3.0),
        ([country("Singapura", 3.0), country("Cingapura")], 3.0),
        ([country("Singapura"), country("Cingapura", 3.0)], 3.0),
        ([country("Singapura", 3.0), country("Cingapura", mark="nd")], "nd"),
        ([country("Singapura", mark="*"), country("Cingapura")], "*"),
        ([country("Singapura"), country("Cingapura", mark="*")], "*"),
        ([country("Singapura"), country("Cingapura")], "empty"),
    ],
)
def test_the_labels_of_one_series_are_summed_unless_one_is_unknown(read, labels, outcome):
    assert list(read(*labels).values()) == [outcome]


def test_the_same_label_in_two_groups_is_two_series(read):
    red = {"item_label": "Tinto", "value": 1.0, "group_label": "VINHO DE MESA"}
    assert read(red, red | {"value": 2.0, "group_label": "VINHO FINO"}) == {
        "producao_l/vinho_de_mesa/tinto": 1.0,
        "producao_l/vinho_fino/tinto": 2.0,
    }


def test_a_correction_of_one_label_is_told_of_the_series(cells, tree):
    frame = cells(country("Canada", 3.0), country("Canadá", 4.0), country("Chile", 1.0)).assign(
        correction_id=pd.Series([None, "one", None], dtype="str")
    )
    out = identify(frame, extend_crosswalk(empty_crosswalk(), frame, tree, NONE_DECLARED)).set_index("series_id")
    assert out["correction_id"].fillna("").tolist() == ["one", ""]
