"""Wide tables of SQLite: what they say, by the rules of the files."""

import pytest

from viticast.sources.connections import DatabaseConnection
from viticast.sources.credentials import Credentials
from viticast.sources.database import fetch_database, read_rows_dump
from viticast.sources.errors import EmptyFileError, MissingColumnError, MojibakeError, NotANumberError, WrongTableError
from viticast.sources.reader import read_table

HEADER = 'CREATE TABLE teste (id BIGINT, control TEXT, cultivar TEXT, "2000" BIGINT, "2001" TEXT)'
ROWS = (
    "INSERT INTO teste VALUES (1, 'TINTAS', 'TINTAS', 7, '8,5'), (2, 'ti_A', '  Merlot ', 7.0, 'nd'), "
    "(3, 'ti_B', 'Outras1', NULL, '*')"
)
AS_FILE = ("id|control|cultivar|2000|2001", "1|TINTAS|TINTAS|7|8,5", "2|ti_A|  Merlot |7|nd", "3|ti_B|Outras1||*")


def read(url, registry, connection):
    [file] = fetch_database(url, registry, connection, Credentials())
    [table] = registry
    return read_rows_dump(file.content, table, connection)


def test_a_table_is_read_as_its_file(fill, groups, wide, cultivars, write):
    reading = read(fill(HEADER, ROWS), groups, wide)
    expected = read_table(write(*AS_FILE), cultivars)
    assert reading.frame.equals(expected.frame)
    assert (reading.file_lines, reading.rows, reading.notices) == (4, 3, ())


def test_a_view_is_read_as_a_table(fill, groups, wide, cultivars, write):
    url = fill(
        HEADER.replace("teste", "kept"), ROWS.replace("teste", "kept"), "CREATE VIEW Teste AS SELECT * FROM kept"
    )
    assert read(url, groups, wide).frame.equals(read_table(write(*AS_FILE), cultivars).frame)


def test_names_that_need_quotes_are_data_not_sql(fill, groups, cultivars, write):
    name = 'x"; DROP TABLE teste; --'
    quoted = '"x""; DROP TABLE teste; --"'
    url = fill(HEADER.replace("teste", quoted), ROWS.replace("teste", quoted), "CREATE TABLE teste (a)")
    connection = DatabaseConnection(kind="database", wide={"ProcessaTeste": name})
    assert read(url, groups, connection).frame.equals(read_table(write(*AS_FILE), cultivars).frame)
    assert fill("INSERT INTO teste VALUES (1)")


def test_rows_are_read_in_the_order_of_their_number(fill, groups, wide, cultivars, write):
    url = fill(HEADER, ROWS, "UPDATE teste SET rowid = 99 WHERE id = 1")
    assert read(url, groups, wide).frame.equals(read_table(write(*AS_FILE), cultivars).frame)


def test_a_number_that_stands_twice_is_told(fill, groups, wide):
    reading = read(fill(HEADER, ROWS, "UPDATE teste SET id = 2 WHERE id = 3"), groups, wide)
    assert [notice.rule for notice in reading.notices] == ["order_of_the_database"]
    assert "2 stands twice" in reading.notices[0].reason


def test_a_column_of_order_with_a_name_of_its_own_must_be_there(fill, groups):
    connection = DatabaseConnection(kind="database", order="position")
    [fetched] = fetch_database(fill(HEADER, ROWS), groups, connection, Credentials())
    [error] = fetched.errors
    assert isinstance(error, MissingColumnError)
    assert "teste has no column 'position'" in str(error)


def test_without_an_order_rows_stand_as_they_were_written(fill, groups):
    connection = DatabaseConnection(kind="database", order=None)
    reading = read(
        fill(HEADER, "INSERT INTO teste VALUES (2, 'TINTAS', 'TINTAS', 1, 2), (1, 'ti_A', 'A', 1, 2)"),
        groups,
        connection,
    )
    assert reading.notices == ()


