"""Long tables of SQLite: a row for each label and year."""

import pytest

from viticast.sources.connections import DatabaseConnection
from viticast.sources.credentials import Credentials
from viticast.sources.database import fetch_database, read_rows_dump
from viticast.sources.errors import (
    AbsentRecordError,
    AnswerShapeError,
    EmptyFileError,
    MissingColumnError,
    MojibakeError,
    WrongYearError,
)
from viticast.sources.fetched import NotFetched
from viticast.sources.reader import read_table

FIELDS = {"item": ["cultivar"], "quantity": ["Quantidade"], "year": ["ano"]}
CREATE = "CREATE TABLE viti (id INTEGER, control TEXT, cultivar TEXT, ano, quantidade, tabela TEXT)"
ROWS = [
    (1, "TINTAS", "TINTAS", 2000, 3, "a"),
    (2, "ti_M", "Merlot", 2000, 1, "a"),
    (3, "ti_I", "IAC", 2000, 2, "a"),
    (1, "TINTAS", "TINTAS", "2001", "3,5", "a"),
    (2, "ti_M", "Merlot", 2001.0, "nd", "a"),
    (3, "ti_I", "IAC", 2001, "0", "a"),
    (1, "sc", "another table", 2000, 9, "b"),
]
AS_FILE = ("id|control|cultivar|2000|2001", "1|TINTAS|TINTAS|3|3,5", "2|ti_M|Merlot|1|nd", "3|ti_I|IAC|2|0")
INSERT = "INSERT INTO viti VALUES (?, ?, ?, ?, ?, ?)"


def declared(fields=FIELDS, where=None, name="ProcessaTeste", **more):
    long = {name: {"table": "viti", "where": {"tabela": "a"} if where is None else where}}
    return DatabaseConnection(kind="database", layout="long", long=long, fields=fields, **more)


def fetch_one(url, registry, connection):
    [fetched] = fetch_database(url, registry, connection, Credentials())
    return fetched


def read(url, registry, connection):
    fetched = fetch_one(url, registry, connection)
    [table] = registry
    return read_rows_dump(fetched.content, table, connection)


def test_order_and_capitals_tell_the_groups(fill, groups, cultivars, write):
    """Rows are numbered within each year, and stand in any order."""
    connection = declared({**FIELDS, "control": ["control"]})
    reading = read(fill(CREATE, many=(INSERT, reversed(ROWS))), groups, connection)
    assert reading.frame.equals(read_table(write(*AS_FILE), cultivars).frame)
    assert reading.notices == ()


def test_without_numbers_the_order_of_the_database_is_told(fill, groups, cultivars, write):
    connection = declared({**FIELDS, "control": ["control"]}, where={"Tabela": "a"})
    url = fill(CREATE.replace("id INTEGER", "n INTEGER"), many=(INSERT, ROWS))
    reading = read(url, groups, connection)
    assert reading.frame.equals(read_table(write(*AS_FILE), cultivars).frame)
    assert [notice.rule for notice in reading.notices] == ["order_of_the_database"]


def test_only_what_is_used_is_kept(fill, groups):
    fetched = fetch_one(fill(CREATE, many=(INSERT, ROWS)), groups, declared())
    assert b"another table" not in fetched.content
    assert b"ti_M" not in fetched.content
    assert fetched.address.endswith("figures.db#viti")


def test_pairs_of_countries(fill, trade, countries, write):
    url = fill(
        "CREATE TABLE viti (pais TEXT, ano INT, kg INT, usd REAL)",
        "INSERT INTO viti VALUES ('Itália', 2000, 1, 2.5), ('Chile', 2000, 3, 4), ('Chile', 2001, 5, NULL)",
    )
    fields = {"item": ["país", "pais"], "quantity": ["kg"], "value": ["usd"], "year": ["ano"], "group": ["categoria"]}
    reading = read(url, trade, declared(fields, {}, "ExpTeste", absent="zero"))
    expected = read_table(write("Id|País|2000|2000|2001|2001", "1|Itália|1|2,5|0|0", "2|Chile|3|4|5|"), countries)
    assert reading.frame.equals(expected.frame)
    assert [notice.rule for notice in reading.notices] == ["marks_not_carried"]


