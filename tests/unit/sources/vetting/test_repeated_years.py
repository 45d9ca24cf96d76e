import pytest
from tests.unit.sources.vetting.conftest import leaves_of

from viticast.sources.vetting.repeated_years import check_repeated_years


def test_years_that_differ_are_passed(ask):
    assert ask(check_repeated_years, leaves_of({"Merlot": [1, 2, 3], "Tannat": [4, 5, 6]})) == []


def test_a_repeated_year_is_refused_and_named(ask):
    [finding] = ask(check_repeated_years, leaves_of({"Merlot": [1, 2, 1], "Tannat": [4, 5, 4]}))
    assert (finding.outcome, finding.column_label) == ("refusal", "2002")
    assert "2002 has 2 of 2 figures in common with 2000" in finding.reason


def test_years_of_zeros_or_marks_repeat_nothing(ask):
    assert ask(check_repeated_years, leaves_of({"Merlot": [0, 0, "nd", "nd", "*"]})) == []


def test_zeros_in_common_do_not_count(ask):
    zeros = {f"Casta {number}": [0, 0] for number in range(50)}
    assert ask(check_repeated_years, leaves_of({"Merlot": [1, 2]} | zeros)) == []


def test_a_mark_is_no_figure_in_common(ask):
    assert ask(check_repeated_years, leaves_of({"Merlot": [1, "nd"], "Tannat": ["nd", 1]})) == []


@pytest.mark.parametrize(("same", "found"), [(8, 0), (9, 1)])
def test_the_bound_is_a_share_of_the_figures(ask, same, found):
    figures = {f"Casta {number}": [number, number if number <= same else number + 100] for number in range(1, 11)}
    assert len(ask(check_repeated_years, leaves_of(figures))) == found


def test_both_measures_must_repeat(ask):
    cells = leaves_of({"Chile": [5, 6, 5, 7]}, measures=("quantity", "value"))
    assert ask(check_repeated_years, cells, table="ImpVinhos") == []


def test_every_year_is_held_against_every_year_before(ask):
    findings = ask(check_repeated_years, leaves_of({"Merlot": [7, 7, 7]}))
    assert [finding.reason.partition(":")[0] for finding in findings] == [
        "2001 has 1 of 1 figures in common with 2000",
        "2002 has 1 of 1 figures in common with 2000",
        "2002 has 1 of 1 figures in common with 2001",
    ]


def test_a_mark_is_no_figure_of_one_unit(ask):
    assert ask(check_repeated_years, leaves_of({"Merlot": [1, "nd"]})) == []
