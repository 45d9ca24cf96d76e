import base64
import itertools
import json
import logging
import threading
from urllib.parse import parse_qs

import pytest
from tests.unit.sources.web_server import reply

from viticast.contracts.declared import DeclarationError
from viticast.sources.connections.answers import Success
from viticast.sources.connections.auth import BasicAuth, BearerAuth, LoginAuth
from viticast.sources.credentials import Credentials
from viticast.sources.errors import CredentialsError, HttpError, LoginError, UnavailableError, UnreachableError
from viticast.sources.web import Question

BASIC = BasicAuth(kind="basic")
BEARER = BearerAuth(kind="bearer")
UPSTREAM = {"code": "code", "message": "message"}


def login(**fields):
    return LoginAuth.model_validate({"kind": "login", "path": "/login"} | fields)


class Guard:
    """Logins that hand out numbered tokens, and figures for whoever has one that is still good."""

    def __init__(self, server, *, refusal=None, lifetime=None):
        self.numbers = itertools.count(1)
        self.good = set()
        self.answers_each = None
        self.answered = 0
        self.lock = threading.Lock()
        self.refusal = refusal or reply(401, {"detail": "expired"})
        self.lifetime = lifetime
        server.on("/login", self.login)
        server.on("/a", self.figures)

    def login(self, handler, asked):
        with self.lock:
            token = f"s3cret-token-{next(self.numbers)}"
            self.good = {token}
            self.answered = 0
        reply(200, {"access_token": token, "expires_in": self.lifetime})(handler, asked)

    def figures(self, handler, asked):
        with self.lock:
            is_good = asked.headers.get("Authorization", "").removeprefix("Bearer ") in self.good
            self.answered += is_good
            if self.answers_each and self.answered > self.answers_each:
                self.good, is_good = set(), False
        (reply(200, b"figures") if is_good else self.refusal)(handler, asked)


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


def test_a_server_that_asks_for_credentials_unexpectedly(server, open_web):
    server.on("/a", reply(401))
    with pytest.raises(LoginError, match=r"asks for credentials \(status 401\)\. Remedy: declare `auth`"):
        open_web().ask(Question("/a"))


@pytest.mark.parametrize("auth", [BASIC, BEARER])
def test_credentials_that_are_refused_are_not_shown_again(server, open_web, auth):
    server.on("/a", reply(401))
    outcomes = open_web(auth=auth, concurrency=2).ask_all([Question("/a", table=str(number)) for number in range(20)])
    assert all(isinstance(outcome, LoginError) for outcome in outcomes)
    assert [outcome.table for outcome in outcomes] == [str(number) for number in range(20)]
    assert "does not accept the credentials" in outcomes[-1].reason
    assert "conf/local/credentials.yml" in outcomes[-1].remedy
    assert len(server.asked) <= 2


def test_a_table_that_is_closed_to_an_account_closes_no_other(server, open_web):
    server.on("/a", reply())
    server.on("/closed", reply(401))
    web = open_web(auth=BASIC, concurrency=1)
    outcomes = web.ask_all([Question("/a"), Question("/closed"), Question("/a")])
    assert [isinstance(outcome, LoginError) for outcome in outcomes] == [False, True, False]


@pytest.mark.parametrize(
    ("auth", "given", "named"),
    [
        (
            BASIC,
            {},
            "VITICAST_USERNAME and VITICAST_PASSWORD in the environment, or username and password in conf/local",
        ),
        (BASIC, {"username": "ana"}, "no password. Remedy: set VITICAST_PASSWORD in"),
        (BASIC, {"username": "ana", "password": ""}, "no password. Remedy: set VITICAST_PASSWORD in"),
        (BASIC, {"password": "s3cret-password"}, "no username. Remedy: set VITICAST_USERNAME in"),
        (BEARER, {"username": "ana"}, "set VITICAST_TOKEN in the environment, or token in conf/local/credentials.yml"),
        (login(), {}, "asks for a login, and there is no username and no password. Remedy: set VITICAST_USERNAME and"),
        (BEARER, {"token": "s3cret-token\r\nX: 1"}, "characters that no header can carry"),
        (BEARER, {"token": "s3cret-tokén"}, "characters that no header can carry"),
    ],
)
def test_secrets_that_are_missing_are_named_before_anything_is_asked(server, open_web, auth, given, named):
    with pytest.raises(CredentialsError) as raised:
        open_web(auth=auth, credentials=Credentials.model_validate(given))
    assert named in str(raised.value)
    assert "s3cret" not in str(raised.value)
    assert server.asked == []


