import pandas as pd
import pytest
from tests.unit.sources.vetting.conftest import cells_of

from viticast.sources.vetting.totals import check_totals


def group(totals, leaf, other=None):
    other = other or [0] * len(leaf)
    return cells_of(
        [("TINTAS", "TINTAS", "total", totals), ("TINTAS", "Merlot", "leaf", leaf), ("TINTAS", "Agrin", "leaf", other)]
    )


def gap(first, last, **more):
    return {"table": "ProcessaViniferas", "group": "Tintas", "years": [first, last], "reason": "Known.", **more}


def test_totals_that_are_the_sum_are_passed(ask):
    assert ask(check_totals, group([30, 40], [10, 15], [20, 25])) == []


@pytest.mark.parametrize(("total", "found"), [(35, 0), (35.01, 1), (25, 0), (24.99, 1)])
def test_rounding_is_no_gap(ask, total, found):
    assert len(ask(check_totals, group([total], [30]))) == found


def test_few_new_gaps_are_watched_and_many_are_refused(ask):
    three, four = [100, 100, 100, 30], [100, 100, 100, 100]
    [watch] = ask(check_totals, group(three, [30] * 4))
    assert watch.outcome == "watch"
    assert "3 years" in watch.reason
    assert "2000: 100 published, 30 summed" in watch.reason
    [refusal] = ask(check_totals, group(four, [30] * 4))
    assert refusal.outcome == "refusal"
    assert "total_gaps" in refusal.remedy


def test_each_group_has_its_own_count(ask):
    cells = cells_of(
        [
            (name, label, kind, [figure] * 3)
            for name in ("TINTAS", "BRANCAS")
            for label, kind, figure in ((name, "total", 90), ("Outras", "leaf", 1))
        ]
    )
    assert [finding.outcome for finding in ask(check_totals, cells)] == ["watch", "watch"]


def test_a_year_with_a_marked_leaf_is_not_compared(ask):
    assert ask(check_totals, group([100] * 4, ["nd", "*", "+", "empty"])) == []
    assert ask(check_totals, group(["nd"] * 4, [1] * 4)) == []


def test_a_declared_difference_explains_itself_only(ask):
    cells = group([100], [30])
    assert ask(check_totals, cells, total_gaps=[gap(2000, 2000, difference=70)]) == []
    assert ask(check_totals, cells, total_gaps=[gap(2000, 2000, difference=65)]) == []
    stale, new = ask(check_totals, cells, total_gaps=[gap(2000, 2000, difference=64)])
    assert "stale" in stale.reason
    assert "70" not in new.reason
    assert "100 published, 30 summed" in new.reason


def test_a_declared_gap_without_a_size_explains_any(ask):
    assert ask(check_totals, group([100] * 4, [30] * 4), total_gaps=[gap(2000, 2003)]) == []


def test_a_gap_outside_the_declared_years_is_new(ask):
    [finding] = ask(check_totals, group([100] * 4, [30] * 4), total_gaps=[gap(2000, 2002)])
    assert finding.column_label == "2003"


def test_an_omitted_leaf_explains_a_total(ask):
    declared = [gap(2000, 2001, omits="Agrin")]
    assert ask(check_totals, group([10, 15], [10, 15], [20, 25]), total_gaps=declared) == []
    assert ask(check_totals, group([10, 15], [10, 15], [20, 25]), total_gaps=[gap(2000, 2001, omits="Merlot")])


def test_undetailed_leaves_are_all_zero(ask):
    declared = [gap(2000, 2001, undetailed=True)]
    assert ask(check_totals, group([100, 100], [0, 0]), total_gaps=declared) == []
    [finding] = ask(check_totals, group([100, 100], [0, 30]), total_gaps=declared)
    assert finding.column_label == "2001"


def test_a_declared_gap_that_is_gone_is_stale(ask):
    [finding] = ask(check_totals, group([30, 30], [30, 30]), total_gaps=[gap(2000, 2001, difference=70)])
    assert finding.outcome == "watch"
    assert "stale" in finding.reason
    assert "2 years that can be compared" in finding.reason


def test_a_gap_that_cannot_be_compared_is_not_stale(ask):
    assert ask(check_totals, group([30], [30]), total_gaps=[gap(1990, 1995)]) == []
    assert ask(check_totals, group([30], ["nd"]), total_gaps=[gap(2000, 2000)]) == []
    assert ask(check_totals, group([30], [30]), total_gaps=[gap(2000, 2000) | {"group": "BRANCAS"}]) == []


def test_a_lost_leaf_and_a_doubled_leaf_are_refused(ask):
    whole = group([30] * 5, [10] * 5, [20] * 5)
    lost = whole[whole["item"] != "Agrin"]
    [finding] = ask(check_totals, lost)
    assert finding.outcome == "refusal"


def test_a_table_without_groups_has_no_totals(ask):
    assert ask(check_totals, cells_of([(None, "Chile", "leaf", [5])])) == []


@pytest.mark.parametrize(("difference", "found"), [(65, 0), (75, 0), (64.99, 2), (75.01, 2)])
def test_a_declared_difference_holds_to_the_rounding(ask, difference, found):
    declared = [gap(2000, 2000, difference=difference)]
    assert len(ask(check_totals, group([100], [30]), total_gaps=declared)) == found


@pytest.mark.parametrize(("total", "found"), [(15, 0), (5, 0), (15.01, 2), (4.99, 2)])
def test_an_omitted_leaf_holds_to_the_rounding(ask, total, found):
    assert len(ask(check_totals, group([total], [10], [200]), total_gaps=[gap(2000, 2000, omits="Agrin")])) == found


def test_an_omitted_leaf_is_that_of_its_group(ask):
    other = cells_of([("BRANCAS", "Agrin", "leaf", [500])])
    cells = pd.concat([group([10], [10], [200]), other.assign(row_number=9)], ignore_index=True)
    assert ask(check_totals, cells, total_gaps=[gap(2000, 2000, omits="Agrin")]) == []


def test_a_leaf_may_bear_the_name_of_its_group(ask):
    cells = cells_of(
        [("SUCO", "SUCO", "total", [10]), ("SUCO", "SUCO", "leaf", [200]), ("SUCO", "Integral", "leaf", [10])]
    )
    declared = [gap(2000, 2000, omits="Suco") | {"group": "SUCO"}]
    assert ask(check_totals, cells, total_gaps=declared) == []


def test_one_gap_explains_its_years_and_the_next_one_others(ask):
    declared = [gap(2000, 2000, difference=70), gap(2001, 2001, difference=10)]
    assert ask(check_totals, group([100, 40], [30, 30]), total_gaps=declared) == []
