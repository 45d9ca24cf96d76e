"""What can go wrong with a PostgreSQL database, on a real server: each ends in an error that names it."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread, Timer

import pytest
import sqlalchemy as sa
from tests.integration.postgres import PASSWORD, PostgreSQL, running_postgresql

from viticast.sources.connections import DatabaseConnection
from viticast.sources.credentials import Credentials
from viticast.sources.database import fetch_database, read_rows_dump
from viticast.sources.database.session import Session
from viticast.sources.errors import DatabaseError, MissingDatabaseTableError
from viticast.sources.fetched import FetchedFile, NotFetched
from viticast.sources.tables import Measure, TableRegistry, TableSpec

pytestmark = pytest.mark.slow

READER = Credentials(database_password=PASSWORD)
WRONG = "Wr0ng-Secret"
COLUMNS = '(id bigint, control text, cultivar text, "2000" numeric, "2001" double precision)'


def table_of(name: str) -> TableSpec:
    return TableSpec(
        name=name.capitalize(),
        slug=name,
        flow="processamento",
        label=name,
        option="opt_03",
        database_table=name,
        item_kind="cultivar",
        layout="grouped",
        measures=(Measure(measure="quantity", unit="kg", maximum=1e9),),
        attribution="Fonte: teste.",
        first_year=2000,
    )


TWO = TableRegistry((table_of("first"), table_of("second")))


@pytest.fixture(scope="module")
def server() -> Iterator[PostgreSQL]:
    with running_postgresql() as running:
        yield running


@pytest.fixture(scope="module")
def owner(server) -> Iterator[sa.Engine]:
    engine = sa.create_engine(server.owner_url(), poolclass=sa.NullPool)
    yield engine
    engine.dispose()


@pytest.fixture(autouse=True)
def tables(owner):
    """Both tables, new for each test."""
    with owner.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
        for name in ("first", "second"):
            connection.exec_driver_sql(f"CREATE TABLE {name} {COLUMNS}")
            connection.exec_driver_sql(f"INSERT INTO {name} VALUES (1, 'sc', 'Sem classe', 1234.50, 'NaN')")  # noqa: S608


@contextmanager
def changed(owner, *statements):
    with owner.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    yield


def fetch(url, credentials=READER, **more):
    return fetch_database(url, TWO, DatabaseConnection(kind="database", **more), credentials)


def the_error(fetched) -> DatabaseError:
    assert isinstance(fetched, NotFetched), fetched
    [error] = fetched.errors
    assert isinstance(error, DatabaseError)
    assert error.table == fetched.table_name
    assert PASSWORD not in str(error) + repr(error) + str(error.value)
    assert "reader" not in fetched.address
    return error


def test_numbers_of_any_type_are_read(server):
    first, _ = fetch(server.url())
    reading = read_rows_dump(first.content, TWO["First"], DatabaseConnection(kind="database"))
    assert reading.frame["value"].tolist()[0] == 1234.5
    assert reading.frame["mark"].tolist()[1] == "empty"


@pytest.mark.parametrize("view", ["VIEW", "MATERIALIZED VIEW"])
def test_a_view_is_read_as_a_table(server, owner, view):
    with changed(owner, "ALTER TABLE first RENAME TO kept", f"CREATE {view} first AS TABLE kept"):
        first, _ = fetch(server.url())
    assert isinstance(first, FetchedFile)


@pytest.mark.parametrize("credentials", [Credentials(database_password=WRONG), Credentials()])
def test_a_password_that_is_wrong_or_missing(server, credentials):
    for one in fetch(server.url(), credentials):
        error = the_error(one)
        assert "password" in str(error)
        assert "VITICAST_DATABASE_PASSWORD" in error.remedy
        assert WRONG not in str(error)


def test_the_name_of_the_user_is_not_repeated(server):
    error = the_error(fetch(server.url(user="secret-user"))[0])
    assert "secret-user" not in str(error)


def test_the_user_may_come_with_the_credentials(server):
    credentials = Credentials(database_username="reader", database_password=PASSWORD)
    assert isinstance(fetch(server.url(user=None), credentials)[0], FetchedFile)


def test_a_database_that_is_not_there(server):
    assert 'database "nothing" does not exist' in str(the_error(fetch(server.url("nothing"))[0]))


def test_a_server_that_is_not_there():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        fetched = fetch(f"postgresql://reader@127.0.0.1:{taken.getsockname()[1]}/postgres")
    assert all("refused" in str(the_error(one)) for one in fetched)


def test_a_server_that_never_answers():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()
        fetched = fetch(f"postgresql://reader@127.0.0.1:{silent.getsockname()[1]}/postgres", connect_seconds=1.0)
    assert time.monotonic() - started < 6
    assert all("timeout" in str(the_error(one)) for one in fetched)


def test_a_table_or_schema_that_is_not_there(server, owner):
    with changed(owner, "DROP TABLE first"):
        missing, found = fetch(server.url())
    error = the_error(missing)
    assert isinstance(error, MissingDatabaseTableError)
    assert "has no table 'first'; it has second" in str(error)
    assert isinstance(found, FetchedFile)
    assert "schema 'other' of" in str(the_error(fetch(server.url(), db_schema="other")[0]))


def test_tables_that_differ_in_case_alone(server, owner):
    with changed(owner, 'ALTER TABLE first RENAME TO "FIRST"', 'CREATE TABLE "First" (id int)'):
        ambiguous, found = fetch(server.url())
    assert "has FIRST and First: which is meant by 'first' is not told" in str(the_error(ambiguous))
    assert isinstance(found, FetchedFile)


def test_a_table_that_must_not_be_read(server, owner):
    with changed(owner, "REVOKE SELECT ON first FROM reader"):
        refused, found = fetch(server.url())
    assert "permission denied for table first" in str(the_error(refused))
    assert "GRANT SELECT" in the_error(refused).remedy
    assert isinstance(found, FetchedFile)


def test_a_query_that_takes_too_long_stops_no_other(server, owner):
    slow = "CREATE VIEW first AS SELECT * FROM kept WHERE pg_sleep(60) IS NOT NULL"
    with changed(owner, "ALTER TABLE first RENAME TO kept", slow):
        started = time.monotonic()
        ended, found = fetch(server.url(), query_seconds=0.5)
    assert time.monotonic() - started < 5
    assert "a query took longer than 0.5 s and was ended" in str(the_error(ended))
    assert isinstance(found, FetchedFile)


def test_a_locked_table_is_waited_for_no_longer_than_a_query(server, owner):
    with owner.begin() as writer:
        writer.exec_driver_sql("LOCK TABLE first IN ACCESS EXCLUSIVE MODE")
        locked, found = fetch(server.url(), query_seconds=0.5)
    assert "took longer than 0.5 s" in str(the_error(locked))
    assert isinstance(found, FetchedFile)


def test_a_database_without_an_encoding(server, owner):
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("DROP DATABASE IF EXISTS ascii")
        connection.exec_driver_sql("CREATE DATABASE ascii ENCODING SQL_ASCII LOCALE 'C' TEMPLATE template0")
    engine = sa.create_engine(
        server.owner_url("ascii"), poolclass=sa.NullPool, connect_args={"client_encoding": "utf8"}
    )
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE TABLE first {COLUMNS}")
        connection.exec_driver_sql(f"CREATE TABLE second {COLUMNS}")
        connection.exec_driver_sql(r"INSERT INTO first VALUES (1, 'sc', E'Ros\351', 1, 1)")
        connection.exec_driver_sql("GRANT SELECT ON first, second TO reader")
    refused, found = fetch(server.url("ascii"))
    assert "invalid byte sequence" in str(the_error(refused))
    assert "UTF8" in the_error(refused).remedy
    assert isinstance(found, FetchedFile)


def test_a_view_that_would_write_is_refused(server, owner):
    writing = (
        "CREATE FUNCTION wipe() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'DELETE FROM second; SELECT 1'",
        "ALTER TABLE first RENAME TO kept",
        "CREATE VIEW first AS SELECT kept.* FROM kept WHERE wipe() = 1",
    )
    with changed(owner, *writing):
        refused, found = fetch(server.url())
    assert "read-only transaction" in str(the_error(refused))
    assert isinstance(found, FetchedFile)
    assert b"Sem classe" in found.content


def test_all_tables_are_of_one_moment(server, owner, monkeypatch):
    """A writer changes both tables between the reading of the first and of the second."""
    rows = Session.rows

    def rows_then_write(session, relation, names, where):
        found = rows(session, relation, names, where)
        with owner.begin() as connection:
            connection.exec_driver_sql("UPDATE first SET id = 2")
            connection.exec_driver_sql("UPDATE second SET id = 2")
        return found

    monkeypatch.setattr(Session, "rows", rows_then_write)
    for one in fetch(server.url()):
        assert b"\n[1, " in one.content


def test_a_server_that_goes_down_is_asked_no_more(server, owner):
    slow = "CREATE VIEW first AS SELECT * FROM kept WHERE pg_sleep(60) IS NOT NULL"
    with changed(owner, "ALTER TABLE first RENAME TO kept", slow):
        stop = Timer(0.5, server.control, ["-m", "immediate", "stop"])
        stop.start()
        started = time.monotonic()
        try:
            fetched = fetch(server.url())
        finally:
            stop.join()
            server.start()
    assert time.monotonic() - started < 20
    assert len(fetched) == 2
    assert all("connection" in str(the_error(one)) or "terminat" in str(the_error(one)) for one in fetched)


def test_a_server_that_falls_silent_is_given_up(server, owner):
    """Between us and the server stands one that passes nothing on once a query runs."""
    slow = "CREATE VIEW first AS SELECT * FROM kept WHERE pg_sleep(60) IS NOT NULL"
    with changed(owner, "ALTER TABLE first RENAME TO kept", slow), one_way(server.port) as port:
        started = time.monotonic()
        fetched = fetch(f"postgresql://reader@127.0.0.1:{port}/postgres", query_seconds=0.5)
    assert time.monotonic() - started < 10
    assert all("a query took longer than 0.5 s and was ended" in str(the_error(one)) for one in fetched)


@contextmanager
def one_way(port: int) -> Iterator[int]:
    """A relay that stops to pass on answers when it has seen the query of the slow view."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def relay() -> None:
            near, _ = listener.accept()
            with near, socket.create_connection(("127.0.0.1", port)) as far:
                silent = []

                def back() -> None:
                    while content := far.recv(65536):
                        if not silent:
                            near.sendall(content)

                thread = Thread(target=back, daemon=True)
                thread.start()
                while content := near.recv(65536):
                    if b"FROM first" in content:
                        silent.append(True)
                    far.sendall(content)
                far.shutdown(socket.SHUT_RDWR)
                thread.join(5)

        thread = Thread(target=relay, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(5)
