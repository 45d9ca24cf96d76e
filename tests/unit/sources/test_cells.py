import pytest
from hypothesis import given
from hypothesis import strategies as st

from viticast.sources.cells import Cell, holds_figure, is_nothing, parse_cell
from viticast.sources.errors import (
    NegativeNumberError,
    NotANumberError,
    OutOfBoundsError,
    SourceError,
    ThousandsSeparatorError,
)
from viticast.sources.tables import Measure

KG = Measure(measure="quantity", unit="kg", maximum=1e9)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0.0),
        ("217208604", 217208604.0),
        (" 12 ", 12.0),
        ("4108858,21", 4108858.21),
        ("14359,8", 14359.8),
        ("5.0", 5.0),
    ],
)
def test_numbers_are_read(text, value):
    assert parse_cell(text, KG) == Cell(value, None)


@pytest.mark.parametrize(
    ("text", "mark"), [("nd", "nd"), ("ND", "nd"), ("*", "*"), ("+", "+"), ("", "empty"), ("  ", "empty")]
)
def test_a_mark_is_missing_and_never_zero(text, mark):
    assert parse_cell(text, KG) == Cell(None, mark)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("abc", NotANumberError),
        ("1e6", NotANumberError),
        ("nan", NotANumberError),
        ("-", NotANumberError),
        ("12,", NotANumberError),
        ("١٢", NotANumberError),
        ("139.320.884", ThousandsSeparatorError),
        ("1,234", ThousandsSeparatorError),
        ("1.234", ThousandsSeparatorError),
        ("1.234,50", ThousandsSeparatorError),
        ("1 234", ThousandsSeparatorError),
        ("-5", NegativeNumberError),
        ("−5", NegativeNumberError),
        ("1000000001", OutOfBoundsError),
    ],
)
def test_what_is_no_plain_number_is_refused_by_name(text, error):
    with pytest.raises(error) as raised:
        parse_cell(text, KG)
    assert type(raised.value) is error
    assert raised.value.value == text
    assert repr(text) in str(raised.value)


def test_a_figure_below_the_minimum_is_out_of_bounds():
    measure = Measure(measure="quantity", unit="kg", minimum=10, maximum=20)
    with pytest.raises(OutOfBoundsError, match="10 to 20 kg"):
        parse_cell("9", measure)


@given(st.integers(min_value=0, max_value=10**9))
def test_whole_numbers_survive(number):
    assert parse_cell(str(number), KG).value == number


@given(st.integers(min_value=0, max_value=10**8), st.integers(min_value=0, max_value=99))
def test_a_decimal_comma_means_what_a_point_means(whole, cents):
    assert (
        parse_cell(f"{whole},{cents:02d}", KG)
        == parse_cell(f"{whole}.{cents:02d}", KG)
        == Cell(float(f"{whole}.{cents:02d}"), None)
    )


@given(st.integers(min_value=1_000, max_value=10**9), st.sampled_from(".,' "))
def test_grouped_thousands_are_never_read_as_something_else(number, separator):
    with pytest.raises(ThousandsSeparatorError):
        parse_cell(f"{number:,}".replace(",", separator), KG)


@given(st.text(max_size=12))
def test_any_text_is_a_cell_or_a_named_error(text):
    error = None
    try:
        cell = parse_cell(text, KG)
    except SourceError as raised:
        error = raised
    if error is None:
        assert (cell.value is None) != (cell.mark is None)
    else:
        assert error.remedy


@pytest.mark.parametrize("text", ["0", "12", "-5", "1e6", "12 kg", "R$ 5", "1.234", "١", "12abc"])
def test_what_may_be_meant_as_a_figure(text):
    assert holds_figure(text)


@pytest.mark.parametrize("text", ["", " ", "nd", "*", "-", "Fonte", "Dados de 2024", "12abcd", "ano de 2024"])
def test_prose_holds_no_figure(text):
    assert not holds_figure(text)


@pytest.mark.parametrize(
    ("text", "nothing"), [("0", True), ("0,00", True), ("", True), ("nd", True), ("2024 foi", False), ("0,5", False)]
)
def test_zero_and_prose_are_nothing(text, nothing):
    assert is_nothing(text) == nothing
