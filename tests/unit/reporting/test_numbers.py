import math

import pytest

from viticast.reporting.numbers import amount, compact, direction, interval, number, percent, unit_name


@pytest.mark.parametrize(
    ("value", "language", "expected"),
    [
        (1234567.0, "pt", "1.234.567"),
        (1234567.0, "en", "1,234,567"),
        (-1234.0, "pt", "−1.234"),
        (None, "pt", "–"),
        (math.nan, "en", "–"),
    ],
)
def test_number_is_grouped_as_in_the_language(value, language, expected):
    assert number(value, language) == expected


def test_decimals_take_a_comma_in_portuguese():
    assert number(1234.5, "pt", 1) == "1.234,5"
    assert number(1234.5, "en", 1) == "1,234.5"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (457_792_870.0, "457,8 mi"),
        (1_299_999_999.0, "1,3 bi"),
        (12_400.0, "12,4 mil"),
        (999_960.0, "1,0 mi"),
        (999.0, "999"),
        (0.0, "0"),
        (3.25, "3,2"),
        (-2_500_000.0, "−2,5 mi"),
    ],
)
def test_compact_has_the_suffix_of_its_size(value, expected):
    assert compact(value, "pt") == expected


def test_an_interval_has_one_suffix_where_its_bounds_share_it():
    assert interval(61_300_000.0, 314_000_000.0, "pt") == "61,3–314,0 mi"
    assert interval(40_200_000.0, 1_600_000_000.0, "pt") == "40,2 mi–1,6 bi"
    assert interval(0.0, 9_100_000.0, "pt") == "0–9,1 mi"
    assert interval(5.0, 50.0, "pt") == "5–50"


@pytest.mark.parametrize(
    ("change", "expected"),
    [(0.01, "up"), (-0.01, "down"), (0.0004, "even"), (None, "even"), (math.nan, "even")],
)
def test_a_change_that_rounds_to_nothing_has_no_direction(change, expected):
    assert direction(change) == expected


def test_dollars_stand_before_and_units_after():
    assert amount(2_500_000.0, "USD", "pt") == "US$ 2,5 mi"
    assert amount(2_500_000.0, "kg", "en") == "2.5 m kg"
    assert unit_name("USD") == "US$"
    assert unit_name("L") == "L"


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.123, "+12,3\u00a0%"), (-0.5, "−50,0\u00a0%"), (0.0001, "0,0\u00a0%"), (math.inf, "–"), (None, "–")],
)
def test_growth_has_a_sign_unless_it_rounds_to_nothing(value, expected):
    assert percent(value, "pt", signed=True) == expected
