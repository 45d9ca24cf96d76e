import pytest
from tests.unit.sources.vetting.conftest import cells_of, leaves_of

from viticast.sources.vetting.exchanged import (
    check_equal_measures,
    check_exchanged_measures,
    check_exchanged_since,
    check_sum_row,
)

COUNTRIES = ("Chile", "Peru", "França", "Itália", "Uruguai", "Espanha")


def trade(figures_by_country, first_year=2000):
    return leaves_of(figures_by_country, measures=("quantity", "value"), first_year=first_year)


def years(price, count, scale=100):
    """Pairs of kg and US$ at one price."""
    return [figure for year in range(count) for figure in (scale + year, (scale + year) * price)]


def swapped(figures, year):
    """The pair of one year, counted from 0, the other way round."""
    return [*figures[: 2 * year], figures[2 * year + 1], figures[2 * year], *figures[2 * year + 2 :]]


def world(count=5, price=3, length=6):
    return {country: years(price, length, 100 + 7 * position) for position, country in enumerate(COUNTRIES[:count])}


@pytest.mark.parametrize("price", [3, 1 / 3])
@pytest.mark.parametrize("year", [3, 5])
def test_years_at_the_inverse_of_the_usual_prices_are_refused(ask, price, year):
    cells = trade({country: swapped(figures, year) for country, figures in world(price=price).items()})
    [finding] = ask(check_exchanged_measures, cells, table="ImpVinhos")
    assert (finding.outcome, finding.column_label, finding.found) == ("refusal", str(2000 + year), "5")
    assert f"5 of 5 countries of {2000 + year} have the inverse of their usual US$ per kg" in finding.reason
    assert "rule: exchanged_measures" in finding.remedy


@pytest.mark.parametrize("price", [3, 1 / 3, 1])
def test_years_at_the_usual_prices_are_passed(ask, price):
    assert ask(check_exchanged_measures, trade(world(price=price)), table="ImpVinhos") == []


@pytest.mark.parametrize(("exchanged", "found"), [(3, 0), (4, 1)])
def test_a_share_of_countries_must_be_exchanged(ask, exchanged, found):
    figures = world(count=6)
    some = {
        country: swapped(one, 5) if position < exchanged else one
        for position, (country, one) in enumerate(figures.items())
    }
    assert len(ask(check_exchanged_measures, trade(some), table="ImpVinhos")) == found


@pytest.mark.parametrize(("count", "found"), [(4, 0), (5, 1)])
def test_few_countries_tell_nothing(ask, count, found):
    cells = trade({country: swapped(figures, 5) for country, figures in world(count=count).items()})
    assert len(ask(check_exchanged_measures, cells, table="ImpVinhos")) == found


@pytest.mark.parametrize(("price", "found"), [(1.45, 0), (1.55, 1)])
def test_a_price_near_one_dollar_tells_nothing(ask, price, found):
    cells = trade({country: swapped(figures, 5) for country, figures in world(price=price).items()})
    assert len(ask(check_exchanged_measures, cells, table="ImpVinhos")) == found


@pytest.mark.parametrize(("length", "found"), [(3, 0), (4, 1)])
def test_a_usual_price_takes_three_years_of_trade(ask, length, found):
    cells = trade({country: swapped(figures, length - 1) for country, figures in world(length=length).items()})
    assert len(ask(check_exchanged_measures, cells, table="ImpVinhos")) == found


def test_years_without_trade_are_no_years_of_trade(ask):
    figures = {country: [*one[:6], 0, 0, 0, 5, *one[6:]] for country, one in world(length=4).items()}
    cells = trade({country: swapped(one, 5) for country, one in figures.items()})
    [finding] = ask(check_exchanged_measures, cells, table="ImpVinhos")
    assert finding.column_label == "2005"


def test_years_that_have_changed_places_since_the_vintage_before_are_refused(ask):
    before = {country: years(3, 2, 10 + position) for position, country in enumerate(COUNTRIES[:3])}
    now = {country: swapped(figures, 1) for country, figures in before.items()}
    [finding] = ask(check_exchanged_since, trade(now), previous=trade(before), table="ImpSuco")
    assert (finding.outcome, finding.rule, finding.column_label) == ("refusal", "exchanged_measures", "2001")
    assert "3 of 3 countries of 2001 have the kg of the vintage before as US$" in finding.reason


