import pytest

from viticast.contracts.declared import DeclarationError
from viticast.panel.declarations import Aliases, Corrections

CORRECTION = {
    "id": "one",
    "table": "Producao",
    "group": "VINHO DE MESA",
    "years": [2017, 2017],
    "action": {"kind": "missing"},
    "expect": [{"item": "Tinto", "year": 2017, "value": 1}],
    "reason": "A reason.",
}
ALIAS = {"to": "Rússia", "labels": ["Rússia, Federação da"], "reason": "Long form."}


def corrections(**changes):
    return Corrections.from_mapping({"corrections": [CORRECTION | changes]})


def permute(**take):
    return {"kind": "permute", "take": take}


def test_a_correction_is_read():
    [correction] = corrections().corrections
    assert (correction.id, correction.years, correction.action.kind) == ("one", (2017, 2017), "missing")


def test_no_correction_is_fine():
    assert Corrections.from_mapping({"corrections": []}).corrections == ()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"yeers": [2017, 2017]}, "Extra inputs"),
        ({"action": {"kind": "missing", "item": "x"}}, "Extra inputs"),
        ({"action": {"kind": "scale"}}, "does not match any of the expected tags"),
        ({"expect": [{"item": "Tinto", "year": 2017, "value": 1, "note": "x"}]}, "Extra inputs"),
        ({"expect": []}, "at least 1 item"),
        ({"years": [2018, 2017]}, "run backward"),
        ({"action": permute(A="B", B="C")}, "the same items on both sides"),
        ({"action": permute(A="B", B="B")}, "the same items on both sides"),
        ({"action": {"kind": "permute", "take": {"A": "A", "Á": "B", "B": "B"}}}, "each of them once"),
        ({"action": {"kind": "undetailed"}, "group": None}, "must name its group"),
    ],
)
def test_a_wrong_correction_is_refused(change, message):
    with pytest.raises(DeclarationError, match=message):
        corrections(**change)


def test_a_permutation_may_spell_an_item_in_two_ways():
    [correction] = corrections(action=permute(Rosé="TINTO", Tinto="ROSE")).corrections
    assert correction.action.take == {"Rosé": "TINTO", "Tinto": "ROSE"}


def test_an_id_names_one_correction():
    with pytest.raises(DeclarationError, match="stand twice: \\['one'\\]"):
        Corrections.from_mapping({"corrections": [CORRECTION, CORRECTION]})


@pytest.mark.parametrize(
    ("table", "label", "name"),
    [
        ("ExpVinho", "RUSSIA, FEDERACAO DA", "Rússia"),
        ("ExpVinho", "Rússia", "Rússia"),
        ("ExpVinho", "Viogner", "Viogner"),
        ("ProcessaViniferas", "Viogner", "Viognier"),
    ],
)
def test_a_label_takes_the_declared_name_in_the_tables_where_it_holds(table, label, name):
    viognier = {"to": "Viognier", "labels": ["Viogner"], "tables": ["ProcessaViniferas"], "reason": "Misspelt."}
    assert Aliases.from_mapping({"aliases": [ALIAS, viognier]}).resolve(table, label) == name


@pytest.mark.parametrize(("label", "is_pseudo"), [("NAO DECLARADOS", True), ("Chile", False)])
def test_pseudo_countries_are_known_by_their_folded_name(label, is_pseudo):
    assert Aliases.from_mapping({"pseudo_countries": ["Não declarados"]}).is_pseudo_country(label) is is_pseudo


@pytest.mark.parametrize("change", [{"labels": []}, {"lables": ["x"]}])
def test_a_wrong_alias_is_refused(change):
    with pytest.raises(DeclarationError):
        Aliases.from_mapping({"aliases": [ALIAS | change]})
