import pytest
from tests.unit.sources.vetting.conftest import leaves_of

from viticast.sources.vetting.pairs import check_one_sided_pairs, check_unit_values


def trade(pairs):
    figures = [figure for pair in pairs for figure in pair]
    return leaves_of({"Chile": figures}, measures=("quantity", "value"), first_year=1900)


def range_of(minimum, maximum):
    return [{"table": "ImpVinhos", "minimum": minimum, "maximum": maximum}]


@pytest.mark.parametrize("one_sided", [(0, 5), (5, 0)])
@pytest.mark.parametrize(("count", "found"), [(3, 0), (4, 1)])
def test_trades_with_one_side_are_refused_beyond_the_bound(ask, one_sided, count, found):
    findings = ask(check_one_sided_pairs, trade([one_sided] * count + [(5, 6)] * (100 - count)), table="ImpVinhos")
    assert [finding.outcome for finding in findings] == ["refusal"] * found
    for finding in findings:
        assert "4 of 100 trades (4.0%)" in finding.reason
        weightless = 4 if one_sided[0] == 0 else 0
        assert f"{weightless} with US$ and 0 kg, {4 - weightless} with kg and US$ 0" in finding.reason


def test_years_without_trade_and_marks_are_no_pairs(ask):
    assert ask(check_one_sided_pairs, trade([(0, 0)] * 5 + [("nd", 7)] * 5), table="ImpVinhos") == []


def test_a_table_without_money_has_no_pairs(ask):
    cells = leaves_of({"Merlot": [0, 5]})
    assert ask(check_one_sided_pairs, cells) == []
    assert ask(check_unit_values, cells, unit_values=range_of(5, 6)) == []


def test_prices_in_their_range_are_passed(ask):
    assert ask(check_unit_values, trade([(10, 5), (10, 20)]), table="ImpVinhos", unit_values=range_of(0.5, 2)) == []


def test_prices_are_not_judged_without_a_range(ask):
    assert ask(check_unit_values, trade([(1, 5000)]), table="ImpVinhos") == []


@pytest.mark.parametrize(("years", "outcome"), [(1, "watch"), (3, "watch"), (4, "refusal")])
@pytest.mark.parametrize("pair", [(10, 4.9), (10, 20.1)])
def test_prices_outside_are_watched_and_many_refused(ask, years, outcome, pair):
    cells = trade([pair] * years + [(10, 10)] * 3)
    [finding] = ask(check_unit_values, cells, table="ImpVinhos", unit_values=range_of(0.5, 2))
    assert (finding.outcome, finding.column_label) == (outcome, "1900")
    assert f"0.5 to 2 in {years} of {years + 3} years" in finding.reason
    assert "unit_values" in finding.remedy


def test_the_price_is_that_of_the_whole_table(ask):
    cells = leaves_of({"Chile": [100, 100], "Peru": [1, 50]}, measures=("quantity", "value"))
    assert ask(check_unit_values, cells, table="ImpVinhos", unit_values=range_of(0.5, 2)) == []


def test_a_year_without_trade_has_no_price(ask):
    cells = trade([(0, 0), (0, 5), (5, 0), (10, 10)])
    assert ask(check_unit_values, cells, table="ImpVinhos", unit_values=range_of(0.5, 2)) == []


@pytest.mark.parametrize(("pair", "price"), [((1, 5), "5"), ((5, 1), "0.2")])
def test_one_kilogram_or_one_dollar_has_a_price(ask, pair, price):
    [finding] = ask(check_unit_values, trade([pair]), table="ImpVinhos", unit_values=range_of(0.5, 2))
    assert finding.reason.endswith(f"e.g. {price}")


@pytest.mark.parametrize("pair", [(0, 1), (1, 0)])
def test_one_unit_is_a_trade(ask, pair):
    [finding] = ask(check_one_sided_pairs, trade([pair, (1, 1)]), table="ImpVinhos")
    assert finding.reason.startswith("1 of 2 trades")


def test_each_range_is_asked(ask):
    ranges = range_of(0.5, 2) + range_of(6, 9)
    [finding] = ask(check_unit_values, trade([(1, 1)]), table="ImpVinhos", unit_values=ranges)
    assert "outside 6 to 9" in finding.reason


@pytest.mark.parametrize(("years", "text"), [(5, "(1900, 1901, 1902, 1903, 1904)"), (6, "1904 and 1 more)")])
def test_five_years_are_listed(ask, years, text):
    [finding] = ask(check_unit_values, trade([(1, 5)] * years), table="ImpVinhos", unit_values=range_of(0.5, 2))
    assert text in finding.reason


def test_the_only_trade_may_have_one_side(ask):
    assert len(ask(check_one_sided_pairs, trade([(0, 5)]), table="ImpVinhos")) == 1
