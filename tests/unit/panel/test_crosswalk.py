import pandas as pd
import pytest

from viticast.contracts.crosswalk import Crosswalk
from viticast.panel.crosswalk import identify, new_labels, settled
from viticast.panel.declarations import Aliases

NONE_DECLARED = Aliases()
VINTAGE = "0" * 16
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


def extended(known, frame, tree, aliases=NONE_DECLARED):
    """The crosswalk with the batch of new labels appended."""
    return pd.concat([known, new_labels(known, frame, tree, aliases, "sample")], ignore_index=True)


@pytest.fixture
def empty():
    return Crosswalk.empty()


@pytest.fixture
def read(cells, tree, empty):
    """Cells through a crosswalk of their own: series_id -> value, or the mark."""

    def run(*rows, aliases=SINGAPORE):
        frame = cells(*rows).assign(correction_id=pd.Series(None, index=range(len(rows)), dtype="str"))
        out = identify(frame, extended(empty, frame, tree, aliases))
        return {
            row["series_id"]: row["mark"] if pd.isna(row["value"]) else row["value"] for row in out.to_dict("records")
        }

    return run


def ids(crosswalk):
    return dict(zip(crosswalk["item_key"], crosswalk["series_id"], strict=True))


def test_labels_get_the_path_of_their_table_group_and_item(cells, tree, empty):
    frame = cells({"group_label": "VINHO  DE MESA"}, {"item_label": "VINHO FRIZANTE"}, country("Paraguai"))
    crosswalk = extended(empty, frame, tree)
    assert set(crosswalk["series_id"]) == {
        "producao_l/vinho_de_mesa/tinto",
        "producao_l/vinho_frizante",
        "exportacao_kg/exp_vinho/paraguai",
    }
    Crosswalk.validate(crosswalk, lazy=True)
    assert crosswalk["first_vintage_id"].tolist() == [VINTAGE] * 3


def test_units_are_series_of_their_own(cells, tree, empty):
    frame = cells(country("Chile"), country("Chile", unit="USD", measure="value"))
    crosswalk = extended(empty, frame, tree)
    assert set(crosswalk["series_id"]) == {"exportacao_kg/exp_vinho/chile", "exportacao_usd/exp_vinho/chile"}


def test_a_new_alias_moves_no_series_that_has_its_id(cells, tree, empty):
    known = extended(empty, cells(country("Singapura"), country("Cingapura")), tree)
    later = extended(known, cells(country("Singapura"), country("Cingapura")), tree, SINGAPORE)
    pd.testing.assert_frame_equal(later, known)


def test_a_new_spelling_joins_the_series_that_the_thing_has(cells, tree, empty):
    """Also where the declared name is not the one that the series was named after."""
    known = extended(empty, cells(country("Singapura"), country("Singapura", unit="USD", measure="value")), tree)
    later = extended(known, cells(country("Singapura"), country("Cingapura")), tree, SINGAPORE)
    pd.testing.assert_frame_equal(later.head(len(known)), known)
    assert set(later.loc[later["unit"] == "kg", "series_id"]) == {"exportacao_kg/exp_vinho/singapura"}


def test_the_series_of_the_declared_name_goes_first(cells, tree, empty):
    both = Aliases.from_mapping(
        {"aliases": [{"to": "Cingapura", "labels": ["Singapura", "Singapore"], "reason": "Three spellings."}]}
    )
    known = extended(empty, cells(country("Singapura"), country("Cingapura")), tree)
    assert ids(extended(known, cells(country("Singapore")), tree, both))["singapore"].endswith("/cingapura")


def test_an_alias_holds_for_labels_that_appear_after_it(cells, tree, empty):
    known = extended(empty, cells(country("Cingapura")), tree, SINGAPORE)
    later = extended(known, cells(country("Singapura")), tree, SINGAPORE)
    assert set(ids(later).values()) == {"exportacao_kg/exp_vinho/cingapura"}


def test_labels_that_are_known_change_nothing(cells, tree, empty):
    known = extended(empty, cells(country("Canada")), tree)
    again = extended(known, cells(country("CANADÁ")), tree)
    pd.testing.assert_frame_equal(again, known)


def test_labels_added_together_are_one_batch_and_later_ones_the_next(cells, tree, empty):
    first = extended(empty, cells(country("Chile"), country("Peru")), tree)
    second = extended(first, cells(country("Chile"), country("Cuba")), tree)
    assert [batch.split("-")[0] for batch in second["batch_id"]] == ["000001", "000001", "000002"]
    assert second["batch_id"].nunique() == 2


def test_equal_additions_of_two_runs_are_one_batch(cells, tree, empty):
    forth = extended(empty, cells(country("Chile"), country("Peru")), tree)
    back = extended(empty, cells(country("Peru"), country("Chile")), tree)
    pd.testing.assert_frame_equal(forth, back)


def test_other_additions_are_another_batch(cells, tree, empty):
    batches = {extended(empty, cells(country(name)), tree)["batch_id"].iloc[0] for name in ("Chile", "Peru")}
    assert len(batches) == 2


@pytest.mark.parametrize("ascending", [True, False])
def test_a_label_that_two_runs_added_has_the_series_of_the_first_batch(cells, tree, empty, ascending):
    plain = extended(empty, cells(country("Singapura")), tree)
    aliased = extended(empty, cells(country("Singapura"), country("Chile")), tree, SINGAPORE)
    both = pd.concat([plain, aliased]).sort_values("batch_id", ascending=ascending)
    first = min([plain, aliased], key=lambda frame: frame["batch_id"].iloc[0])
    found = settled(both)
    assert ids(found)["singapura"] == ids(first)["singapura"]
    assert len(found) == 2


def test_lines_that_are_no_country_are_marked_in_tables_of_countries(cells, tree, empty):
    frame = cells(country("NAO DECLARADOS"), country("Chile"), {"item_label": "Vinho de mesa"})
    crosswalk = extended(empty, frame, tree, SINGAPORE)
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


def test_a_correction_of_one_label_is_told_of_the_series(cells, tree, empty):
    frame = cells(country("Canada", 3.0), country("Canadá", 4.0), country("Chile", 1.0)).assign(
        correction_id=pd.Series([None, "one", None], dtype="str")
    )
    out = identify(frame, extended(empty, frame, tree)).set_index("series_id")
    assert out["correction_id"].fillna("").tolist() == ["one", ""]
