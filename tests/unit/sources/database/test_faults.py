"""What can be wrong with a SQLite file: each ends in an error that names it, and the other tables are read."""

import sqlite3
import time
from pathlib import Path

import pytest

from viticast.contracts.declared import DeclarationError
from viticast.sources.connections import DatabaseConnection
from viticast.sources.credentials import Credentials
from viticast.sources.database import fetch_database
from viticast.sources.database.session import Session
from viticast.sources.errors import DatabaseError, MissingDatabaseTableError
from viticast.sources.fetched import FetchedFile, NotFetched
from viticast.sources.tables import TableRegistry

CREATE = 'CREATE TABLE {} (id INT, control TEXT, cultivar TEXT, "2000" INT)'


@pytest.fixture
def two(cultivars):
    """Two tables: `teste`, and `outra`."""
    other = cultivars.model_copy(update={"name": "Outra", "slug": "outra", "database_table": "outra"})
    return TableRegistry((other, cultivars))


def path_of(url):
    return Path(url.removeprefix("sqlite:///"))


def fetch(url, registry, **more):
    return fetch_database(url, registry, DatabaseConnection(kind="database", **more), Credentials())


def the_error(fetched):
    assert isinstance(fetched, NotFetched)
    [error] = fetched.errors
    assert error.table == fetched.table_name
    assert error.remedy
    return error


def test_a_table_that_is_not_there_stops_no_other(fill, two):
    missing, found = fetch(fill(CREATE.format("teste")), two)
    error = the_error(missing)
    assert isinstance(error, MissingDatabaseTableError)
    assert "has no table 'outra'; it has teste" in str(error)
    assert missing.address.endswith("figures.db#outra")
    assert isinstance(found, FetchedFile)
    assert found.status is None


def test_an_empty_database(fill, two):
    assert "it has no table at all" in str(the_error(fetch(fill(), two)[0]))


def test_a_query_that_takes_too_long_stops_no_other(fill, two):
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) AS id FROM n"
    url = fill(f"CREATE VIEW outra AS {endless}", CREATE.format("teste"))
    started = time.monotonic()
    slow, found = fetch(url, two, query_seconds=0.3)
    assert time.monotonic() - started < 5
    assert "a query took longer than 0.3 s and was ended" in str(the_error(slow))
    assert isinstance(found, FetchedFile)


def test_a_table_without_an_end(fill, two, monkeypatch):
    monkeypatch.setattr("viticast.sources.database.session.MOST_ROWS", 3)
    url = fill(CREATE.format("outra"), CREATE.format("teste"), many=("INSERT INTO outra (id) VALUES (?)", [(1,)] * 4))
    assert "outra has more than 3 rows" in str(the_error(fetch(url, two)[0]))


def test_a_view_of_a_table_that_is_gone(fill, two):
    url = fill("CREATE VIEW outra AS SELECT * FROM gone", CREATE.format("teste"))
    slow, found = fetch(url, two)
    assert "no such table: main.gone" in str(the_error(slow))
    assert isinstance(found, FetchedFile)


def test_a_locked_file_is_waited_for_once(fill, two):
    url = fill(CREATE.format("teste"), CREATE.format("outra"))
    writer = sqlite3.connect(path_of(url), isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")
    started = time.monotonic()
    fetched = fetch(url, two, connect_seconds=0.3)
    assert time.monotonic() - started < 2
    assert all("database is locked" in str(the_error(one)) for one in fetched)
    writer.close()
    assert isinstance(fetch(url, two)[0], FetchedFile)


def test_a_damaged_file(fill, two):
    rows = [(number, "sc", "x" * 500) for number in range(200)]
    url = fill(CREATE.format("outra"), CREATE.format("teste"), many=("INSERT INTO outra VALUES (?, ?, ?, 1)", rows))
    path = path_of(url)
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"\x07" * 40_000 + whole[48_192:])
    assert any("malformed" in str(the_error(one)) for one in fetch(url, two) if isinstance(one, NotFetched))


def test_a_file_that_is_no_database(fill, two):
    url = fill()
    path_of(url).write_bytes(b"id;produto;1970\n" * 100)
    assert all("file is not a database" in str(the_error(one)) for one in fetch(url, two))


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=rwc&uri=true"])
def test_no_file_is_named(url, two):
    assert all("there is no such file" in str(the_error(one)) for one in fetch(url, two))


@pytest.mark.parametrize("name", ["gone.db", ""])
def test_a_file_that_is_not_there_is_not_made(name, two, tmp_path):
    fetched = fetch(f"sqlite:///{tmp_path}/{name}", two)
    assert all("there is no such file" in str(the_error(one)) for one in fetched)
    assert list(tmp_path.iterdir()) == []


def test_a_table_is_found_whatever_its_case(fill, two):
    assert isinstance(fetch(fill(CREATE.format("TESTE")), two)[1], FetchedFile)


def test_tables_without_hidden_numbers(fill, two):
    create = 'CREATE TABLE teste (id INT PRIMARY KEY, control TEXT, cultivar TEXT, "2000" INT) WITHOUT ROWID'
    assert isinstance(fetch(fill(create, CREATE.format("outra").replace("control", "rowid")), two)[1], FetchedFile)


def test_nothing_is_written(fill, two):
    url = fill(CREATE.format("teste"), "CREATE TABLE log (t)", "INSERT INTO log VALUES (1)")
    before = path_of(url).read_bytes()
    fetch(url, two)
    assert path_of(url).read_bytes() == before
    assert [path.name for path in path_of(url).parent.iterdir()] == ["figures.db"]


def test_all_tables_are_of_one_moment(fill, two, monkeypatch):
    url = fill("PRAGMA journal_mode = WAL", CREATE.format("teste"), CREATE.format("outra"))
    fill("INSERT INTO teste (id) VALUES (1)", "INSERT INTO outra (id) VALUES (1)")
    rows = Session.rows

    def rows_then_write(session, relation, names, where):
        found = rows(session, relation, names, where)
        fill("UPDATE teste SET id = 2", "UPDATE outra SET id = 2")
        return found

    monkeypatch.setattr(Session, "rows", rows_then_write)
    assert all(b"\n[1, " in one.content for one in fetch(url, two))


def test_two_tables_from_the_same_rows(fill, two):
    with pytest.raises(DeclarationError, match="Outra and ProcessaTeste are both read from the same rows of teste"):
        fetch(fill(), two, wide={"Outra": "TESTE"})


def test_an_address_that_is_none_is_raised(two):
    with pytest.raises(DatabaseError, match="cannot be understood"):
        fetch("figures.db", two)
