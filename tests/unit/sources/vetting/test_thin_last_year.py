import pytest
from tests.unit.sources.vetting.conftest import leaves_of

from viticast.sources.vetting.figures import ENOUGH_FIGURES, check_thin_last_year


def table(*counts, rows=100, rest=0):
    """As many figures in each year as its count says, the other rows having `rest`."""
    return leaves_of({f"{row}": [5 if row < count else rest for count in counts] for row in range(rows)})


@pytest.mark.parametrize(("last", "outcomes"), [(100, []), (33, []), (32, ["watch"]), (1, ["watch"]), (0, [])])
@pytest.mark.parametrize("rest", [0, "nd"])
def test_a_last_year_of_few_figures_is_watched(ask, last, outcomes, rest):
    findings = ask(check_thin_last_year, table(100, 100, last, rest=rest))
    assert [finding.outcome for finding in findings] == outcomes
    assert all(finding.rule == "thin_last_year" and finding.found == str(last) for finding in findings)


def test_only_the_last_year_is_asked_and_the_one_before_it_counts(ask):
    assert ask(check_thin_last_year, table(100, 5, 100)) == []
    assert ask(check_thin_last_year, table(100, 12, 5)) == []


def test_a_year_before_of_few_figures_tells_nothing(ask):
    assert ask(check_thin_last_year, table(ENOUGH_FIGURES - 1, 1)) == []
    assert len(ask(check_thin_last_year, table(ENOUGH_FIGURES, 1))) == 1


def test_the_bound_may_be_set(ask):
    assert ask(check_thin_last_year, table(100, 20), bounds={"thin_last_year_share": 0.2}) == []


def test_a_first_year_has_none_before_it(ask):
    assert ask(check_thin_last_year, table(1)) == []


def test_each_measure_is_asked(ask):
    cells = leaves_of({f"{row}": [5, 5, 5, 5 * (row < 2)] for row in range(10)}, measures=("quantity", "value"))
    [finding] = ask(check_thin_last_year, cells, table="ImpVinhos")
    assert "rows with a value above zero" in finding.reason
