import pytest
from tests.unit.sources.vetting.conftest import leaves_of

from viticast.sources.vetting.figures import check_any_figure, check_last_year


def test_one_figure_is_enough(ask):
    assert ask(check_any_figure, leaves_of({"Merlot": [0, 0, 1]})) == []


def test_a_table_without_a_figure_is_refused(ask):
    [finding] = ask(check_any_figure, leaves_of({"Merlot": [0, "nd"], "Tannat": ["*", "empty"]}))
    assert finding.outcome == "refusal"
    assert "none of 4 cells" in finding.reason
    assert "3 are marks" in finding.reason


def test_a_last_year_with_a_figure_is_passed(ask):
    assert ask(check_last_year, leaves_of({"Merlot": [5, 5, 0], "Tannat": [5, 5, 1]})) == []


@pytest.mark.parametrize("figure", [0, "empty", "unreadable"])
def test_a_last_year_of_zeros_is_refused(ask, figure):
    [finding] = ask(check_last_year, leaves_of({"Merlot": [5, 5, figure], "Tannat": [5, 5, 0]}))
    assert (finding.outcome, finding.column_label) == ("refusal", "2002")
    assert "2001 has 2" in finding.reason
    assert "rule: empty_last_year, last_year: 2002" in finding.remedy


@pytest.mark.parametrize("mark", ["nd", "*", "+"])
def test_a_last_year_that_is_said_to_be_missing_is_passed(ask, mark):
    assert ask(check_last_year, leaves_of({"Merlot": [5, 5, mark], "Tannat": [5, 5, mark]})) == []


def test_one_mark_does_not_excuse_zeros(ask):
    assert ask(check_last_year, leaves_of({"Merlot": [5, 0], "Tannat": [5, 0], "Malbec": [5, "nd"]}))


def test_marked_years_before_are_not_held_against_a_table(ask):
    assert ask(check_last_year, leaves_of({"Merlot": [5, "nd", "nd", 0]}))


@pytest.mark.parametrize(("with_figures", "found"), [(7, 0), (8, 1)])
def test_a_table_that_is_often_zero_may_be_zero_again(ask, with_figures, found):
    cells = leaves_of({"Sem classificação": [0] * (10 - with_figures) + [5] * with_figures + [0]})
    assert len(ask(check_last_year, cells)) == found


def test_each_measure_is_looked_at(ask):
    cells = leaves_of({"Chile": [5, 6, 5, 6, 5, 0]}, measures=("quantity", "value"))
    [finding] = ask(check_last_year, cells, table="ImpVinhos")
    assert "no value above zero" in finding.reason


def test_a_file_of_one_year_has_nothing_to_compare(ask):
    assert ask(check_last_year, leaves_of({"Merlot": [0]})) == []


@pytest.mark.parametrize(("marks", "found"), [(2, 1), (3, 0)])
def test_marks_excuse_a_year_of_which_they_are_more_than_half(ask, marks, found):
    last = ["nd"] * marks + [0] * (4 - marks)
    cells = leaves_of({f"Casta {number}": [5, figure] for number, figure in enumerate(last)})
    assert len(ask(check_last_year, cells)) == found


def test_a_figure_of_one_unit_is_a_figure(ask):
    assert ask(check_any_figure, leaves_of({"Merlot": [0, 0.5]})) == []
    assert ask(check_last_year, leaves_of({"Merlot": [5, 1]})) == []
    assert len(ask(check_last_year, leaves_of({"Merlot": [1, 0]}))) == 1