def test_a_line_break_at_the_end_of_a_token_is_none_of_it(server, open_web):
    server.on("/a", reply())
    open_web(auth=BEARER, credentials=Credentials.model_validate({"token": "s3cret-token\n"})).ask(Question("/a"))
    assert server.asked[0].headers["Authorization"] == "Bearer s3cret-token"


@pytest.mark.parametrize("name", ["Authorization", "authorization", "Cookie"])
def test_no_secret_may_be_declared_as_a_header(open_web, name):
    with pytest.raises(CredentialsError, match=f"has {name}, which holds a secret") as raised:
        open_web(headers={name: "s3cret-token"})
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize("header", [("X Nome", "a"), ("X-Nome", "ação"), ("X-Nome", "a\nb"), ("", "a")])
def test_a_declared_header_that_is_none_is_named(open_web, header):
    with pytest.raises(DeclarationError, match="neither a name nor a value may have accents"):
        open_web(headers=dict([header]))


def test_a_login_by_json(server, open_web):
    server.on("/login", reply(201, {"result": {"access_token": "s3cret-token-1"}}))
    server.on("/a", reply())
    auth = login(**{"token": "result.access_token"}, username_field="login", extra_fields={"scope": "read"})
    open_web(auth=auth).ask(Question("/a"))
    assert json.loads(server.to("/login")[0].body) == {"scope": "read", "login": "ana", "password": "s3cret-password"}
    assert server.to("/a")[0].headers["Authorization"] == "Bearer s3cret-token-1"


def test_a_login_by_form(server, open_web):
    Guard(server)
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
    Guard(server)
    outcomes = open_web(auth=login(), concurrency=8).ask_all([Question("/a")] * 30)
    assert [outcome.content for outcome in outcomes] == [b"figures"] * 30
    assert server.count("/login") == 1


def test_a_token_that_expires_mid_run_is_renewed_once_for_all_threads(server, open_web):
    guard = Guard(server)
    guard.answers_each = 40
    outcomes = open_web(auth=login(), concurrency=8).ask_all([Question("/a")] * 100)
    assert [getattr(outcome, "content", outcome) for outcome in outcomes] == [b"figures"] * 100
    assert server.count("/login") == 3


def test_a_token_may_expire_by_a_code_in_the_body(server, open_web):
    guard = Guard(server, refusal=reply(200, {"code": 401}))
    guard.answers_each = 2

    def figures(handler, asked):
        with guard.lock:
            is_good = asked.headers.get("Authorization", "").removeprefix("Bearer ") in guard.good
            guard.answered += is_good
            if guard.answered > 2:
                guard.good, is_good = set(), False
        reply(200, {"code": 200 if is_good else 401})(handler, asked)

    server.on("/a", figures)
    outcomes = open_web(auth=login(), success=Success(code="code"), concurrency=1).ask_all([Question("/a")] * 6)
    assert not [outcome for outcome in outcomes if isinstance(outcome, HttpError)]
    assert server.count("/login") == 3


def test_a_token_is_renewed_before_its_time_is_up(server, open_web):
    Guard(server, lifetime=0.5)
    web = open_web(auth=login(lifetime_seconds="expires_in"))
    web.ask(Question("/a"))
    web.ask(Question("/a"))
    assert server.count("/login") == 1
    threading.Event().wait(0.5)
    web.ask(Question("/a"))
    assert server.count("/login") == 2
    assert server.count("/a") == 3


@pytest.mark.parametrize("lifetime", ["", None, -5, True, "soon", "nan"])
def test_a_lifetime_that_is_none_is_named(server, open_web, lifetime):
    Guard(server, lifetime=lifetime)
    with pytest.raises(LoginError, match="gives no lifetime in seconds at `expires_in`"):
        open_web(auth=login(lifetime_seconds="expires_in")).ask(Question("/a"))


def test_a_token_that_is_refused_at_its_first_use_ends_it(server, open_web):
    guard = Guard(server)
    server.on("/a", guard.refusal)
    outcomes = open_web(auth=login(), concurrency=4).ask_all([Question("/a")] * 20)
    assert all(isinstance(outcome, LoginError) for outcome in outcomes)
    assert "refuses the token that the login has just given (status 401)" in outcomes[0].reason
    assert server.count("/login") == 1
    assert server.count("/a") <= 4


def test_an_account_that_is_closed_mid_run_does_not_log_in_without_end(server, open_web):
    guard = Guard(server)
    web = open_web(auth=login(), concurrency=4)
    web.ask(Question("/a"))
    server.on("/a", guard.refusal)
    outcomes = web.ask_all([Question("/a")] * 20)
    assert all(isinstance(outcome, LoginError) for outcome in outcomes)
    assert server.count("/login") == 2


