import threading
import time

import pytest
from tests.unit.sources.web_server import raw, reply

from viticast.sources.connections.answers import Success
from viticast.sources.connections.auth import BearerAuth
from viticast.sources.errors import (
    FailedAnswerError,
    HttpError,
    NotJsonError,
    PageError,
    UnavailableError,
    UnreachableError,
)
from viticast.sources.web import Question


def test_an_answer_is_the_body_as_it_came(server, open_web):
    server.on("/api/producao/2020", reply(200, b'{"dados": []}\n'))
    answer = open_web(f"{server.url}/api/").ask(Question(f"/producao/{2020}", table="Producao", year=2020, page=3))
    assert answer.content == b'{"dados": []}\n'
    assert (answer.status, answer.year, answer.page) == (200, 2020, 3)
    assert answer.address == f"{server.url}/api/producao/2020"


def test_paths_and_queries_are_escaped_and_joined(server, open_web):
    server.on("/api/uvas/Vin%C3%ADferas", reply())
    web = open_web(f"{server.url}/api?api_key=s3cret-key")
    answer = web.ask(Question("uvas/Viníferas?tipo=a b", {"ano": "2020", "token": "s3cret-key"}))
    assert server.asked[0].query == "api_key=s3cret-key&tipo=a+b&ano=2020&token=s3cret-key"
    assert answer.address == f"{server.url}/api/uvas/Vin%C3%ADferas?tipo=a%20b&ano=2020&token=***"


def test_an_address_without_a_path_is_the_source_s_own(server, open_web):
    server.on("/", reply(200, b"root"))
    server.on("/api", reply(200, b"api"))
    assert open_web().ask(Question("")).content == b"root"
    assert open_web(f"{server.url}/api/").ask(Question("")).content == b"api"


def test_gaps_stay_in_an_address_for_a_manifest(server, open_web):
    web = open_web(f"{server.url}/api?api_key=s3cret-key")
    assert web.address_of("/producao/{year}", {"subopcao": "{digits}"}) == (
        f"{server.url}/api/producao/{{year}}?subopcao={{digits}}"
    )


def test_declared_headers_are_sent(server, open_web):
    server.on("/a", reply())
    open_web(headers={"Accept-Language": "pt"}).ask(Question("/a"))
    assert server.asked[0].headers["Accept-Language"] == "pt"
    assert server.asked[0].headers["User-Agent"] == "viticast"


def test_a_post_is_a_post(server, open_web):
    server.on("/a", reply(201))
    assert open_web().ask(Question("/a", method="POST")).status == 201
    assert server.asked[0].method == "POST"


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_may_pass_is_asked_again(server, open_web, status):
    server.on("/a", reply(status), reply(status), reply(200, b"at last"))
    assert open_web().ask(Question("/a")).content == b"at last"
    assert server.count("/a") == 3


def test_what_lasts_is_named_with_its_attempts(server, open_web):
    server.on("/a", reply(503))
    with pytest.raises(UnavailableError, match=r"/a\?ano=2020 answered with status 503, asked 3 times") as raised:
        open_web().ask(Question("/a", {"ano": "2020"}, table="ExpUva"))
    assert raised.value.table == "ExpUva"
    assert raised.value.value == "503"
    assert "try again later" in raised.value.remedy


@pytest.mark.parametrize("status", [400, 403, 404, 410, 422, 499])
def test_what_will_not_pass_is_asked_once(server, open_web, status):
    server.on("/a", reply(status))
    with pytest.raises(HttpError, match=f"answered with status {status}\\. Remedy"):
        open_web().ask(Question("/a"))
    assert server.count("/a") == 1


def test_a_status_that_is_allowed_is_an_answer(server, open_web):
    server.on("/a", reply(404, {"detail": "no figures"}))
    answer = open_web(success=Success(code="code")).ask(Question("/a", allowed=(404,), check=_no))
    assert answer.status == 404


def _no(answer):
    raise PageError("checked", remedy="none")