@pytest.mark.parametrize(("exchanged", "found"), [(2, 0), (3, 1)])
def test_fewer_than_three_countries_may_be_a_correction(ask, exchanged, found):
    before = {country: years(3, 1, 10 + position) for position, country in enumerate(COUNTRIES[:5])}
    now = {
        country: swapped(figures, 0) if position < exchanged else figures
        for position, (country, figures) in enumerate(before.items())
    }
    assert len(ask(check_exchanged_since, trade(now), previous=trade(before), table="ImpSuco")) == found


def test_as_many_kilograms_as_dollars_cannot_change_places(ask):
    same = {country: [5, 5] for country in COUNTRIES}
    assert ask(check_exchanged_since, trade(same), previous=trade(same), table="ImpSuco") == []


def test_without_a_vintage_before_there_is_nothing_to_compare(ask):
    assert ask(check_exchanged_since, trade(world()), table="ImpVinhos") == []


@pytest.mark.parametrize(("equal", "count", "found"), [(2, 2, 0), (3, 3, 1), (3, 6, 0), (4, 6, 1)])
def test_years_of_as_many_kilograms_as_dollars_are_refused(ask, equal, count, found):
    cells = trade(
        {country: [7, 7] if position < equal else [7, 9] for position, country in enumerate(COUNTRIES[:count])}
    )
    findings = ask(check_equal_measures, cells, table="ImpVinhos")
    assert [(one.outcome, one.rule, one.column_label) for one in findings] == [
        ("refusal", "equal_measures", "2000")
    ] * found
    for finding in findings:
        assert f"{equal} of {count} trades of 2000 have exactly as many kg as US$" in finding.reason


def test_nothing_is_no_trade_of_as_many_kilograms_as_dollars(ask):
    assert ask(check_equal_measures, trade({country: [0, 0] for country in COUNTRIES}), table="ImpVinhos") == []


def test_a_row_that_is_the_sum_of_the_others_is_refused(ask):
    figures = {"Chile": [1, 3, 2, 6], "Peru": [10, 30, 0, 0], "Itália": [5, 6, 7, 8], "Total": [16, 39, 9, 14]}
    [finding] = ask(check_sum_row, trade(figures), table="ImpVinhos")
    assert (finding.outcome, finding.rule, finding.row_number, finding.found) == ("refusal", "sum_row", 5, "Total")
    assert "'Total' is the sum of all other rows in 4 of 4 figures" in finding.reason
    assert "label_of_total" in finding.remedy


def test_two_rows_that_are_equal_are_no_sums(ask):
    assert ask(check_sum_row, trade({"Chile": [1, 3, 2, 6], "Peru": [1, 3, 2, 6]}), table="ImpVinhos") == []


def test_a_sum_by_chance_is_none(ask):
    figures = {"Chile": [1, 3, 2, 6], "Peru": [10, 30, 4, 9], "Uruguai": [11, 33, 9, 99]}
    assert ask(check_sum_row, trade(figures), table="ImpVinhos") == []


def test_totals_of_groups_are_no_leaves(ask):
    cells = cells_of(
        [("A", "A", "total", [3, 7, 10]), ("A", "Tinto", "leaf", [1, 3, 2]), ("A", "Branco", "leaf", [2, 4, 8])]
    )
    assert ask(check_sum_row, cells) == []


def test_a_grand_total_among_products_is_refused(ask):
    rows = [("A", "A", "total", [3, 7, 10]), ("A", "Tinto", "leaf", [1, 3, 2]), ("A", "Branco", "leaf", [2, 4, 8])]
    [finding] = ask(check_sum_row, cells_of([*rows, (None, "Total Geral", "leaf", [3, 7, 10])]))
    assert (finding.rule, finding.found) == ("sum_row", "Total Geral")


@pytest.mark.parametrize("rule", [check_exchanged_measures, check_exchanged_since, check_equal_measures])
def test_a_table_without_money_has_nothing_to_exchange(ask, rule):
    cells = leaves_of({"Merlot": [5, 5]})
    assert ask(rule, cells, previous=cells) == []
