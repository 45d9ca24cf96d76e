from datetime import date

import pytest
from tests.unit.sources.vetting.conftest import leaves_of

from viticast.sources.vetting.years import check_future, check_lost, check_publication

CELLS = leaves_of({"Merlot": [1, 2, 3]})


@pytest.mark.parametrize(("published", "outcomes"), [(2003, []), (2002, ["watch"]), (2001, ["refusal"])])
def test_a_file_ends_before_it_is_published(ask, published, outcomes):
    findings = ask(check_future, CELLS, published=published)
    assert [finding.outcome for finding in findings] == outcomes
    assert all(finding.column_label == "2002" and str(published) in finding.reason for finding in findings)


@pytest.mark.parametrize(
    "figures",
    [
        {"figures": [1, 2, 3]},
        {"figures": [1, 2, 3, 4]},
        {"figures": [9, 1, 2, 3], "first_year": 1999},
    ],
)
def test_a_file_that_reaches_as_far_is_passed(ask, figures):
    cells = leaves_of({"Merlot": figures["figures"]}, first_year=figures.get("first_year", 2000))
    assert ask(check_lost, cells, previous=CELLS) == []


@pytest.mark.parametrize(("figures", "first_year"), [([1, 2], 2000), ([2, 3], 2001), ([2, 3, 4], 2001)])
def test_lost_years_are_refused(ask, figures, first_year):
    [finding] = ask(check_lost, leaves_of({"Merlot": figures}, first_year=first_year), previous=CELLS)
    assert finding.outcome == "refusal"
    assert "2000 to 2002" in finding.reason


def test_a_first_vintage_has_lost_nothing(ask):
    assert ask(check_lost, leaves_of({"Merlot": [1]})) == []


@pytest.mark.parametrize("published", [date(2025, 12, 1), date(2026, 1, 1)])
def test_a_file_published_up_to_the_day_of_fetching_is_passed(ask, published):
    assert ask(check_publication, CELLS, published=published) == []


def test_a_file_of_which_nobody_declares_the_publication_is_passed(ask):
    assert ask(check_publication, CELLS, published=None) == []


@pytest.mark.parametrize("published", [date(2026, 1, 2), date(2099, 1, 1)])
def test_a_publication_in_the_future_is_refused(ask, published):
    [finding] = ask(check_publication, CELLS, published=published)
    assert (finding.outcome, finding.rule) == ("refusal", "future_publication")
    assert str(published) in finding.reason
    assert "rename the folder" in finding.remedy