def test_a_group_that_is_told(fill, groups, cultivars, write):
    rows = [
        ("Merlot", "TINTAS", 2000, 1),
        ("TINTAS", None, 2000, 3),
        ("Solta", None, 2000, 9),
        ("IAC", "TINTAS", 2000, 2),
    ]
    url = fill(
        "CREATE TABLE viti (cultivar, grupo, ano, quantidade)", many=("INSERT INTO viti VALUES (?, ?, ?, ?)", rows)
    )
    reading = read(url, groups, declared({**FIELDS, "group": ["grupo"]}, {}))
    expected = read_table(
        write("id|control|cultivar|2000", "1|TINTAS|TINTAS|3", "2|ti|Merlot|1", "3|ti_|IAC|2", "4|X|SOLTA|9"), cultivars
    )
    same = ["row_number", "column_number", "group_label", "row_kind", "year", "value", "mark"]
    assert reading.frame[same].equals(expected.frame[same])


def test_a_last_year_of_zeros_or_nulls_is_a_year(fill, trade):
    url = fill(
        "CREATE TABLE viti (pais TEXT, ano INT, kg INT, usd REAL)",
        "INSERT INTO viti VALUES ('Chile', 2000, 3, 4), ('Chile', 2001, 0, 0), ('Chile', 2002, NULL, NULL)",
    )
    fields = {"item": ["pais"], "quantity": ["kg"], "value": ["usd"], "year": ["ano"]}
    assert read(url, trade, declared(fields, {}, "ExpTeste")).last_year == 2002


def test_a_table_that_is_not_named_is_not_asked_for(fill, groups):
    assert fetch_database(fill(CREATE), groups, declared(name="Producao"), Credentials()) == ()


@pytest.mark.parametrize(
    ("fields", "where", "words"),
    [
        ({**FIELDS, "item": ["produto", "nome"]}, None, "no column 'produto' or 'nome'; it has id, control, cultivar"),
        ({**FIELDS, "group": ["grupo"]}, None, "no column 'grupo'"),
        ({**FIELDS, "year": []}, None, "viti needs a column for `fields.year`; it has id"),
        (FIELDS, {"origem": 1}, "no column 'origem'"),
    ],
)
def test_columns_that_are_not_there(fill, groups, fields, where, words):
    fetched = fetch_one(fill(CREATE), groups, declared(fields, where))
    assert isinstance(fetched, NotFetched)
    [error] = fetched.errors
    assert isinstance(error, MissingColumnError)
    assert words in str(error)
    assert error.table == "ProcessaTeste"


@pytest.mark.parametrize(
    ("row", "kind", "words"),
    [
        ((9, "x", "Bordô", "dois mil", 1, "a"), WrongYearError, "'dois mil' in column 'ano' is no year"),
        ((9, "x", "Bordô", 20001, 1, "a"), WrongYearError, "20001"),
        ((9, "x", "Bordô", None, 1, "a"), WrongYearError, "None"),
        ((9, "x", "Bordô", 2001, 1, "a"), AbsentRecordError, "'Bordô'"),
        ((9, "x", b"\xff", 2001, 1, "a"), MojibakeError, "not UTF-8"),
        ((9, "x", "BordÃ´", 2001, 1, "a"), MojibakeError, "mojibake"),
    ],
)
def test_what_refuses_the_table(fill, groups, row, kind, words):
    with pytest.raises(kind, match=words):
        read(fill(CREATE, many=(INSERT, [*ROWS, row])), groups, declared())


def test_no_row_for_this_table(fill, groups):
    with pytest.raises(EmptyFileError, match="viti has no row for this table"):
        read(fill(CREATE), groups, declared())


def test_rows_of_another_declaration_are_refused(fill, groups, cultivars, countries):
    fetched = fetch_one(fill(CREATE, many=(INSERT, ROWS)), groups, declared())
    with pytest.raises(MissingColumnError, match="was read without a column 'nome'"):
        read_rows_dump(fetched.content, cultivars, declared({**FIELDS, "item": ["nome"]}))
    with pytest.raises(AnswerShapeError, match="not name this table"):
        read_rows_dump(fetched.content, cultivars, declared(name="Producao"))
    with pytest.raises(AnswerShapeError, match="these are the rows of ProcessaTeste"):
        read_rows_dump(fetched.content, countries, declared())
