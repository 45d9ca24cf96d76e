"""The upstream's refresh, called before its database is read: a real server, whose errors have the status 200."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from viticast.contracts.declared import DeclarationError
from viticast.sources.connections import DatabaseConnection
from viticast.sources.credentials import Credentials
from viticast.sources.database import fetch_database
from viticast.sources.errors import RefreshError
from viticast.sources.fetched import FetchedFile, NotFetched
from viticast.sources.tables import TableRegistry

CREDENTIALS = Credentials(username="lab", password="Gr4pe-Secret")  # noqa: S106
CREATE = "CREATE TABLE {} (id INT)"


@dataclass
class Upstream:
    """What the server was asked, and what it answers on a refresh."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    state = Upstream()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert body == {"username": "lab", "password": "Gr4pe-Secret"}
            self.answer({"code": "200", "result": {"access_token": "t0ken"}})

        def do_GET(self):
            assert self.headers["Authorization"] == "Bearer t0ken"
            state.asked.append(self.path)
            name = self.path.rsplit("/", 1)[1]
            self.answer({"code": state.codes.get(name, "200"), "message": f"about {name}"})

        def answer(self, body):
            content = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}"
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def two(cultivars):
    other = cultivars.model_copy(update={"name": "Outra", "slug": "outra", "database_table": "outra"})
    return TableRegistry((other, cultivars))


def connection_to(upstream, **more):
    refresh = {
        "url": upstream.url,
        "path": "/api/vitidata/update/table/{database_table}",
        "auth": {
            "kind": "login",
            "path": "/api/vitidata/auth/login",
            "token": "result.access_token",
            "success": {"code": "code", "codes": ["200"]},
        },
        "success": {"code": "code", "codes": ["200"], "message": "message"},
        "requests": {"attempts": 1, "concurrency": 1},
        **more,
    }
    return DatabaseConnection.model_validate({"kind": "database", "refresh": refresh})


def test_tables_are_renewed_before_they_are_read(fill, two, upstream):
    url = fill(CREATE.format("teste"), CREATE.format("outra"))
    fetched = fetch_database(url, two, connection_to(upstream), CREDENTIALS)
    assert all(isinstance(one, FetchedFile) for one in fetched)
    assert sorted(upstream.asked) == [f"/api/vitidata/update/table/{name}" for name in ("outra", "teste")]


def test_a_table_that_is_not_renewed_is_not_read(fill, two, upstream):
    upstream.codes["outra"] = "500"
    url = fill(CREATE.format("teste"), CREATE.format("outra"))
    stale, fresh = fetch_database(url, two, connection_to(upstream), CREDENTIALS)
    assert isinstance(stale, NotFetched)
    [error] = stale.errors
    assert isinstance(error, RefreshError)
    assert error.table == stale.table_name == "Outra"
    assert stale.address.endswith("figures.db#outra")
    assert isinstance(fresh, FetchedFile)


def test_a_table_that_is_not_renewed_may_be_read_with_a_warning(fill, two, upstream, caplog):
    upstream.codes["outra"] = "500"
    url = fill(CREATE.format("teste"), CREATE.format("outra"))
    with caplog.at_level(logging.WARNING, logger="viticast"):
        fetched = fetch_database(url, two, connection_to(upstream, required=False), CREDENTIALS)
    assert all(isinstance(one, FetchedFile) for one in fetched)
    assert "Outra" in caplog.text
    assert "the figures that the database has are read" in caplog.text


def test_a_refresh_needs_an_address(fill, two, upstream):
    with pytest.raises(DeclarationError, match="url"):
        fetch_database(fill(), two, connection_to(upstream, url=None), CREDENTIALS)
