from decimal import Decimal

import pytest

from viticast.sources.database.cells import text_of


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (float("nan"), ""),
        (Decimal("NaN"), ""),
        ("  Tinto ", "  Tinto "),
        (92600.0, "92600"),
        (1234.567, "1234.567"),
        (1e22, "10000000000000000000000"),
        (1e-7, "0.0000001"),
        (Decimal("1.50"), "1.5"),
        (Decimal("1E+3"), "1000"),
        (float("inf"), "Infinity"),
        (12, "12"),
        (True, "True"),
        (b"x", "b'x'"),
    ],
)
def test_a_value_as_a_file_would_have_it(value, text):
    assert text_of(value) == text
