import time
from datetime import UTC, datetime

import pytest
from tests.unit.sources.web_server import Server, raw, reply, silence

from viticast.sources.connections.files import FilesConnection
from viticast.sources.credentials import Credentials
from viticast.sources.errors import CredentialsError, HttpError, UnavailableError, UnreachableError
from viticast.sources.fetched import FetchedFile, NotFetched
from viticast.sources.site import fetch_site

NONE = Credentials()
PAGE = b"<!DOCTYPE html><html><body>Site em manuten\xc3\xa7\xc3\xa3o</body></html>"


def figures(name):
    return f"id;produto;1970\n1;{name};5\n".encode()


@pytest.fixture
def server(registry):
    server = Server()
    for name in registry.names:
        server.on(f"/download/{name}.csv", reply(200, figures(name)))
    yield server
    server.close()


@pytest.fixture
def fetch(server, registry):
    def fetch_now(url=None, *, credentials=NONE, auth=None, **requests):
        declared = {"kind": "files", "requests": {"backoff_seconds": 0.01, "concurrency": 2, "attempts": 3} | requests}
        if auth is not None:
            declared["auth"] = {"kind": auth}
        connection = FilesConnection.model_validate(declared)
        fetched = fetch_site(url or f"{server.url}/download", registry, connection, credentials)
        assert [one.table_name for one in fetched] == list(registry.names)
        return {one.table_name: one for one in fetched}

    return fetch_now


@pytest.mark.parametrize("slash", ["", "/"])
def test_every_table_is_fetched_as_bytes(server, fetch, registry, slash):
    before = datetime.now(UTC)
    fetched = fetch(f"{server.url}/download{slash}")
    assert all(isinstance(one, FetchedFile) for one in fetched.values())
    file = fetched["Producao"]
    assert file.content == figures("Producao")
    assert file.address == f"{server.url}/download/Producao.csv"
    assert file.status == 200
    assert file.published_at is None
    assert before <= file.fetched_at <= datetime.now(UTC)
    assert set(server.by_path().values()) == {1}
    assert server.most_at_once <= 2


def test_a_mirror_may_ask_who_asks(server, fetch):
    secrets = Credentials.model_validate({"username": "ana", "password": "s3cret"})
    fetched = fetch(f"{server.url}/download?key=s3cret", auth="basic", credentials=secrets)
    assert fetched["Producao"].address == f"{server.url}/download/Producao.csv"
    assert {asked.query for asked in server.asked} == {"key=s3cret"}
    assert {asked.headers["Authorization"] for asked in server.asked} == {"Basic YW5hOnMzY3JldA=="}


def test_credentials_go_to_no_site_that_was_not_declared_to_need_them(server, fetch):
    fetch(credentials=Credentials.model_validate({"username": "ana", "password": "s3cret", "token": "s3cret"}))
    assert all("Authorization" not in asked.headers for asked in server.asked)


def test_a_password_in_the_address_is_refused_and_not_repeated(server, fetch):
    with pytest.raises(CredentialsError, match="take everything before the @ out of source_url") as raised:
        fetch(f"http://ana:s3cret@{server.host}/download")
    assert "s3cret" not in str(raised.value)
    assert "ana" not in str(raised.value)
    assert server.asked == []


def test_an_address_that_is_none(fetch):
    for address in ("http://ana:s3cret@[::1/download", "http://", "ftp://host/x", "http://host:port/", "nonsense"):
        with pytest.raises(HttpError, match="cannot be understood") as raised:
            fetch(address)
        assert "s3cret" not in str(raised.value)


def test_what_fails_in_passing_is_asked_again(server, fetch):
    server.on("/download/ExpUva.csv", reply(503), reply(500), reply(200, figures("ExpUva")))
    assert fetch()["ExpUva"].content == figures("ExpUva")
    assert server.count("/download/ExpUva.csv") == 3


