"""Each rule of the contract rejects a row that breaks it."""

import pandas as pd
import pandera.errors
import pytest

from viticast.contracts.observations import Observations

GOOD = {
    "table_name": "ExpVinho",
    "vintage_id": "0123456789abcdef",
    "source": "sample",
    "is_synthetic": True,
    "row_number": 2,
    "column_number": 3,
    "group_label": None,
    "item_label": "Chile ",
    "item": "Chile",
    "row_kind": "leaf",
    "measure": "quantity",
    "unit": "kg",
    "year": 1970,
    "value": 5.0,
    "mark": None,
    "raw_sha256": "a" * 64,
}


def frame(*changes):
    rows = pd.DataFrame([GOOD | change for change in changes or ({},)])
    texts = {name: "str" for name, value in GOOD.items() if value is None or isinstance(value, str)}
    return rows.astype(texts | {"value": "float64"})


def errors_of(rows):
    with pytest.raises(pandera.errors.SchemaErrors) as raised:
        Observations.validate(rows, lazy=True)
    return raised.value.failure_cases


def test_good_rows_pass():
    rows = frame(
        {},
        {"column_number": 4, "measure": "value", "unit": "USD", "value": 0.0},
        {"column_number": 5, "year": 1971, "value": None, "mark": "nd"},
        {"row_number": 3, "group_label": "TINTAS", "row_kind": "total"},
        {"vintage_id": "f" * 16},
    )
    Observations.validate(rows, lazy=True)


@pytest.mark.parametrize(
    "change",
    [
        {"vintage_id": "not a hash"},
        {"source": "ibge"},
        {"row_number": 0},
        {"column_number": 0},
        {"item": ""},
        {"item_label": None},
        {"table_name": None},
        {"row_kind": "subtotal"},
        {"measure": "price"},
        {"unit": "t"},
        {"year": 1969},
        {"year": 2101},
        {"value": -1.0},
        {"value": None, "mark": "-"},
        {"raw_sha256": "a" * 63},
    ],
    ids=",".join,
)
def test_a_column_keeps_to_its_rule(change):
    failures = errors_of(frame(change))
    assert list(change)[-1] in set(failures["column"])


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ([{"value": 5.0, "mark": "nd"}], "a cell is a value or a mark"),
        ([{"value": None, "mark": None}], "a cell is a value or a mark"),
        ([{}, {"year": 1971}], "one cell of a file stands once"),
        ([{}, {"column_number": 4}], "a row has one figure for each measure and year"),
        ([{"unit": "USD"}], "a quantity is in L or kg and a value is in USD"),
        ([{"measure": "value"}], "a quantity is in L or kg and a value is in USD"),
    ],
)
def test_rows_keep_to_the_rules_of_the_table(changes, rule):
    failures = errors_of(frame(*changes))
    assert any(rule in str(check) for check in failures["check"])


@pytest.mark.parametrize("column", sorted(GOOD))
def test_a_missing_column_is_refused(column):
    failures = errors_of(frame().drop(columns=column))
    assert column in set(failures["failure_case"])


def test_an_unknown_column_is_refused():
    failures = errors_of(frame().assign(colour="red"))
    assert "colour" in set(failures["failure_case"])


@pytest.mark.parametrize(("column", "dtype"), [("year", "float64"), ("value", "str"), ("is_synthetic", "str")])
def test_types_are_not_coerced(column, dtype):
    failures = errors_of(frame().astype({column: dtype}))
    assert column in set(failures["column"]) | set(failures["failure_case"])
