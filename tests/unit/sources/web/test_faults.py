"""What servers and networks do to answers: each ends in the answer or in a named error."""

import gzip
import socket
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from tests.unit.sources.web_server import Server, drip, raw, reply, silence

from viticast.sources.connections.auth import BasicAuth, BearerAuth, LoginAuth
from viticast.sources.errors import (
    HttpError,
    NotJsonError,
    RedirectError,
    TooLargeAnswerError,
    UnavailableError,
    UnreachableError,
)
from viticast.sources.web import Question
from viticast.sources.web.health import FAILURES_IN_A_ROW, FAILURES_OF_A_TABLE

CUT = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[1, 2"


@pytest.fixture
def elsewhere():
    server = Server()
    yield server
    server.close()


def in_seconds(seconds):
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


def test_a_busy_server_is_left_alone_until_the_date_that_it_says(server, open_web):
    # dates have whole seconds: two ahead is more than one away
    server.on("/a", reply(503, Retry_After=in_seconds(2)), reply())
    open_web().ask(Question("/a"))
    assert server.asked[1].at - server.asked[0].at >= 0.8


def test_nobody_asks_a_server_for_as_many_seconds_as_it_asks_to_be_left_alone(server, open_web):
    server.on("/busy", reply(429, Retry_After="1"), reply())
    server.on("/a", reply())
    open_web(concurrency=2).ask_all([Question("/busy"), *[Question("/a")] * 40])
    first, again = (asked.at for asked in server.to("/busy"))
    assert again - first >= 0.95
    moments = [asked.at - first for asked in server.asked]
    assert not [moment for moment in moments if 0.5 < moment < 0.95]
    assert [moment for moment in moments if moment > 0.95]


@pytest.mark.parametrize("asked", ["-5", "soon", "", "1.5"])
def test_a_pause_that_cannot_be_understood_is_the_usual_one(server, open_web, asked):
    server.on("/a", reply(429, Retry_After=asked), reply())
    assert open_web().ask(Question("/a")).status == 200


def test_a_date_that_is_over_is_no_pause(server, open_web):
    server.on("/a", reply(429, Retry_After=in_seconds(-3600)), reply())
    assert open_web().ask(Question("/a")).status == 200


@pytest.mark.parametrize(
    "asked", [lambda: "3600", lambda: in_seconds(3690), lambda: "9" * 400], ids=["seconds", "date", "infinite"]
)
def test_a_pause_that_is_too_long_is_a_failure(server, open_web, asked):
    server.on("/a", reply(429, Retry_After=asked()))
    with pytest.raises(UnavailableError, match=r"asks for a pause of (36\d\d|inf) s, longer than the longest of 60 s"):
        open_web().ask(Question("/a"))
    assert server.count("/a") == 1


@pytest.mark.parametrize("reset", [True, False])
def test_an_answer_that_breaks_off_is_asked_again(server, open_web, reset):
    server.on("/a", raw(CUT, reset=reset), reply(200, b"[1, 2, 3]"))
    assert open_web().ask(Question("/a")).content == b"[1, 2, 3]"


@pytest.mark.parametrize("reset", [True, False])
def test_an_answer_that_always_breaks_off_is_named(server, open_web, reset):
    server.on("/a", raw(CUT, reset=reset))
    with pytest.raises(UnavailableError, match=r"broke off in the middle of its answer, after \d bytes .* 3 times"):
        open_web().ask(Question("/a"))


@pytest.mark.parametrize("content", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"])
@pytest.mark.parametrize("reset", [True, False])
def test_an_answer_that_is_none_is_asked_again_and_named(server, open_web, content, reset):
    server.on("/a", raw(content, reset=reset))
    with pytest.raises(UnavailableError, match="gave no answer that can be understood"):
        open_web().ask(Question("/a"))
    assert server.count("/a") == 3


def test_a_body_beyond_its_length_does_not_spoil_the_next_answer(server, open_web):
    server.on("/a", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n[1, 2, 3]"), reply(200, b"[1, 2, 3]"))

    def check(answer):
        if not answer.content.endswith(b"]"):
            raise NotJsonError("cut", remedy="none")

    assert open_web().ask(Question("/a", check=check)).content == b"[1, 2, 3]"


def test_a_compressed_answer_is_unpacked(server, open_web):
    server.on("/a", reply(200, gzip.compress(b"figures"), Content_Encoding="gzip"))
    assert open_web().ask(Question("/a")).content == b"figures"


def test_a_compressed_answer_that_is_none_is_named(server, open_web):
    server.on("/a", reply(200, b"figures", Content_Encoding="gzip"))
    with pytest.raises(UnavailableError, match="cannot be unpacked"):
        open_web().ask(Question("/a"))


def test_a_slow_drip_is_given_up(server, open_web):
    server.on("/a", drip(b"x" * 1000, 0.02))
    began = time.monotonic()
    with pytest.raises(TooLargeAnswerError, match=r"did not answer in time: \d+ bytes came within 0\.2 s"):
        open_web(answer_seconds=0.2, attempts=2).ask(Question("/a"))
    assert time.monotonic() - began < 2
    assert server.count("/a") == 2


def test_silence_before_an_answer(server, open_web):
    server.on("/a", silence(0.5), reply())
    assert open_web(read_seconds=0.1).ask(Question("/a")).status == 200


def test_silence_within_an_answer(server, open_web):
    def stops(handler, asked):
        handler.wfile.write(CUT)
        handler.wfile.flush()
        silence(0.5)(handler, asked)

    server.on("/a", stops)
    with pytest.raises(UnavailableError, match=r"fell silent for 0\.1 s in the middle of its answer, after 5 bytes"):
        open_web(read_seconds=0.1, attempts=2).ask(Question("/a"))


def test_an_answer_that_is_too_large_is_given_up_at_once(server, open_web):
    server.on("/a", reply(200, b"x" * 300_000))
    with pytest.raises(TooLargeAnswerError, match=r"answers with more than 0\.1 MB"):
        open_web(largest_answer_megabytes=0.1).ask(Question("/a"))
    assert server.count("/a") == 1


def test_an_answer_that_unpacks_to_too_much_is_given_up(server, open_web):
    server.on("/a", reply(200, gzip.compress(b"0" * 3_000_000), Content_Encoding="gzip"))
    with pytest.raises(TooLargeAnswerError):
        open_web(largest_answer_megabytes=1).ask(Question("/a"))


def test_a_redirect_is_followed(server, open_web):
    server.on("/a", reply(307, Location="/a/"))
    server.on("/a/", reply(200, b"figures"))
    answer = open_web(auth=BearerAuth(kind="bearer")).ask(Question("/a", {"ano": "2020"}))
    assert answer.content == b"figures"
    assert answer.address == f"{server.url}/a?ano=2020"
    assert server.to("/a/")[0].headers["Authorization"] == "Bearer s3cret-token"


def test_a_circle_is_named(server, open_web):
    server.on("/a", reply(302, Location="/b?key=s3cret-key"))
    server.on("/b", reply(302, Location="/a"))
    with pytest.raises(RedirectError, match="leads in circles: 10 redirects") as raised:
        open_web().ask(Question("/a"))
    assert "s3cret" not in str(raised.value)
    assert len(server.asked) == 11


@pytest.mark.parametrize("auth", [BasicAuth(kind="basic"), BearerAuth(kind="bearer")])
def test_no_credential_goes_to_another_server(server, elsewhere, open_web, auth):
    server.on("/a", reply(302, Location=f"{elsewhere.url}/b"))
    elsewhere.on("/b", reply(200, b"figures"))
    web = open_web(f"{server.url}?key=s3cret-key", auth=auth, headers={"X-Api-Key": "s3cret-key", "Accept": "text/csv"})
    assert web.ask(Question("/a")).content == b"figures"
    assert server.asked[0].headers["X-Api-Key"] == "s3cret-key"
    arrived = elsewhere.asked[0]
    assert "Authorization" not in arrived.headers
    assert "X-Api-Key" not in arrived.headers
    assert arrived.headers["Accept"] == "text/csv"
    assert "s3cret" not in f"{arrived.target} {arrived.headers}"


def test_no_credential_comes_back_by_way_of_another_server(server, elsewhere, open_web):
    server.on("/a", reply(302, Location=f"{elsewhere.url}/b"))
    elsewhere.on("/b", reply(302, Location=f"{server.url}/c"))
    server.on("/c", reply(200, b"figures"))
    open_web(auth=BearerAuth(kind="bearer")).ask(Question("/a"))
    assert "Authorization" not in server.to("/c")[0].headers


@pytest.mark.parametrize("status", [302, 307, 308])
def test_no_password_goes_to_another_server(server, elsewhere, open_web, status):
    server.on("/login", reply(status, Location=f"{elsewhere.url}/login"))
    elsewhere.on("/login", reply(200, {"access_token": "s3cret-token"}))
    auth = LoginAuth(kind="login", path="/login")
    with pytest.raises(RedirectError, match=r"leads to another server .* must not get the password"):
        open_web(auth=auth).ask(Question("/a"))
    assert elsewhere.asked == []


def test_a_login_may_move_within_its_server(server, open_web):
    server.on("/login", reply(307, Location="/login/"))
    server.on("/login/", reply(200, {"access_token": "s3cret-token"}))
    server.on("/a", reply())
    open_web(auth=LoginAuth(kind="login", path="/login")).ask(Question("/a"))
    assert b"s3cret-password" in server.to("/login/")[0].body


@pytest.mark.parametrize("location", ["ftp://127.0.0.1/a", "mailto:ana", "http://[::1", "http://xn--/", "http://"])
def test_an_address_that_cannot_be_followed_is_named(server, open_web, location):
    server.on("/a", reply(302, Location=location))
    with pytest.raises(HttpError):
        open_web(attempts=1).ask(Question("/a"))


def test_a_redirect_to_nowhere_is_named(server, open_web):
    server.on("/a", reply(302))
    with pytest.raises(HttpError, match="answered with status 302"):
        open_web().ask(Question("/a"))


def by_tables(tables, years):
    return [
        Question(f"/{table}/{year}", table=f"T{table}", year=year) for table in range(tables) for year in range(years)
    ]


def test_a_server_that_fails_one_question_after_the_other_is_given_up(server, open_web):
    questions = by_tables(tables=15, years=54)
    for question in questions:
        server.on(question.path, reply(503))
    outcomes = open_web(concurrency=4, attempts=1).ask_all(questions)
    assert FAILURES_IN_A_ROW <= len(server.asked) <= FAILURES_IN_A_ROW + 12
    assert isinstance(outcomes[-1], UnreachableError)
    assert "/14/53 was not asked, because " in outcomes[-1].reason
    assert "answered with status 503" in outcomes[-1].reason


def test_a_table_that_fails_one_question_after_the_other_spares_its_others_alone(server, open_web):
    questions = by_tables(tables=3, years=54)
    for question in questions:
        server.on(question.path, reply(500 if question.table == "T1" else 200))
    outcomes = open_web(concurrency=4, attempts=1).ask_all(questions)
    failed = [
        question.table for question, outcome in zip(questions, outcomes, strict=True) if isinstance(outcome, HttpError)
    ]
    assert failed == ["T1"] * 54
    asked = [question for question in questions if question.table == "T1" and server.count(question.path)]
    assert FAILURES_OF_A_TABLE <= len(asked) <= FAILURES_OF_A_TABLE + 4
    assert isinstance(outcomes[107], UnavailableError)
    assert "/1/53 was not asked, because " in outcomes[107].reason
    assert outcomes[107].table == "T1"


def test_failures_among_answers_give_nobody_up(server, open_web):
    for number in range(100):
        server.on(f"/{number}", reply(503 if number % 2 else 200))
    outcomes = open_web(concurrency=4, attempts=1).ask_all([Question(f"/{number}") for number in range(100)])
    assert len(server.asked) == 100
    assert sum(isinstance(outcome, HttpError) for outcome in outcomes) == 50


def test_a_question_that_gets_no_answer_stops_no_other_that_does(server, open_web):
    server.on("/silent", silence(1.0))
    server.on("/a", lambda handler, asked: (time.sleep(0.03), reply()(handler, asked)))
    web = open_web(concurrency=2, attempts=2, read_seconds=0.3)
    outcomes = web.ask_all([Question("/silent"), *[Question("/a")] * 30])
    assert isinstance(outcomes[0], UnreachableError)
    assert not [outcome for outcome in outcomes[1:] if isinstance(outcome, HttpError)]


def test_a_name_that_does_not_exist_is_named(open_web):
    with pytest.raises(UnreachableError, match="cannot be reached"):
        open_web("http://nowhere.invalid", attempts=1).ask(Question("/a"))


def test_a_server_that_speaks_no_tls_is_named(server, open_web):
    with pytest.raises(HttpError, match="cannot be reached"):
        open_web(server.url.replace("http:", "https:"), attempts=1).ask(Question("/a"))


def test_a_server_that_takes_no_connection_in_time(open_web):
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        web = open_web(f"http://127.0.0.1:{full.getsockname()[1]}", attempts=2, connect_seconds=0.1)
        with pytest.raises(UnreachableError, match=r"cannot be reached: no connection within 0\.1 s, asked 2 times"):
            web.ask(Question("/a"))
