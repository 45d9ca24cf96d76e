import pytest
from tests.unit.sources.vetting.conftest import cells_of, leaves_of

from viticast.sources.vetting.duplicates import check_duplicates


def test_rows_that_differ_are_passed(ask):
    assert ask(check_duplicates, leaves_of({"Merlot": [1, 2], "Tannat": [1, 2]})) == []


def test_a_row_pasted_twice_is_refused_with_both_lines(ask):
    rows = [(None, "Merlot", "leaf", [1, "nd"]), (None, "Tannat", "leaf", [3, 4]), (None, "MERLOT", "leaf", [1, "nd"])]
    [finding] = ask(check_duplicates, cells_of(rows))
    assert (finding.outcome, finding.row_number, finding.found) == ("refusal", 4, "MERLOT")
    assert "line 4 repeats line 2" in finding.reason
    assert "1 figures" in finding.reason


def test_one_name_with_other_figures_is_a_part_of_it(ask):
    assert ask(check_duplicates, cells_of([(None, "Mistura", "leaf", [1, 2]), (None, "Mistura", "leaf", [1, 3])])) == []


def test_one_name_in_two_groups_is_two_rows(ask):
    assert (
        ask(check_duplicates, cells_of([("TINTAS", "Outras", "leaf", [1]), ("BRANCAS", "Outras", "leaf", [1])])) == []
    )


def test_rows_without_a_figure_do_no_harm(ask):
    assert ask(check_duplicates, cells_of([(None, "Merlot", "leaf", [0, 0]), (None, "Merlot", "leaf", [0, 0])])) == []


def test_a_total_and_its_only_leaf_are_two_rows(ask):
    assert (
        ask(check_duplicates, cells_of([("SUCO", "SUCO", "total", [7]), ("SUCO", "Suco integral", "leaf", [7])])) == []
    )


def test_every_repetition_is_found(ask):
    row = (None, "Merlot", "leaf", [1])
    assert [finding.row_number for finding in ask(check_duplicates, cells_of([row, row, row]))] == [3, 4]


def test_spellings_of_one_name_are_one_name(ask):
    cells = leaves_of({"Cingapura": [5], "Singapura": [5]})
    assert len(ask(check_duplicates, cells)) == 1


@pytest.mark.parametrize("figure", [0, 1])
def test_a_mark_is_no_figure(ask, figure):
    rows = [(None, "Mistura", "leaf", [5, "nd"]), (None, "Mistura", "leaf", [5, figure])]
    assert ask(check_duplicates, cells_of(rows)) == []