def test_a_table_that_is_closed_to_a_token_closes_no_other(server, open_web):
    guard = Guard(server)
    server.on("/closed", guard.refusal)
    web = open_web(auth=login(), concurrency=1)
    outcomes = web.ask_all([Question("/a"), Question("/closed"), Question("/a"), Question("/closed"), Question("/a")])
    assert [isinstance(outcome, LoginError) for outcome in outcomes] == [False, True, False, True, False]
    assert server.count("/login") == 3


def test_a_table_that_refuses_each_token_that_others_take_ends(server, open_web):
    guard = Guard(server)
    web = open_web(auth=login())

    def closed(handler, asked):
        web.ask(Question("/a"))
        guard.refusal(handler, asked)

    server.on("/closed", closed)
    with pytest.raises(LoginError, match="/closed refuses each token that the login gives"):
        web.ask(Question("/closed"))
    assert server.count("/login") == 3


def test_a_wrong_password_is_tried_once(server, open_web):
    server.on("/login", reply(401, {"detail": "Incorrect password for s3cret-password"}))
    auth = login(success={"message": "detail"})
    outcomes = open_web(auth=auth, concurrency=8).ask_all([Question("/a", table=str(number)) for number in range(20)])
    assert all(isinstance(outcome, LoginError) for outcome in outcomes)
    assert [outcome.table for outcome in outcomes] == [str(number) for number in range(20)]
    assert "the login http://127.0.0.1" in outcomes[0].reason
    assert "answered with status 401: 'Incorrect password for ***'" in outcomes[0].reason
    assert "check VITICAST_USERNAME and VITICAST_PASSWORD" in outcomes[0].remedy
    assert server.by_path() == {"/login": 1}


def test_a_login_that_answers_200_with_code_500_is_tried_once(server, open_web):
    server.on("/login", reply(200, {"code": "500", "message": "Bad credentials"}))
    with pytest.raises(LoginError, match="answered with status 200 and code '500': 'Bad credentials'"):
        open_web(auth=login(success=UPSTREAM)).ask(Question("/a"))
    assert server.by_path() == {"/login": 1}


@pytest.mark.parametrize(
    "body", [{}, {"access_token": None}, {"access_token": ""}, {"access_token": 5}, [], b"<html>", b""]
)
def test_a_login_without_a_token_is_named(server, open_web, body):
    server.on("/login", reply(200, body))
    with pytest.raises(LoginError, match="gives no token at `access_token`") as raised:
        open_web(auth=login()).ask(Question("/a"))
    assert "`auth.token`" in raised.value.remedy


def test_a_token_that_no_header_can_carry_is_not_repeated(server, open_web):
    server.on("/login", reply(200, {"access_token": "s3cret-token\r\nX: 1"}))
    with pytest.raises(LoginError, match="characters that no header can carry") as raised:
        open_web(auth=login()).ask(Question("/a"))
    assert "s3cret" not in str(raised.value)


def test_a_login_that_is_not_there_is_named(server, open_web):
    with pytest.raises(LoginError, match=r"/login answered with status 404\. Remedy: check .*auth\.path"):
        open_web(auth=login()).ask(Question("/a"))


def test_a_login_that_stumbles_is_asked_again(server, open_web):
    server.on("/login", reply(503), reply(200, {"access_token": "s3cret-token-1"}))
    server.on("/a", reply())
    open_web(auth=login()).ask(Question("/a"))
    assert server.count("/login") == 2


def test_a_login_that_is_down_is_asked_by_one_thread(server, open_web):
    server.on("/login", reply(503))
    outcomes = open_web(auth=login(), concurrency=8).ask_all([Question("/a")] * 20)
    assert all(isinstance(outcome, HttpError) for outcome in outcomes)
    assert isinstance(outcomes[0], UnavailableError)
    assert server.by_path() == {"/login": 3}


def test_a_login_of_a_server_that_is_gone(server, open_web):
    server.close()
    outcomes = open_web(auth=login(), concurrency=4).ask_all([Question("/a")] * 20)
    assert all(isinstance(outcome, UnreachableError) for outcome in outcomes)


def test_no_secret_is_in_the_text_of_a_client(open_web, credentials):
    web = open_web(auth=BASIC)
    assert "s3cret" not in f"{web!r} {vars(web)!r} {credentials!r}"


def test_no_secret_is_in_a_traceback_of_a_failed_login(server, open_web, caplog):
    server.on("/login", reply(401, {"access_token": "s3cret-token-1"}))
    with pytest.raises(LoginError) as raised:
        open_web(auth=login()).ask(Question("/a"))
    # the fixture looks through what is logged
    logging.getLogger("test").error("failed", exc_info=raised.value)
    assert caplog.records
