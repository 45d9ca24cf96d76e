import pytest
from tests.unit.sources.vetting.conftest import leaves_of

from viticast.sources.vetting.bounds import VettingBounds
from viticast.sources.vetting.jumps import ENOUGH_YEARS, check_last_year_scale

FACTOR = int(VettingBounds().jump_factor)
STEADY = [10] * ENOUGH_YEARS


@pytest.mark.parametrize("last", [10 * FACTOR, 10, 1, 0, "nd", "unreadable"])
def test_a_year_within_the_bound_or_without_figures_is_passed(ask, last):
    assert ask(check_last_year_scale, leaves_of({"Merlot": [*STEADY, last]})) == []


def test_a_year_in_a_larger_scale_is_refused(ask):
    [finding] = ask(check_last_year_scale, leaves_of({"Merlot": [*STEADY, 10 * FACTOR + 1]}))
    assert (finding.outcome, finding.rule) == ("refusal", "jump")
    assert f"adds up to {10 * FACTOR + 1:,}" in finding.reason
    assert "rule: jump" in finding.remedy


def test_a_year_in_a_smaller_scale_is_refused(ask):
    bulky = [10 * FACTOR] * ENOUGH_YEARS
    assert ask(check_last_year_scale, leaves_of({"Merlot": [*bulky, 10]})) == []
    [finding] = ask(check_last_year_scale, leaves_of({"Merlot": [*bulky, 9]}))
    assert "of the lowest recent year" in finding.reason


def test_only_recent_years_tell_what_is_small(ask):
    early_and_small = [1, *[10 * FACTOR] * ENOUGH_YEARS]
    assert len(ask(check_last_year_scale, leaves_of({"Merlot": [*early_and_small, 9]}))) == 1


def test_a_short_past_tells_nothing(ask):
    assert ask(check_last_year_scale, leaves_of({"Merlot": [*STEADY[1:], 10**9]})) == []


def test_the_leaves_are_added_up(ask):
    half = 5 * FACTOR + 1
    assert len(ask(check_last_year_scale, leaves_of({"Merlot": [*STEADY, half], "Tannat": [*[0] * 10, half]}))) == 1


def test_years_of_zeros_are_no_past(ask):
    assert ask(check_last_year_scale, leaves_of({"Merlot": [0, *STEADY[1:], 10**9]})) == []
    bulky = [10 * FACTOR] * ENOUGH_YEARS
    assert len(ask(check_last_year_scale, leaves_of({"Merlot": [*bulky, 0, 9]}))) == 1


def test_years_of_one_unit_are_a_past(ask):
    ones = [1] * ENOUGH_YEARS
    assert ask(check_last_year_scale, leaves_of({"Merlot": [*ones, FACTOR]})) == []
    assert len(ask(check_last_year_scale, leaves_of({"Merlot": [*ones, FACTOR + 1]}))) == 1


def test_a_last_year_of_one_unit_is_a_sliver(ask):
    assert len(ask(check_last_year_scale, leaves_of({"Merlot": [*[FACTOR + 1] * ENOUGH_YEARS, 1]}))) == 1


def test_each_measure_is_looked_at(ask):
    steady, jump = [(10, 10)] * ENOUGH_YEARS, 10 * FACTOR + 1
    for last, measure in (((10, jump), "value"), ((jump, 10), "quantity"), (("nd", jump), "value")):
        figures = [figure for pair in [*steady, last] for figure in pair]
        cells = leaves_of({"Chile": figures}, measures=("quantity", "value"))
        [finding] = ask(check_last_year_scale, cells, table="ImpVinhos")
        assert finding.reason.startswith(f"the {measure} of")


def test_a_measure_without_the_last_year_is_passed(ask):
    figures = [FACTOR + 1, 10] * (ENOUGH_YEARS + 1)
    cells = leaves_of({"Chile": figures}, measures=("quantity", "value"))
    cells = cells[(cells["measure"] == "value") | (cells["year"] < cells["year"].max())]
    assert ask(check_last_year_scale, cells, table="ImpVinhos") == []
