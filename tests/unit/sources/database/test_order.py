from decimal import Decimal

import pytest

from viticast.sources.database.order import in_order


def rows(*numbers):
    """Rows whose names are their places among those given."""
    return [(number, place) for place, number in enumerate(numbers)]


def places(ordered):
    return [place for _, place in ordered]


@pytest.mark.parametrize("number", [int, float, str, Decimal])
def test_rows_are_sorted_by_number_whatever_its_type(number):
    ordered, why_not = in_order(rows(*map(number, (10, 9, 1))), 0)
    assert (places(ordered), why_not) == ([2, 1, 0], None)


def test_a_number_that_stands_twice_stays_behind_the_row_before_it():
    """As in ProcessaAmericanas; and a row that was moved to the end comes back to its place."""
    ordered, why_not = in_order(rows(1, 10, 29, 11, 28, 29, 30, 2), 0)
    assert [number for number, _ in ordered] == [1, 2, 10, 29, 11, 28, 29, 30]
    assert places(ordered) == [0, 7, 1, 2, 3, 4, 5, 6]
    assert why_not == "29 stands twice in the column that numbers them"


def test_rows_without_a_number_stay_behind_the_row_before_them():
    ordered, why_not = in_order(rows(None, 2, "Fonte: x", True, 1, float("nan")), 0)
    assert places(ordered) == [0, 4, 5, 1, 2, 3]
    assert why_not == "4 rows have no number in the column that numbers them"


def test_without_a_column_rows_stand_as_they_are():
    assert in_order(rows(2, 1), None) == (rows(2, 1), "no column numbers them")


def test_no_row_is_lost():
    ordered, _ = in_order(rows(3, 3, 3), 0)
    assert places(ordered) == [0, 1, 2]
