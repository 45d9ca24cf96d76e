from decimal import Decimal
from math import isnan

import pytest

from viticast.sources.answers import pack
from viticast.sources.database.dump import Column, dump, is_dump, load

COLUMNS = [Column("a", "TEXT"), Column("b\n%", "")]


def test_rows_come_back_value_for_value():
    rows = [
        (1, None),
        (2**60, 'Rosé\n\u2028"x"'),
        (0.1, True),
        (Decimal("1234.50"), b"\xff\x00"),
        (1e300, Decimal("NaN")),
    ]
    loaded = load(dump("Producao", "producao", COLUMNS, rows))
    assert (loaded.table_name, loaded.database_table, loaded.names) == ("Producao", "producao", ("a", "b\n%"))
    assert loaded.columns == tuple(COLUMNS)
    assert [tuple(map(repr, row)) for row in loaded.rows] == [tuple(map(repr, row)) for row in rows]


def test_what_json_has_no_number_for():
    [[nan, infinite]] = load(dump("T", "t", COLUMNS, [(float("nan"), float("-inf"))])).rows
    assert isinstance(nan, float)
    assert isnan(nan)
    assert infinite == float("-inf")


@pytest.mark.parametrize(("value", "kept"), [(bytearray(b"a"), b"a"), (memoryview(b"a"), b"a"), ({"a": 1}, "{'a': 1}")])
def test_other_kinds_of_values(value, kept):
    assert load(dump("T", "t", COLUMNS, [(value, 1)])).rows == ((kept, 1),)


def test_the_same_rows_give_the_same_bytes():
    assert (
        dump("T", "t", COLUMNS, [(1, "é")])
        == (
            '{"format": "viticast.rows", "version": 1, "table": "T", "database_table": "t", '
            '"columns": [{"name": "a", "type": "TEXT"}, {"name": "b\\n%", "type": ""}]}\n[1, "é"]\n'
        ).encode()
    )


def test_a_dump_is_told_by_its_beginning():
    assert is_dump(dump("T", "t", COLUMNS, []))
    assert not is_dump(pack("T", []))
    assert not is_dump(b"id;produto;1970\n")
