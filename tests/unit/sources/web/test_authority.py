import base64
import json
from urllib.parse import parse_qs

from tests.unit.sources.web_server import reply

from viticast.sources.connections.auth import BasicAuth, BearerAuth, LoginAuth
from viticast.sources.web import Question

BASIC = BasicAuth(kind="basic")
BEARER = BearerAuth(kind="bearer")


def login(**fields):
    return LoginAuth.model_validate({"kind": "login", "path": "/login"} | fields)


def guarded(*tokens):
    def send(handler, asked):
        is_good = asked.headers.get("Authorization", "").removeprefix("Bearer ") in tokens
        reply(200 if is_good else 401, b"figures")(handler, asked)

    return send


def test_basic(server, open_web):
    server.on("/a", reply())
    open_web(auth=BASIC).ask(Question("/a"))
    code = base64.b64encode(b"ana:s3cret-password").decode()
    assert server.asked[0].headers["Authorization"] == f"Basic {code}"


def test_bearer(server, open_web):
    server.on("/a", reply())
    open_web(auth=BEARER).ask(Question("/a"))
    assert server.asked[0].headers["Authorization"] == "Bearer s3cret-token"


def test_no_credentials_for_a_server_that_asks_for_none(server, open_web):
    server.on("/a", reply())
    open_web().ask(Question("/a"))
    assert "Authorization" not in server.asked[0].headers


def test_a_login_by_json(server, open_web):
    server.on("/login", reply(201, {"result": {"access_token": "s3cret-token-1"}}))
    server.on("/a", guarded("s3cret-token-1"))
    auth = login(**{"token": "result.access_token"}, username_field="login", extra_fields={"scope": "read"})
    assert open_web(auth=auth).ask(Question("/a")).content == b"figures"
    assert json.loads(server.to("/login")[0].body) == {"scope": "read", "login": "ana", "password": "s3cret-password"}


def test_a_login_by_form(server, open_web):
    server.on("/login", reply(200, {"access_token": "s3cret-token-1"}))
    server.on("/a", guarded("s3cret-token-1"))
    auth = login(body="form", extra_fields={"grant_type": "password"})
    assert open_web(auth=auth).ask(Question("/a")).content == b"figures"
    asked = server.to("/login")[0]
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert parse_qs(asked.body.decode()) == {
        "grant_type": ["password"],
        "username": ["ana"],
        "password": ["s3cret-password"],
    }


def test_one_login_for_all_threads(server, open_web):
    server.on("/login", reply(200, {"access_token": "s3cret-token-1"}))
    server.on("/a", guarded("s3cret-token-1"))
    outcomes = open_web(auth=login(), concurrency=8).ask_all([Question("/a")] * 30)
    assert [outcome.content for outcome in outcomes] == [b"figures"] * 30
    assert server.count("/login") == 1
