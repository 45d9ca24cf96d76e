import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viticast.sources.cells import Cell, may_be_grouped
from viticast.sources.connections.numbers import Numbers
from viticast.sources.errors import (
    NegativeNumberError,
    NotANumberError,
    OutOfBoundsError,
    SourceError,
    ThousandsSeparatorError,
)
from viticast.sources.records.figures import parse_figure
from viticast.sources.tables import Measure

KG = Measure(measure="quantity", unit="kg", maximum=1e9)
PLAIN = Numbers()
BRAZIL = Numbers(thousands=".", decimal=",", zero=("-",))
ENGLISH = Numbers(thousands=",", decimal=".")
LOCALES = [
    Numbers(thousands=thousands, decimal=decimal)
    for thousands in ("", ".", ",", " ", "'")
    for decimal in (",", ".")
    if thousands != decimal
]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, 0.0),
        (217208604, 217208604.0),
        (14359.8, 14359.8),
        (Decimal("4108858.21"), 4108858.21),
        (-0.0, 0.0),
    ],
)
def test_numbers_need_no_locale(value, expected):
    cell = parse_figure(value, ENGLISH, KG)
    assert cell == Cell(expected, None)
    assert str(cell.value) == str(expected)


@pytest.mark.parametrize("value", [None, float("nan"), Decimal("nan"), Decimal("snan"), "", "  "])
def test_nothing_is_the_mark_empty(value):
    assert parse_figure(value, PLAIN, KG) == Cell(None, "empty")


@pytest.mark.parametrize(
    ("text", "numbers", "expected"),
    [
        ("139.320.884", BRAZIL, 139320884.0),
        ("139320884", BRAZIL, 139320884.0),
        ("1.234,5", BRAZIL, 1234.5),
        (" 12 ", BRAZIL, 12.0),
        ("-", BRAZIL, 0.0),
        (" - ", BRAZIL, 0.0),
        ("4108858,21", PLAIN, 4108858.21),
        ("1,234.5", ENGLISH, 1234.5),
        ("1\u00a0234", Numbers(thousands=" "), 1234.0),
        ("1\u2019234", Numbers(thousands="'"), 1234.0),
    ],
)
def test_texts_are_read_in_their_locale(text, numbers, expected):
    assert parse_figure(text, numbers, KG) == Cell(expected, None)


@pytest.mark.parametrize(("text", "mark"), [("nd", "nd"), (" N D ", "nd"), ("*", "*"), ("+", "+")])
def test_a_mark_is_missing_and_never_zero(text, mark):
    assert parse_figure(text, PLAIN, KG) == Cell(None, mark)


def test_marks_are_declared():
    numbers = Numbers(marks={"n/a": "nd"})
    assert parse_figure("N/A", numbers, KG) == Cell(None, "nd")
    with pytest.raises(NotANumberError):
        parse_figure("*", numbers, KG)


@pytest.mark.parametrize(
    ("value", "numbers", "error"),
    [
        (True, PLAIN, NotANumberError),
        ([5], PLAIN, NotANumberError),
        ({"kg": 5}, PLAIN, NotANumberError),
        (-5, PLAIN, NegativeNumberError),
        (-0.5, PLAIN, NegativeNumberError),
        (Decimal("-Infinity"), PLAIN, NegativeNumberError),
        (float("inf"), PLAIN, OutOfBoundsError),
        (10**400, PLAIN, OutOfBoundsError),
        (1_000_000_001, PLAIN, OutOfBoundsError),
        ("1000000001", PLAIN, OutOfBoundsError),
        ("9" * 500, PLAIN, NotANumberError),
        ("-", PLAIN, NotANumberError),
        ("-5", PLAIN, NegativeNumberError),
        ("1e6", PLAIN, NotANumberError),
        ("12,", PLAIN, NotANumberError),
        ("١٢", PLAIN, NotANumberError),
        ("NaN", PLAIN, NotANumberError),
        ("139.320.884", PLAIN, ThousandsSeparatorError),
        ("1,234", BRAZIL, None),
        ("0.123", BRAZIL, ThousandsSeparatorError),
        ("1.2345", BRAZIL, NotANumberError),
        ("12.34", BRAZIL, NotANumberError),
        ("1.23.456", BRAZIL, NotANumberError),
        ("1.234", ENGLISH, None),
        ("1.234.567", ENGLISH, ThousandsSeparatorError),
        ("12,5", ENGLISH, NotANumberError),
    ],
)
def test_what_does_not_fit_is_refused_by_name(value, numbers, error):
    if error is None:
        assert parse_figure(value, numbers, KG) == Cell(1.234, None)
        return
    with pytest.raises(error) as raised:
        parse_figure(value, numbers, KG)
    assert type(raised.value) is error
    assert raised.value.remedy
    assert len(raised.value.reason) < 200


def _written(whole, decimals, numbers):
    text = f"{whole:,}".replace(",", numbers.thousands)
    return text + (numbers.decimal + decimals if decimals else "")


DECIMALS = st.text("0123456789", max_size=3)


@given(st.integers(0, 10**9 - 1), DECIMALS, st.sampled_from(LOCALES))
def test_a_number_survives_being_written_in_any_locale(whole, decimals, numbers):
    text = _written(whole, decimals, numbers)
    if not numbers.thousands and may_be_grouped(text):
        with pytest.raises(ThousandsSeparatorError):
            parse_figure(text, numbers, KG)
        return
    assert parse_figure(text, numbers, KG) == Cell(float(f"{whole}.{decimals or 0}"), None)


@pytest.mark.parametrize("text", ["97,190", "1.234", "1,234,567"])
def test_a_sign_that_may_separate_thousands_is_not_guessed(text):
    with pytest.raises(ThousandsSeparatorError, match="may have a thousands separator"):
        parse_figure(text, Numbers(), KG)


@given(st.integers(1_000, 10**9 - 1), DECIMALS, st.sampled_from(LOCALES), st.sampled_from(LOCALES))
def test_a_number_of_another_locale_is_misread_only_where_nothing_tells(whole, decimals, written, read):
    text = _written(whole, decimals, written)
    try:
        cell = parse_figure(text, read, KG)
    except SourceError:
        return
    assert cell.value == float(f"{whole}.{decimals or 0}") or re.fullmatch("[0-9]{1,3}[.,][0-9]{3}", text)


@given(st.one_of(st.integers(), st.floats(), st.decimals(), st.text(max_size=12), st.none(), st.booleans()))
def test_anything_is_a_cell_or_a_named_error(value):
    error = None
    try:
        cell = parse_figure(value, BRAZIL, KG)
    except SourceError as raised:
        error = raised
    if error is None:
        assert (cell.value is None) != (cell.mark is None)
        assert cell.value is None or 0 <= cell.value <= KG.maximum
    else:
        assert error.remedy
