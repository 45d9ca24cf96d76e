import json

import pytest
from tests.unit.sources.web_server import reply

from viticast.contracts.declared import DeclarationError
from viticast.sources.connections.refresh import Refresh
from viticast.sources.credentials import Credentials
from viticast.sources.errors import CredentialsError, HttpError, RefreshError
from viticast.sources.web.refresh import refresh_tables

DONE = {"code": "200", "result": None}
FAILED = {"code": "500", "message": "table producao is locked"}
CODES = {"code": "code", "message": "message"}
QUICK = {"attempts": 2, "backoff_seconds": 0.01, "concurrency": 1}
NAMES = {"Producao": "producao", "ExpUva": "exportacao_uvas"}


def refresh(**fields):
    """The upstream's way, but for `fields`."""
    upstream = {
        "path": "/api/vitidata/update/table/{name}",
        "names": NAMES,
        "auth": {
            "kind": "login",
            "path": "/api/vitidata/auth/login",
            "token": "result.access_token",
            "success": CODES,
        },
        "success": CODES,
        "requests": QUICK,
    }
    return Refresh.model_validate(upstream | fields)


@pytest.fixture
def tables(registry):
    return [registry[name] for name in NAMES]


@pytest.fixture
def upstream(server):
    """The project's own API, as far as it refreshes."""
    server.on("/api/vitidata/auth/login", reply(200, {"code": "200", "result": {"access_token": "s3cret-token-1"}}))
    for name in NAMES.values():
        server.on(f"/api/vitidata/update/table/{name}", reply(200, DONE))
    return server


def test_each_table_is_refreshed_after_one_login(upstream, tables, credentials):
    assert refresh_tables(refresh(), upstream.url, tables, credentials) == {}
    login, *updates = upstream.asked
    assert json.loads(login.body) == {"username": "ana", "password": "s3cret-password"}
    assert [asked.path.rpartition("/")[2] for asked in updates] == list(NAMES.values())
    assert {asked.headers["Authorization"] for asked in updates} == {"Bearer s3cret-token-1"}


def test_a_body_that_says_500_is_a_failure_of_its_table_alone(upstream, tables, credentials):
    upstream.on("/api/vitidata/update/table/producao", reply(200, FAILED))
    errors = refresh_tables(refresh(), upstream.url, tables, credentials)
    assert set(errors) == {"Producao"}
    error = errors["Producao"]
    assert isinstance(error, RefreshError)
    assert error.table == "Producao"
    assert "was not renewed" in error.reason
    assert "'table producao is locked'" in error.reason
    assert "refresh.required: false" in error.remedy
    assert upstream.count("/api/vitidata/update/table/producao") == 2


def test_what_is_not_required_is_not_offered_to_be_left_out(upstream, tables, credentials):
    upstream.on("/api/vitidata/update/table/producao", reply(200, FAILED))
    errors = refresh_tables(refresh(required=False), upstream.url, tables, credentials)
    assert "required" not in errors["Producao"].remedy


def test_a_failed_login_is_the_failure_of_all(upstream, tables, credentials):
    upstream.on("/api/vitidata/auth/login", reply(200, {"code": "500", "message": "wrong: s3cret-password"}))
    errors = refresh_tables(refresh(), upstream.url, tables, credentials)
    assert set(errors) == set(NAMES)
    assert {error.table for error in errors.values()} == set(NAMES)
    assert all("code '500': 'wrong: ***'" in error.reason for error in errors.values())
    assert upstream.by_path() == {"/api/vitidata/auth/login": 1}


def test_a_server_that_is_gone_fails_all(upstream, tables, credentials):
    upstream.close()
    errors = refresh_tables(refresh(), upstream.url, tables, credentials)
    assert set(errors) == set(NAMES)
    assert "was not asked" in errors["ExpUva"].reason


def test_one_call_may_refresh_all_tables(server, tables, credentials):
    server.on("/refresh", reply(202))
    declared = Refresh.model_validate({"path": "/refresh", "method": "POST", "requests": QUICK})
    assert refresh_tables(declared, server.url, tables, credentials) == {}
    assert [(asked.method, asked.path) for asked in server.asked] == [("POST", "/refresh")]
    server.on("/refresh", reply(403))
    errors = refresh_tables(declared, server.url, tables, credentials)
    assert [error.table for error in errors.values()] == list(NAMES)


def test_gaps_of_a_table_are_filled(server, tables, credentials):
    for table in tables:
        server.on(f"/refresh/{table.name}", reply())
    declared = Refresh.model_validate({"path": "/refresh/{stem}", "requests": QUICK})
    assert refresh_tables(declared, server.url, tables, credentials) == {}
    assert [asked.path for asked in server.asked] == ["/refresh/Producao", "/refresh/ExpUva"]


def test_a_refresh_may_be_another_server_than_the_database(upstream, tables, credentials):
    declared = refresh(url=upstream.url)
    assert refresh_tables(declared, "sqlite:///figures.db", tables, credentials) == {}
    with pytest.raises(DeclarationError, match="has no `url`"):
        refresh_tables(refresh(), "sqlite:///figures.db", tables, credentials)
    with pytest.raises(HttpError, match=r"refresh\.url` of the connection file an address"):
        refresh_tables(refresh(url="nonsense"), "sqlite:///figures.db", tables, credentials)


def test_a_table_without_a_name_is_named(upstream, registry, credentials):
    errors = refresh_tables(refresh(), upstream.url, [registry["ExpSuco"]], credentials)
    assert "does not have this table" in errors["ExpSuco"].reason
    assert upstream.asked == []


def test_nothing_to_refresh(upstream, credentials):
    assert refresh_tables(refresh(), upstream.url, [], credentials) == {}
    assert upstream.asked == []


def test_a_year_cannot_be_refreshed(upstream, tables, credentials):
    with pytest.raises(DeclarationError, match="a refresh is of all years"):
        refresh_tables(refresh(path="/{name}/{year}"), upstream.url, tables, credentials)


def test_missing_credentials_are_named(upstream, tables):
    with pytest.raises(CredentialsError, match="VITICAST_USERNAME and VITICAST_PASSWORD"):
        refresh_tables(refresh(), upstream.url, tables, Credentials())
