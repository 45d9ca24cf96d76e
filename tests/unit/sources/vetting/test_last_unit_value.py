import pytest
from tests.unit.sources.vetting.conftest import leaves_of

from viticast.sources.vetting.pairs import RECENT_YEARS, check_last_unit_value

STEADY = [(10, 20)] * RECENT_YEARS


@pytest.fixture
def ask_prices(ask):
    def _ask_prices(*pairs, table="ImpVinhos", **options):
        cells = leaves_of({"Chile": [figure for pair in pairs for figure in pair]}, measures=("quantity", "value"))
        return [finding.outcome for finding in ask(check_last_unit_value, cells, table=table, **options)]

    return _ask_prices


@pytest.mark.parametrize("last", [(10, 20), (10, 200), (100, 20), (0, 20), (10, 0), ("nd", 20), (0, 0)])
def test_a_price_within_the_bound_or_of_one_side_is_passed(ask_prices, last):
    assert ask_prices(*STEADY, last) == []


@pytest.mark.parametrize("last", [(10, 201), (101, 20)])
def test_a_price_beyond_the_bound_is_refused(ask_prices, last):
    assert ask_prices(*STEADY, last) == ["refusal"]
    assert ask_prices(*STEADY, last, bounds={"unit_value_factor": 11}) == []


def test_only_the_last_year_is_asked(ask_prices):
    assert ask_prices(*STEADY, (10, 2000), (10, 20)) == []


def test_the_median_of_the_last_five_years_counts(ask_prices):
    assert ask_prices(*[(10, 2000)] * 9, *STEADY, (10, 2000)) == ["refusal"]
    assert ask_prices((10, 2000), *STEADY[2:], (10, 2000), (10, 2000)) == ["refusal"]
    assert ask_prices(*[(10, 2000)] * 3, *STEADY[3:], (10, 2000)) == []


def test_a_short_past_tells_nothing(ask_prices):
    assert ask_prices(*STEADY[1:], (10, 2000)) == []
    assert ask_prices((0, 20), *STEADY[1:], (10, 2000)) == []


def test_a_table_of_one_measure_has_no_price(ask):
    assert ask(check_last_unit_value, leaves_of({"Merlot": [1, 1, 1, 1, 1, 100]})) == []
