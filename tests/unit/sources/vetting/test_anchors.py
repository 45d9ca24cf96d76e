import pytest
from tests.unit.sources.vetting.conftest import cells_of, leaves_of

from viticast.sources.vetting.anchors import check_anchors

CELLS = leaves_of({"Merlot": [11, 12], "Tannat": [21, 22], "Viognier": [31, 32]})


def anchor(item, year, value, **more):
    return {"table": "ProcessaViniferas", "item": item, "year": year, "value": value, **more}


def test_a_table_with_all_its_anchors_is_passed(ask):
    assert ask(check_anchors, CELLS, anchors=[anchor("merlot", 2000, 11), anchor("VIOGNIER", 2001, 32)]) == []


def test_no_anchor_asks_for_nothing(ask):
    assert ask(check_anchors, CELLS) == []


def test_a_missing_row_is_refused_and_named(ask):
    [finding] = ask(check_anchors, CELLS, anchors=[anchor("Merlot", 2000, 11), anchor("Zinfandel", 2001, 99)])
    assert finding.outcome == "refusal"
    assert "'Zinfandel'" in finding.reason
    assert "3 rows" in finding.reason
    assert "rule: anchors, last_year: 2001" in finding.remedy


def test_a_row_of_another_group_is_not_the_anchors(ask):
    cells = cells_of([("TINTAS", "Outras", "leaf", [5, 6])])
    assert ask(check_anchors, cells, anchors=[anchor("Outras", 2000, 5, group="Tintas")]) == []
    [finding] = ask(check_anchors, cells, anchors=[anchor("Outras", 2000, 7, group="BRANCAS")])
    assert (finding.outcome, finding.found) == ("refusal", "1")
    assert "BRANCAS / Outras" in finding.reason


def test_one_equal_figure_makes_no_new_name(ask):
    [finding] = ask(check_anchors, CELLS, anchors=[anchor("Malbec", 2001, 22)])
    assert finding.outcome == "refusal"


@pytest.mark.parametrize("group", [None, "TINTAS"])
def test_a_row_that_has_a_new_name_since_the_vintage_before_is_watched(ask, group):
    before = cells_of([(group, "Malbec", "leaf", [21, 22]), (group, "Merlot", "leaf", [11, 12])])
    now = cells_of([(group, "Tannat", "leaf", [21, 22]), (group, "Merlot", "leaf", [11, 12])])
    anchors = [anchor("Malbec", 2001, 22, group=group), anchor("Merlot", 2000, 11)]
    [finding] = ask(check_anchors, now, previous=before, anchors=anchors)
    assert finding.outcome == "watch"
    assert "Malbec'" in finding.reason
    assert "aliases" in finding.remedy


def test_a_few_values_that_differ_are_watched(ask):
    [finding] = ask(check_anchors, CELLS, anchors=[anchor("Merlot", 2000, 12), anchor("Tannat", 2000, 21)])
    assert finding.outcome == "watch"
    assert "1 of 2 known figures differ" in finding.reason
    assert "Merlot 2000 (quantity) is 11, not 12" in finding.reason


@pytest.mark.parametrize("year", [2000, 1990])
def test_values_that_all_differ_are_refused(ask, year):
    [finding] = ask(check_anchors, CELLS, anchors=[anchor("Merlot", year, 13), anchor("Tannat", year, 23)])
    assert finding.outcome == "refusal"
    assert "2 of 2 known figures differ" in finding.reason


def test_a_mark_is_not_the_value(ask):
    cells = leaves_of({"Merlot": ["nd"]})
    [finding] = ask(check_anchors, cells, anchors=[anchor("Merlot", 2000, 11)])
    assert (finding.outcome, finding.found) == ("refusal", "nothing")


def test_a_value_holds_to_the_unit(ask):
    assert ask(check_anchors, CELLS, anchors=[anchor("Merlot", 2000, 11.5)]) == []
    assert ask(check_anchors, CELLS, anchors=[anchor("Merlot", 2000, 11.6)])


def test_kilograms_are_not_dollars(ask):
    cells = leaves_of({"Chile": [10, 20]}, measures=("quantity", "value"))
    assert ask(check_anchors, cells, anchors=[anchor("Chile", 2000, 20, measure="value")]) == []
    assert ask(check_anchors, cells, anchors=[anchor("Chile", 2000, 20)])


def test_any_spelling_of_the_row_holds_the_value(ask):
    cells = leaves_of({"Cingapura": [5, 0], "Singapura": [0, 6]})
    assert ask(check_anchors, cells, anchors=[anchor("Cingapura", 2001, 6)]) == []


@pytest.mark.parametrize(("value", "found"), [(10.5, 0), (11.5, 0), (10.49, 1), (11.51, 1)])
def test_half_a_unit_is_no_difference(ask, value, found):
    assert len(ask(check_anchors, CELLS, anchors=[anchor("Merlot", 2000, value)])) == found


def test_a_new_name_in_another_group_is_not_the_anchors(ask):
    before = cells_of([("TINTAS", "Malbec", "leaf", [21]), ("TINTAS", "Merlot", "leaf", [11])])
    now = cells_of([("TINTAS", "Tannat", "leaf", [21]), ("TINTAS", "Merlot", "leaf", [11])])
    [missing] = ask(check_anchors, now, previous=before, anchors=[anchor("Malbec", 2000, 21, group="BRANCAS")])
    assert (missing.outcome, missing.reason[:18]) == ("refusal", "'BRANCAS / Malbec'")
    [missing] = ask(check_anchors, now, previous=before, anchors=[anchor("Agrin", 2000, 21, group="TINTAS")])
    assert missing.outcome == "refusal"


def test_one_file_may_have_every_kind_of_broken_anchor(ask):
    before = leaves_of({"Malbec": [21], "Merlot": [11]})
    now = leaves_of({"Tannat": [21], "Merlot": [11]})
    anchors = [anchor("Zinfandel", 2000, 1), anchor("Malbec", 2000, 21), anchor("Merlot", 2000, 12)]
    findings = ask(check_anchors, now, previous=before, anchors=anchors)
    assert [finding.outcome for finding in findings] == ["refusal", "watch", "refusal"]
    assert "'Zinfandel' should be" in findings[0].reason
    assert "than 'Malbec'" in findings[1].reason
    assert "1 of 3 known figures differ" in findings[2].reason


def test_a_source_that_gives_no_totals_need_not_have_that_of_an_anchor(ask):
    of_total = [anchor("TINTAS", 2000, 9, group="TINTAS")]
    leaf, total = ("TINTAS", "Merlot", "leaf", [5, 6]), ("TINTAS", "TINTAS", "total", [5, 6])
    assert ask(check_anchors, cells_of([leaf]), anchors=of_total) == []
    [finding] = ask(check_anchors, cells_of([leaf, total]), anchors=of_total)
    assert finding.outcome == "refusal"