def test_only_declared_statuses_are_a_success(server, open_web):
    server.on("/a", reply(200))
    server.on("/b", reply(201))
    web = open_web(success=Success(statuses=(201,)))
    assert web.ask(Question("/b")).status == 201
    with pytest.raises(HttpError, match="answered with status 200"):
        web.ask(Question("/a"))


@pytest.mark.parametrize("code", ["200", 200])
def test_a_code_in_the_body_may_mean_success(server, open_web, code):
    server.on("/a", reply(200, {"code": code}))
    assert open_web(success=Success(code="code")).ask(Question("/a")).status == 200


def test_success_may_be_a_truth_value(server, open_web):
    server.on("/a", reply(200, {"ok": True}))
    server.on("/b", reply(200, {"ok": False}))
    web = open_web(success=Success(code="ok", codes=("true",)))
    web.ask(Question("/a"))
    with pytest.raises(FailedAnswerError, match="status 200 and code 'false'"):
        web.ask(Question("/b"))
    assert server.count("/b") == 1


def test_a_body_that_says_500_is_asked_again_and_quoted(server, open_web):
    said = {"code": "500", "error": {"message": "no such\ttable:\n s3cret-password " + "x" * 500}}
    server.on("/a", reply(200, said))
    success = Success(code="code", message="error.message")
    with pytest.raises(FailedAnswerError) as raised:
        open_web(success=success).ask(Question("/a"))
    assert server.count("/a") == 3
    assert "answered with status 200 and code '500': 'no such table: " in raised.value.reason
    assert len(raised.value.reason) < 350


def test_the_server_s_words_are_quoted_without_secrets(server, open_web):
    server.on("/a", reply(400, {"detail": "bad token s3cret-token"}))
    with pytest.raises(HttpError, match=r"answered with status 400: 'bad token \*\*\*'"):
        open_web(auth=BearerAuth(kind="bearer"), success=Success(message="detail")).ask(Question("/a"))


@pytest.mark.parametrize(
    ("path", "words"), [("length(detail)", ""), ("none", ""), ("blank", ""), ("list", ": '\\[1, 2]'")]
)
def test_the_server_s_words_may_be_anything(server, open_web, path, words):
    server.on("/a", reply(400, {"detail": 5, "blank": "", "list": [1, 2]}))
    with pytest.raises(HttpError, match=rf"answered with status 400{words}\. Remedy"):
        open_web(success=Success(message=path)).ask(Question("/a"))


def test_a_key_of_the_address_is_not_quoted(server, open_web):
    server.on("/a", reply(400, {"detail": "the key s3cret-key is not known"}))
    with pytest.raises(HttpError, match=r"'the key \*\*\* is not known'"):
        open_web(f"{server.url}?key=s3cret-key", success=Success(message="detail")).ask(Question("/a"))


def test_a_body_without_a_code_is_no_success(server, open_web):
    server.on("/a", reply(200, {}))
    with pytest.raises(FailedAnswerError, match="no code at `code`"):
        open_web(success=Success(code="code")).ask(Question("/a"))


def test_a_page_instead_of_a_code_is_asked_again(server, open_web):
    server.on("/a", reply(200, b"<html>busy</html>"), reply(200, {"code": 200}))
    assert open_web(success=Success(code="code")).ask(Question("/a")).status == 200
    server.on("/b", reply(200, b"<html>busy</html>"))
    with pytest.raises(NotJsonError, match="something else than JSON, asked 3 times"):
        open_web(success=Success(code="code")).ask(Question("/b"))


def test_a_check_may_ask_again(server, open_web):
    server.on("/a", reply(200, b"[1, 2"), reply(200, b"[1, 2]"))

    def check(answer):
        if not answer.content.endswith(b"]"):
            raise NotJsonError("cut", remedy="none", table="ExpUva")

    assert open_web().ask(Question("/a", check=check)).content == b"[1, 2]"


def test_a_check_may_refuse_for_good(server, open_web):
    server.on("/a", reply())
    with pytest.raises(PageError, match="checked"):
        open_web().ask(Question("/a", check=_no))
    assert server.count("/a") == 1