def test_tables_that_fail_stop_no_other(server, fetch):
    server.on("/download/ExpUva.csv", reply(503))
    server.on("/download/Comercio.csv", reply(404))
    server.on("/download/ImpSuco.csv", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n1;2", reset=True))
    fetched = fetch()
    failed = {name: one for name, one in fetched.items() if isinstance(one, NotFetched)}
    assert set(failed) == {"ExpUva", "Comercio", "ImpSuco"}
    assert failed["ExpUva"].address == f"{server.url}/download/ExpUva.csv"
    errors = {name: one.errors[0] for name, one in failed.items()}
    assert all(error.table == name for name, error in errors.items())
    assert f"{server.url}/download/ExpUva.csv answered with status 503, asked 3 times" in errors["ExpUva"].reason
    assert "source_url=FOLDER" in errors["ExpUva"].remedy
    assert errors["Comercio"].remedy.startswith("check the address")
    assert server.count("/download/Comercio.csv") == 1
    assert isinstance(errors["ImpSuco"], UnavailableError)
    assert "in the middle of its answer" in errors["ImpSuco"].reason


@pytest.mark.parametrize("content", [PAGE, b"", b"\r\n"])
def test_a_page_or_nothing_is_asked_again(server, fetch, content):
    server.on("/download/ExpUva.csv", reply(200, content), reply(200, figures("ExpUva")))
    assert fetch()["ExpUva"].content == figures("ExpUva")


@pytest.mark.parametrize("content", [PAGE, b""])
def test_a_page_that_stays_is_kept_for_the_reader_to_refuse(server, fetch, content):
    server.on("/download/ExpUva.csv", reply(200, content))
    file = fetch()["ExpUva"]
    assert isinstance(file, FetchedFile)
    assert file.content == content
    assert file.status == 200
    assert server.count("/download/ExpUva.csv") == 3


def test_a_site_that_answers_all_with_a_page_is_kept_too(server, fetch, registry):
    for name in registry.names:
        server.on(f"/download/{name}.csv", reply(200, PAGE))
    assert {one.content for one in fetch(attempts=2).values()} == {PAGE}


def test_a_failure_after_a_page_counts(server, fetch):
    server.on("/download/ExpUva.csv", reply(200, PAGE), reply(503))
    assert isinstance(fetch()["ExpUva"], NotFetched)


def test_bytes_that_are_no_text_are_handed_on_at_once(server, fetch):
    server.on("/download/ExpUva.csv", reply(200, "id;País;1970\n1;São Tomé;5\n".encode("latin-1")))
    assert b"S\xe3o" in fetch()["ExpUva"].content
    assert server.count("/download/ExpUva.csv") == 1


def test_a_site_that_is_down_is_waited_for_once_and_says_what_to_do(server, fetch, registry):
    server.close()
    fetched = fetch(attempts=2)
    errors = [one.errors[0] for one in fetched.values()]
    assert all(isinstance(error, UnreachableError) for error in errors)
    assert "cannot be reached (Connection refused), asked 2 times" in errors[0].reason
    assert sum("was not asked, because" in error.reason for error in errors) >= len(registry) - 2
    assert all(
        error.remedy == "try again later, or download the files by hand and use source_url=FOLDER" for error in errors
    )


def test_a_site_that_does_not_answer_in_time(server, fetch, registry):
    for name in registry.names:
        server.on(f"/download/{name}.csv", silence(1.0))
    began = time.monotonic()
    fetched = fetch(attempts=2, read_seconds=0.1)
    assert time.monotonic() - began < 2
    errors = [one.errors[0] for one in fetched.values()]
    assert "did not answer in time: it was silent for 0.1 s, asked 2 times" in errors[0].reason
    assert "was not asked" in errors[-1].reason


def test_a_table_that_does_not_answer_in_time_stops_no_other(server, fetch):
    server.on("/download/Producao.csv", silence(1.0))
    fetched = fetch(attempts=2, read_seconds=0.4)
    assert [name for name, one in fetched.items() if isinstance(one, NotFetched)] == ["Producao"]


def test_an_address_that_leads_to_another_is_followed(server, fetch):
    server.on("/download/ExpUva.csv", reply(301, Location="/files/ExpUva.csv"))
    server.on("/files/ExpUva.csv", reply(200, figures("moved")))
    file = fetch()["ExpUva"]
    assert file.content == figures("moved")
    assert file.address == f"{server.url}/download/ExpUva.csv"
