import pytest
from tests.unit.sources.vetting.conftest import cells_of, leaves_of

from viticast.sources.vetting.vanished_rows import check_vanished_rows

BEFORE = leaves_of({"Merlot": [1, 2], "Tannat": [3, 4], "Malbec": [0, 0]})


def test_a_first_vintage_has_lost_no_row(ask):
    assert ask(check_vanished_rows, BEFORE) == []


def test_new_rows_years_and_figures_are_passed(ask):
    now = leaves_of({"Merlot": [1, 9, 5], "Tannat": [3, 4, 5], "Malbec": [0, 0, 5], "Novo": [0, 0, 5]})
    assert ask(check_vanished_rows, now, previous=BEFORE) == []


def test_a_row_that_is_gone_is_refused_and_named(ask):
    [finding] = ask(check_vanished_rows, leaves_of({"Merlot": [1, 2], "Malbec": [0, 0]}), previous=BEFORE)
    assert finding.outcome == "refusal"
    assert "1 of 3 rows" in finding.reason
    assert "'tannat'" in finding.reason
    assert "aliases" in finding.remedy


def test_a_row_of_zeros_is_a_row(ask):
    assert ask(check_vanished_rows, leaves_of({"Merlot": [1, 2], "Tannat": [3, 4]}), previous=BEFORE)


def test_a_bound_lets_so_many_rows_go(ask):
    now = leaves_of({"Merlot": [1, 2]})
    assert ask(check_vanished_rows, now, previous=BEFORE, bounds={"vanished_rows": 2}) == []
    assert ask(check_vanished_rows, now, previous=BEFORE, bounds={"vanished_rows": 1})


def test_another_spelling_is_the_same_row(ask):
    before = leaves_of({"Singapura": [1], "África": [2]})
    assert ask(check_vanished_rows, leaves_of({"Cingapura": [1], "AFRICA ": [2]}), previous=before) == []


def test_a_new_name_with_the_same_figures_is_watched(ask):
    now = leaves_of({"Merlot": [1, 2, 7], "Tanat": [3, 4, 8], "Malbec": [0, 0, 9]})
    [finding] = ask(check_vanished_rows, now, previous=BEFORE)
    assert finding.outcome == "watch"
    assert "'tannat' became 'tanat'" in finding.reason


def test_a_new_name_with_other_figures_is_no_rename(ask):
    now = leaves_of({"Merlot": [1, 2], "Tanat": [3, 5], "Malbec": [0, 0]})
    assert [finding.outcome for finding in ask(check_vanished_rows, now, previous=BEFORE)] == ["refusal"]


def test_one_new_row_takes_the_place_of_one(ask):
    before = leaves_of({"A": [1], "B": [1]})
    outcomes = [finding.outcome for finding in ask(check_vanished_rows, leaves_of({"C": [1]}), previous=before)]
    assert outcomes == ["watch", "refusal"]


def test_a_row_that_moved_to_another_group_with_its_figures_is_watched(ask):
    before = cells_of([("TINTAS", "Isabel", "leaf", [4])])
    [finding] = ask(check_vanished_rows, cells_of([("BRANCAS", "Isabel", "leaf", [4])]), previous=before)
    assert "'tintas / isabel' became 'brancas / isabel'" in finding.reason


def test_a_row_of_zeros_is_not_taken_for_another_row_of_zeros(ask):
    now = leaves_of({"Merlot": [1, 2], "Tannat": [3, 4], "Novo": [0, 0, 5]})
    [finding] = ask(check_vanished_rows, now, previous=BEFORE)
    assert finding.outcome == "refusal"
    assert "'malbec'" in finding.reason


def test_rows_whose_group_is_gone_are_not_renamed(ask):
    before = cells_of([("TINTAS", "TINTAS", "total", [7]), ("TINTAS", "Merlot", "leaf", [4])])
    now = cells_of([(None, "Tintas", "leaf", [7]), (None, "Merlot", "leaf", [4])])
    [finding] = ask(check_vanished_rows, now, previous=before)
    assert finding.outcome == "refusal"
    assert "2 of 2 rows" in finding.reason


def test_a_blank_that_became_zero_is_no_new_figure(ask):
    before = leaves_of({"Tannat": [3, "nd"], "Merlot": [1, 2]})
    [finding] = ask(check_vanished_rows, leaves_of({"Tanat": [3, 0], "Merlot": [1, 2]}), previous=before)
    assert finding.outcome == "watch"
    [finding] = ask(check_vanished_rows, leaves_of({"Tanat": [3, 1], "Merlot": [1, 2]}), previous=before)
    assert finding.outcome == "refusal"


TWO = {"Singapura": [1, 2, "nd"], "Cingapura": [4, 0, 6]}


@pytest.mark.parametrize(
    "left",
    [
        {"Cingapura": [5, 2, 6]},
        {"Singapura": [5, 2, 6, 7]},
        {"Singapura": [5, 2, 9]},
        {"Cingapura": [4.6, 1.6, 6]},
        {"Cingapura": [4, 0, 6], "Singapura": [0, 0, 0]},
    ],
    ids=["merged", "under the other name", "and revised upwards", "but for fractions", "as many rows"],
)
def test_rows_of_one_name_may_be_merged(ask, left):
    now = leaves_of({**left, "Peru": [1, 2, 3]})
    assert ask(check_vanished_rows, now, previous=leaves_of({**TWO, "Peru": [1, 2, 3]})) == []


@pytest.mark.parametrize("left", [{"Singapura": [1, 2, "nd"]}, {"Cingapura": [4, 0, 6]}, {"Cingapura": [5, 2, "nd"]}])
def test_one_of_two_rows_of_a_name_must_not_go_with_its_figures(ask, left):
    now = leaves_of({**left, "Peru": [1, 2, 3]})
    [finding] = ask(check_vanished_rows, now, previous=leaves_of({**TWO, "Peru": [1, 2, 3]}))
    assert (finding.outcome, finding.rule, finding.found) == ("refusal", "vanished_rows", "cingapura")
    assert "1 names" in finding.reason


def test_names_with_fewer_rows_count_as_rows_that_are_gone(ask):
    before = leaves_of({**TWO, "Peru": [1, 2, 3], "Chile": [4, 5, 6]})
    now = leaves_of({"Cingapura": [4, 0, 6], "Chile": [4, 5, 6]})
    assert len(ask(check_vanished_rows, now, previous=before, bounds={"vanished_rows": 1})) == 2
    assert ask(check_vanished_rows, now, previous=before, bounds={"vanished_rows": 2}) == []
