import pytest
from tests.unit.sources.vetting.conftest import leaves_of

from viticast.sources.vetting.changed_values import check_changed_values, check_values_became_marks

HUNDRED = list(range(1000, 1100))


def vintage(*changes):
    figures = list(HUNDRED)
    for position, figure in enumerate(changes):
        figures[position] = figure
    return leaves_of({"Merlot": figures}, first_year=1900)


BEFORE = vintage()


@pytest.mark.parametrize("rule", [check_changed_values, check_values_became_marks])
def test_the_same_figures_and_a_first_vintage_are_passed(ask, rule):
    assert ask(rule, BEFORE, previous=BEFORE) == []
    assert ask(rule, BEFORE) == []


@pytest.mark.parametrize(("changes", "outcomes"), [(2, []), (3, ["watch"]), (10, ["watch"]), (11, ["refusal"])])
def test_changes_are_watched_and_refused_beyond_their_bounds(ask, changes, outcomes):
    now = vintage(*(5000 + 7 * position for position in range(changes)))
    findings = ask(check_changed_values, now, previous=BEFORE)
    assert [finding.outcome for finding in findings] == outcomes
    for finding in findings:
        assert f"{changes} of 100 figures ({changes}.0%)" in finding.reason
        assert "merlot 1900 (quantity) is 5,000, not 1,000" in finding.reason
        assert "factor" not in finding.reason
        assert finding.column_label == "1900"


def test_a_change_below_the_unit_is_none(ask):
    assert ask(check_changed_values, vintage(*(figure + 0.5 for figure in HUNDRED)), previous=BEFORE) == []
    assert ask(check_changed_values, vintage(*(figure + 0.6 for figure in HUNDRED)), previous=BEFORE)


def test_zeros_in_common_are_not_compared(ask):
    before, now = leaves_of({"A": [1, 0, 0, 0]}), leaves_of({"A": [5, 0, 0, 0]})
    [finding] = ask(check_changed_values, now, previous=before)
    assert "1 of 1 figures" in finding.reason


def test_a_filled_blank_is_no_change(ask):
    before, now = leaves_of({"A": [7, "empty", "nd"]}), leaves_of({"A": [7, 0, 3]})
    assert ask(check_changed_values, now, previous=before) == []


def test_a_new_row_and_a_new_year_are_no_change(ask):
    now = leaves_of({"A": [7, 8], "B": [9, 9]})
    assert ask(check_changed_values, now, previous=leaves_of({"A": [7]})) == []


@pytest.mark.parametrize(
    ("factor", "text"), [(1000, "multiplied by 1,000"), (0.001, "divided by 1,000"), (1.5, "multiplied by 1.5")]
)
def test_one_factor_is_named(ask, factor, text):
    now = vintage(*(figure * factor for figure in HUNDRED))
    [finding] = ask(check_changed_values, now, previous=BEFORE)
    assert f"100% of them are {text}: the unit is another" in finding.reason


def test_figures_that_moved_have_no_factor(ask):
    before = leaves_of({"A": [10, 0, 30, 80]})
    [finding] = ask(check_changed_values, leaves_of({"A": [30, 10, 0, 90]}), previous=before)
    assert "unit is another" not in finding.reason


def test_two_spellings_that_became_one_row_are_no_change(ask):
    before = leaves_of({"Cingapura": [5, 0], "Singapura": [0, 6]})
    assert ask(check_changed_values, leaves_of({"Cingapura": [5, 6]}), previous=before) == []


@pytest.mark.parametrize(("marks", "outcome"), [(1, "watch"), (10, "watch"), (11, "refusal")])
def test_figures_that_became_marks_are_found(ask, marks, outcome):
    [finding] = ask(check_values_became_marks, vintage(*["nd"] * marks), previous=BEFORE)
    assert finding.outcome == outcome
    assert f"{marks} of 100 figures" in finding.reason
    assert "which was 1,000" in finding.reason
    assert ask(check_changed_values, vintage(*["nd"] * marks), previous=BEFORE) == []


def test_zeros_and_marks_that_became_marks_lose_no_figure(ask):
    before, now = leaves_of({"A": [7, 0, "empty"]}), leaves_of({"A": [7, "empty", "nd"]})
    assert ask(check_values_became_marks, now, previous=before) == []


@pytest.mark.parametrize(("before", "now"), [([0, 7], [1, 7]), ([1, 7], [0, 7])])
def test_a_figure_of_one_unit_that_came_or_went_is_a_change(ask, before, now):
    [finding] = ask(check_changed_values, leaves_of({"A": now}), previous=leaves_of({"A": before}))
    assert "1 of 2 figures" in finding.reason


def test_a_table_without_a_figure_to_compare_has_no_changes(ask):
    zeros = leaves_of({"A": [0, 0]})
    assert ask(check_changed_values, zeros, previous=zeros, bounds={"changed_share_watched": 0.0}) == []
    assert ask(check_values_became_marks, zeros, previous=zeros) == []


def test_a_figure_of_one_unit_that_became_a_mark_is_found(ask):
    [finding] = ask(check_values_became_marks, leaves_of({"A": ["nd", 7]}), previous=leaves_of({"A": [1, 7]}))
    assert "1 of 2 figures" in finding.reason


@pytest.mark.parametrize(("last", "named"), [(50, True), (51, False)])
def test_a_factor_holds_on_its_tolerance(ask, last, named):
    before, now = leaves_of({"A": [10, 10, 20]}), leaves_of({"A": [20, 20, last]})
    bounds = {"scaled_tolerance": 0.25, "scaled_share": 1.0}
    [finding] = ask(check_changed_values, now, previous=before, bounds=bounds)
    assert ("multiplied by 2:" in finding.reason) is named


@pytest.mark.parametrize(("scaled", "named"), [(9, True), (8, False)])
def test_a_factor_is_that_of_nearly_all_changes(ask, scaled, named):
    before = leaves_of({"A": [10] * 10})
    now = leaves_of({"A": [20] * scaled + [70] * (10 - scaled)})
    [finding] = ask(check_changed_values, now, previous=before)
    assert (f"{scaled}0% of them are multiplied by 2:" in finding.reason) is named


def test_a_figure_of_one_unit_tells_the_factor(ask):
    [finding] = ask(check_changed_values, leaves_of({"A": [3, 3]}), previous=leaves_of({"A": [1, 1]}))
    assert "100% of them are multiplied by 3:" in finding.reason


def test_figures_that_became_zero_have_no_factor(ask):
    [finding] = ask(check_changed_values, leaves_of({"A": [0, 0]}), previous=leaves_of({"A": [10, 20]}))
    assert "of them are" not in finding.reason


def test_small_revisions_of_every_figure_are_no_other_unit(ask):
    before = leaves_of({"Merlot": [1000, 2000, 3000], "Tannat": [4000, 5000, 6000]})
    after = leaves_of({"Merlot": [1001, 2001, 3001], "Tannat": [4001, 5001, 6001]})
    [finding] = ask(check_changed_values, after, previous=before)
    assert "the unit is another" not in finding.reason
