import pytest
from tests.unit.sources.vetting.conftest import cells_of, leaves_of

from viticast.sources.vetting.bounds import VettingBounds
from viticast.sources.vetting.zeroed import check_zeroed

ROWS = {"Merlot": [11, 12, 13, 14], "Tannat": [21, 22, 23, 24], "Malbec": [5, 6, 0, 0]}
BEFORE = leaves_of(ROWS)
BOTH = ("quantity", "value")


def found(findings):
    return [(finding.outcome, finding.rule) for finding in findings]


def many(zeros, rows=10, years=10):
    """A table of 100 figures, so many of which, spread over rows and years, are 0."""
    places = {(position % rows, (position + position // rows) % years) for position in range(zeros)}
    return leaves_of({f"{row}": [0 if (row, year) in places else 7 for year in range(years)] for row in range(rows)})


def test_a_first_vintage_has_lost_no_figure(ask):
    assert ask(check_zeroed, leaves_of({"Merlot": [0, 0, 0]})) == []


def test_the_same_figures_new_ones_and_lower_ones_are_passed(ask):
    now = leaves_of(
        {"Merlot": [1, 1, 1, 1, 0], "Tannat": [21, 22, 23, 24, 0], "Malbec": [5, 6, 7, 0, 0], "New": [0] * 5}
    )
    assert ask(check_zeroed, now, previous=BEFORE) == []


@pytest.mark.parametrize("lost", [0, 0.04])
def test_a_year_of_zeros_is_refused(ask, lost):
    rows = {name: [figures[0], lost, *figures[2:]] for name, figures in ROWS.items()}
    [finding] = ask(check_zeroed, leaves_of(rows), previous=BEFORE)
    assert found([finding]) == [("refusal", "zeroed_figures")]
    assert finding.column_label == "2001"
    assert "quantity of 2001: 40 before" in finding.reason
    assert "rule: zeroed_figures" in finding.remedy


def test_a_year_of_zeros_and_a_mark_is_refused(ask):
    now = leaves_of({"Merlot": [11, 0, 13, 14], "Tannat": [21, "nd", 23, 24], "Malbec": [5, 0, 0, 0]})
    assert found(ask(check_zeroed, now, previous=BEFORE)) == [("refusal", "zeroed_figures")]


def test_years_of_marks_are_left_to_another_rule(ask):
    now = leaves_of({"Merlot": [11, "nd", 13, 14], "Tannat": [21, "nd", 23, 24], "Malbec": [5, "nd", 0, 0]})
    assert ask(check_zeroed, now, previous=BEFORE) == []


def test_a_year_that_was_zero_or_is_gone_is_no_loss(ask):
    before = leaves_of({"Merlot": [11, 0, 13, 14], "Tannat": [21, 0, 23, 24]})
    now = leaves_of({"Merlot": [11, 0, 13], "Tannat": [21, 0, 23]})
    assert ask(check_zeroed, now, previous=before) == []


@pytest.mark.parametrize("kind", ["leaf", "total"])
def test_a_total_does_not_hide_a_year_of_zeros(ask, kind):
    def table(total, leaf):
        figures = {"total": total, "leaf": leaf} if kind == "leaf" else {"total": leaf, "leaf": total}
        return cells_of(
            [("TINTAS", "TINTAS", "total", figures["total"]), ("TINTAS", "Merlot", "leaf", figures["leaf"])]
        )

    assert found(ask(check_zeroed, table([9, 9], [9, 0]), previous=table([9, 9], [9, 9]))) == [
        ("refusal", "zeroed_figures")
    ]


def test_one_measure_of_a_year_is_enough(ask):
    before = leaves_of({"Chile": [5, 6, 7, 8], "Peru": [5, 6, 7, 8]}, measures=BOTH)
    now = leaves_of({"Chile": [5, 6, 7, 0], "Peru": [5, 6, 7, 0]}, measures=BOTH)
    [finding] = ask(check_zeroed, now, previous=before, table="ImpVinhos")
    assert "1 sums of a year" in finding.reason
    assert "value of 2001: 16 before" in finding.reason


@pytest.mark.parametrize(("figures", "outcomes"), [([5, 6], ["watch"]), ([5, 6, 7], ["refusal"])])
def test_a_row_of_three_figures_must_keep_one(ask, figures, outcomes):
    figures = [*figures, 0, 0][:4]
    before = leaves_of({**ROWS, "Malbec": figures})
    findings = ask(check_zeroed, leaves_of({**ROWS, "Malbec": [0] * 4}), previous=before)
    assert [finding.outcome for finding in findings] == outcomes


def test_a_row_that_has_one_figure_left_is_watched(ask):
    findings = ask(check_zeroed, leaves_of({**ROWS, "Merlot": [0, 0, 0, 1]}), previous=BEFORE)
    assert found(findings) == [("watch", "zeroed_figures")]


def test_only_new_years_do_not_save_a_row(ask):
    now = leaves_of({name: [*figures, 9] for name, figures in {**ROWS, "Merlot": [0] * 4}.items()})
    assert found(ask(check_zeroed, now, previous=BEFORE)) == [("refusal", "zeroed_figures")]


def test_a_row_of_zeros_and_marks_has_no_figure(ask):
    findings = ask(check_zeroed, leaves_of({**ROWS, "Merlot": [0, 0, "nd", "nd"]}), previous=BEFORE)
    assert found(findings) == [("refusal", "zeroed_figures")]


def test_rows_of_one_name_are_one_row(ask):
    before = leaves_of({"Singapura": [1, 2, 3], "Cingapura": [4, 5, 6], "Peru": [7, 8, 9]})
    moved = leaves_of({"Singapura": [5, 7, 9], "Cingapura": [0, 0, 0], "Peru": [7, 8, 9]})
    assert ask(check_zeroed, moved, previous=before) == []
    gone = leaves_of({"Singapura": [0, 0, 0], "Cingapura": [0, 0, 0], "Peru": [7, 8, 9]})
    [finding] = ask(check_zeroed, gone, previous=before)
    assert "1 rows" in finding.reason
    assert "the first had 3 figures" in finding.reason


def test_a_row_that_keeps_its_weights_and_loses_its_dollars_is_refused(ask):
    before = leaves_of({"Chile": [5, 6, 7, 8, 9, 10], "Peru": [5, 6, 7, 8, 9, 10]}, measures=BOTH)
    now = leaves_of({"Chile": [5, 0, 7, 0, 9, 0], "Peru": [5, 6, 7, 8, 9, 10]}, measures=BOTH)
    [finding] = ask(check_zeroed, now, previous=before, table="ImpVinhos")
    assert (finding.outcome, finding.found) == ("refusal", "chile")
    assert "the first had 3 figures" in finding.reason


def test_both_measures_of_a_row_count(ask):
    before = leaves_of({"Chile": [5, 6, 7, 8], "Peru": [5, 6, 7, 8]}, measures=BOTH)
    now = leaves_of({"Chile": [0, 0, 0, 0], "Peru": [5, 6, 7, 8]}, measures=BOTH)
    [finding] = ask(check_zeroed, now, previous=before, table="ImpVinhos")
    assert (finding.outcome, finding.found) == ("refusal", "chile")


@pytest.mark.parametrize(("zeros", "outcomes"), [(2, []), (3, ["watch"])])
def test_single_zeros_are_watched_beyond_the_bound(ask, zeros, outcomes):
    assert VettingBounds().changed_share_watched == 0.02
    findings = ask(check_zeroed, many(zeros), previous=many(0))
    assert [finding.outcome for finding in findings] == outcomes
    assert all(f"{zeros} of 100 figures ({zeros}.0%)" in finding.reason for finding in findings)


def test_the_bound_of_rows_may_be_set(ask):
    now = leaves_of({**ROWS, "Merlot": [0] * 4})
    assert found(ask(check_zeroed, now, previous=BEFORE, bounds={"zeroed_row_figures": 4})) == [
        ("watch", "zeroed_figures")
    ]
    assert found(ask(check_zeroed, now, previous=BEFORE, bounds={"zeroed_row_figures": 3})) == [
        ("refusal", "zeroed_figures")
    ]