def test_all_questions_are_answered_in_their_order(server, open_web):
    for number in range(40):
        server.on(f"/{number}", reply(200, str(number).encode()))
    server.on("/7", reply(404))
    outcomes = open_web(concurrency=8).ask_all([Question(f"/{number}") for number in range(40)])
    assert isinstance(outcomes[7], HttpError)
    assert [int(outcome.content) for outcome in outcomes if not isinstance(outcome, HttpError)] == [
        number for number in range(40) if number != 7
    ]


def test_nothing_asked_is_nothing_answered(open_web):
    assert open_web().ask_all([]) == []


def test_so_many_are_asked_at_once_and_connections_are_kept(server, open_web):
    def slow(handler, asked):
        time.sleep(0.02)
        reply()(handler, asked)

    server.on("/a", slow)
    open_web(concurrency=3).ask_all([Question("/a")] * 24)
    assert server.most_at_once == 3
    assert server.connections <= 3


def test_so_many_start_in_a_second(server, open_web):
    server.on("/a", reply())
    open_web(concurrency=8, per_second=50).ask_all([Question("/a")] * 11)
    moments = sorted(asked.at for asked in server.asked)
    assert moments[-1] - moments[0] >= 0.19


def test_a_server_that_is_not_there_is_waited_for_once(server, open_web):
    server.close()
    outcomes = open_web(concurrency=2, attempts=2).ask_all(
        [Question(f"/{number}", table="ExpUva") for number in range(30)]
    )
    assert all(isinstance(outcome, UnreachableError) for outcome in outcomes)
    assert "/0 cannot be reached (Connection refused), asked 2 times" in outcomes[0].reason
    assert "/29 was not asked, because " in outcomes[-1].reason
    assert "cannot be reached (Connection refused)" in outcomes[-1].reason
    assert sum("was not asked" in outcome.reason for outcome in outcomes) >= 27
    assert outcomes[-1].table == "ExpUva"


def test_an_error_in_a_check_ends_all_work(server, open_web):
    server.on("/a", reply())
    server.on("/slow", reply(503))

    def broken(answer):
        raise ZeroDivisionError

    questions = [Question("/a", check=broken), *[Question("/slow")] * 20]
    began = time.monotonic()
    with pytest.raises(ZeroDivisionError):
        open_web(concurrency=2, backoff_seconds=5, attempts=5).ask_all(questions)
    assert time.monotonic() - began < 3


def test_a_closed_client_does_not_wait(server, open_web):
    server.on("/a", reply(503))
    web = open_web(backoff_seconds=20)
    timer = threading.Timer(0.1, web.close)
    timer.start()
    began = time.monotonic()
    with pytest.raises(HttpError):
        web.ask(Question("/a"))
    assert time.monotonic() - began < 3
    timer.join()


def test_a_connection_that_was_closed_meanwhile_costs_an_attempt_at_most(server, open_web):
    server.on("/a", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1"), reply(200, b"2"))
    web = open_web()
    assert web.ask(Question("/a")).content == b"1"
    time.sleep(0.05)
    assert web.ask(Question("/a")).content == b"2"


def test_long_work_says_how_far_it_is(server, open_web, caplog, monkeypatch):
    def slow(handler, asked):
        time.sleep(0.03)
        reply()(handler, asked)

    monkeypatch.setattr("viticast.sources.web.client._PROGRESS_SECONDS", 0.02)
    server.on("/a", slow)
    open_web(concurrency=1).ask_all([Question("/a")] * 3)
    told = [record.getMessage() for record in caplog.records if record.name == "viticast.sources.web.client"]
    assert "1 of 3 answers" in told


def test_what_is_asked_again_is_told(server, open_web, caplog):
    server.on("/a", reply(503), reply())
    open_web(f"{server.url}?key=s3cret-key").ask(Question("/a", {"ano": "2020"}))
    told = [record.getMessage() for record in caplog.records if record.name.startswith("viticast")]
    assert len(told) == 1
    assert told[0].startswith(f"{server.url}/a?ano=2020 answered with status 503; asked again in 0.0")
    assert not [record for record in caplog.records if record.name.startswith("http")]
