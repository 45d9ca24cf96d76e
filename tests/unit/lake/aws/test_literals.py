"""Parameters as Athena's dialect reads them back: the same value, of the same type."""

import math
from datetime import UTC, date, datetime

import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from viticast.lake.aws.literals import literal

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=500)


def read(value):
    return sqlglot.parse_one(f"SELECT {literal(value)}", dialect="athena").expressions[0]


@given(texts)
def test_text_is_one_string(text):
    tree = read(text)
    assert isinstance(tree, exp.Literal)
    assert tree.is_string
    assert tree.this == text


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_whole_number_stays_one(value):
    assert int(literal(value)) == value
    assert read(value).is_int


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_real_number_is_a_double_and_no_decimal(value):
    assert float(literal(value)) == value
    assert "e" in literal(value)
    assert read(value).is_number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("d'água", "'d''água'"),
        ("", "''"),
        ("?", "'?'"),
        (True, "true"),
        (False, "false"),
        (-5, "-5"),
        (0.1, "0.1e0"),
        (1e22, "1e+22"),
        (-0.5, "-0.5e0"),
        (date(2024, 4, 1), "DATE '2024-04-01'"),
        (date(999, 4, 1), "DATE '0999-04-01'"),
        (datetime(2024, 4, 1, 12, 30), "TIMESTAMP '2024-04-01 12:30:00.000000'"),
    ],
)
def test_each_type_has_its_own_literal(value, text):
    assert literal(value) == text


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (math.nan, "nan is no number"),
        (-math.inf, "-inf is no number"),
        (2**63, "is no bigint"),
        (-(2**63) - 1, "is no bigint"),
        ("x" * 1023, "1025 characters is longer than Athena takes"),
        ("'" * 512, "1026 characters is longer"),
        (datetime(2024, 4, 1, tzinfo=UTC), "has a time zone"),
    ],
)
def test_what_athena_cannot_take_is_refused_here(value, message):
    with pytest.raises(ValueError, match=message):
        literal(value)


def test_the_longest_text_is_taken():
    assert len(literal("x" * 1022)) == 1024
