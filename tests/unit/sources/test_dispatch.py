import socket
import sqlite3

import pytest

from viticast.contracts.declared import DeclarationError
from viticast.sources.answers import Answer, pack
from viticast.sources.connections import FILES, read_connection
from viticast.sources.dispatch import fetch, is_csv, read_file
from viticast.sources.errors import AnswerShapeError, CredentialsError, DatabaseError, MissingFolderError
from viticast.sources.fetched import NotFetched

API = {
    "kind": "api",
    "requests": {"attempts": 1},
    "records": {"fields": {"item": ["pais"], "quantity": ["quantidade"], "value": ["valor"]}},
    "tables": {"ImpSuco": {"path": "/suco", "query": {"ano": "{year}"}}},
}
QUICK_FILES = {"kind": "files", "requests": {"attempts": 1}}


@pytest.fixture
def closed_port():
    """A port of loopback at which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    return port


def test_a_path_is_a_folder(sample_vintages, registry):
    assert len(fetch(str(sample_vintages["2024-04"]), registry)) == 15


@pytest.mark.parametrize("scheme", ["http", "HTTP"])
def test_an_address_is_fetched_over_http(registry, closed_port, scheme):
    fetched = fetch(f"{scheme}://127.0.0.1:{closed_port}/download", registry, read_connection(QUICK_FILES))
    assert {type(one) for one in fetched} == {NotFetched}
    assert len(fetched) == 15
    assert fetched[0].address.endswith(f":{closed_port}/download/Producao.csv")


@pytest.mark.parametrize("url", ["s3://bucket/figures", "ftp://example.org", "sqlite:///figures.db"])
def test_other_schemes_are_refused(registry, url):
    with pytest.raises(MissingFolderError, match="neither a folder nor an address"):
        fetch(url, registry)


def test_a_folder_that_does_not_exist(registry):
    with pytest.raises(MissingFolderError, match="the folder no/such/folder does not exist"):
        fetch("no/such/folder", registry)


def test_an_api_is_asked_for_the_tables_that_it_has(registry, closed_port):
    [one] = fetch(f"http://127.0.0.1:{closed_port}", registry, read_connection(API))
    assert (type(one), one.table_name) == (NotFetched, "ImpSuco")


@pytest.mark.parametrize("url", ["api.example.org", "file:///tmp/x"])
def test_an_api_has_an_http_address(registry, url):
    with pytest.raises(MissingFolderError, match=r"must start with http:// or https://"):
        fetch(url, registry, read_connection(API))


def test_a_database_is_read(registry, tmp_path):
    path = tmp_path / "figures.db"
    sqlite3.connect(path).execute("create table producao (id)").connection.close()
    fetched = fetch(f"sqlite:///{path}", registry, read_connection({"kind": "database"}))
    assert len(fetched) == 15
    with pytest.raises(DatabaseError):
        fetch("mysql://host/figures", registry, read_connection({"kind": "database"}))


@pytest.mark.parametrize(
    "connection",
    [
        API | {"tables": {"Vinhos": {"path": "/{year}"}}},
        {"kind": "database", "wide": {"Vinhos": "vinhos"}},
    ],
)
def test_a_connection_that_names_a_table_that_there_is_not(registry, connection):
    with pytest.raises(DeclarationError, match="the connection file: no table is named Vinhos"):
        fetch("http://127.0.0.1:1", registry, read_connection(connection))


@pytest.mark.parametrize("connection", [FILES, read_connection(API), read_connection({"kind": "database"})])
def test_a_secret_in_an_address_is_refused_for_every_source(registry, connection):
    with pytest.raises(CredentialsError) as raised:
        fetch("postgresql://ana:geheim@host/db", registry, connection)
    assert "geheim" not in str(raised.value)


def test_bytes_are_read_by_what_they_are(registry, sample_vintages):
    table = registry["ImpSuco"]
    csv = (sample_vintages["2025-04"] / "ImpSuco.csv").read_bytes()
    body = b'[{"pais": "Chile", "quantidade": 5, "valor": 6}]'
    answers = pack("ImpSuco", [Answer(f"http://x/{year}", 200, body, year) for year in (1970, 1971)])
    assert is_csv(csv)
    assert not is_csv(answers)
    assert read_file(csv, table, FILES).last_year == 2024
    assert read_file(csv, table, read_connection(API)).last_year == 2024
    assert read_file(answers, table, read_connection(API)).frame["item"].unique().tolist() == ["Chile"]
    with pytest.raises(AnswerShapeError, match="another kind of source"):
        read_file(answers, table, FILES)