def test_a_file_without_a_header(fill, groups, wide, cultivars, write):
    url = fill(
        'CREATE TABLE teste ("1" BIGINT, "TINTAS" TEXT, "TINTAS.1" TEXT, "0" BIGINT, "0.1" BIGINT)',
        "INSERT INTO teste VALUES (3, 'ti_B', 'B', 5, 6), (2, 'ti_A', 'A', 1, 2)",
    )
    reading = read(url, groups, wide)
    expected = read_table(write("1|TINTAS|TINTAS|0|0", "2|ti_A|A|1|2", "3|ti_B|B|5|6"), cultivars)
    assert reading.frame.equals(expected.frame)
    assert reading.repairs == expected.repairs


def test_pairs_of_countries(fill, trade, wide, countries, write):
    url = fill(
        'CREATE TABLE teste ("index" BIGINT, "Id" BIGINT, "País" TEXT, "2000" BIGINT, "2000.1" FLOAT)',
        "INSERT INTO teste VALUES (0, 1, 'Itália', 1, 2.25), (1, 2, 'Chile', 0, NULL)",
    )
    expected = read_table(write("Id|País|2000|2000", "1|Itália|1|2,25", "2|Chile|0|"), countries)
    assert read(url, trade, wide).frame.equals(expected.frame)


def test_numbers_need_no_text(fill, groups, wide):
    """1234.567 would be taken for 1234567 with a separator, were it text."""
    reading = read(fill(HEADER, "INSERT INTO teste VALUES (1, 'sc', 'S', 1234.567, '2')"), groups, wide)
    assert list(reading.frame["value"]) == [1234.567, 2]
    assert reading.quarantined == ()


def test_texts_are_read_as_those_of_files(fill, groups):
    """Also where the connection file spells out what holds without it."""
    connection = DatabaseConnection(kind="database", order="id", numbers={"decimal": ","})
    reading = read(fill(HEADER, "INSERT INTO teste VALUES (1, 'sc', 'S', '8.5', '8,5')"), groups, connection)
    assert list(reading.frame["value"]) == [8.5, 8.5]


def test_texts_are_read_in_the_declared_locale(fill, groups):
    connection = DatabaseConnection(kind="database", numbers={"thousands": ".", "decimal": ",", "zero": ["-"]})
    reading = read(fill(HEADER, "INSERT INTO teste VALUES (1, 'sc', 'S', '-', '1.234,5')"), groups, connection)
    assert list(reading.frame["value"]) == [0, 1234.5]


def test_a_cell_that_is_no_figure_costs_that_cell(fill, groups, wide):
    reading = read(fill(HEADER, "INSERT INTO teste VALUES (1, 'sc', 'S', -3, 'abc')"), groups, wide)
    assert [(error.row, error.column, error.column_label) for error in reading.quarantined] == [
        (2, 4, "2000 kg"),
        (2, 5, "2001 kg"),
    ]
    assert isinstance(reading.quarantined[1], NotANumberError)


def test_a_note_is_set_aside(fill, groups, wide):
    reading = read(fill(HEADER, ROWS, "INSERT INTO teste (cultivar) VALUES ('Fonte: SISDEVIN')"), groups, wide)
    assert [error.value for error in reading.quarantined] == ["Fonte: SISDEVIN"]
    assert reading.rows == 3


@pytest.mark.parametrize(
    ("statements", "kind", "words"),
    [
        ((), EmptyFileError, "teste has no row"),
        (("INSERT INTO teste VALUES (1, 'sc', 'Rosé'||CAST(x'ff' AS TEXT), 1, '2')",), MojibakeError, "is not UTF-8"),
        (("INSERT INTO teste VALUES (1, 'sc', 'RosÃ©', 1, '2')",), MojibakeError, "mojibake"),
        ((ROWS, 'ALTER TABLE teste RENAME COLUMN cultivar TO "País"'), WrongTableError, "id, control, país"),
    ],
)
def test_what_refuses_the_table(fill, groups, wide, statements, kind, words):
    with pytest.raises(kind, match=words):
        read(fill(HEADER, *statements), groups, wide)
