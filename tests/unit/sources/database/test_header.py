import pytest

from viticast.sources.database.dump import Column, Dump
from viticast.sources.database.header import header_of, running_index


def dump_of(names, rows):
    return Dump("T", "t", tuple(Column(name, "") for name in names), tuple(rows))


def test_a_header_is_left_to_the_reader_of_headers():
    names = ("Id", "País", "1970", "1970.1", "2021", "2021.1", "2021.2", "2021.3")
    assert header_of(names) == names


def test_a_first_row_that_became_names_is_undone():
    names = ("1", "VINHO", "VINHO.1", "0", "0.1", "98327606", "0.2", "7.1", "0.5", "Unnamed: 9", "0.4", "Unnamed: 3")
    assert header_of(names) == ("1", "VINHO", "VINHO", "0", "0", "98327606", "0", "7.1", "0.5", "", "0.4", "Unnamed: 3")


@pytest.mark.parametrize(
    ("name", "numbers", "skipped"),
    [("index", (0, 1), 1), ("level_0", (0, 1), 1), ("index", (1, 2), 0), ("id", (0, 1), 0)],
)
def test_the_index_of_pandas_is_no_column_of_the_file(name, numbers, skipped):
    assert running_index(dump_of((name, "id"), ((number, 1) for number in numbers))) == skipped
