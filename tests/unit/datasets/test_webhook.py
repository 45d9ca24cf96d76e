"""The webhook against a real server on loopback."""

import asyncio
import json
import logging
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from kedro.io import DatasetError

from viticast.datasets.webhook import WebhookDataset, WebhookError

DECISION = {"decision": "stop", "exit_status": 30, "reasons": [], "note": "avó"}
TOKEN = "s3cr3t-t0ken"  # noqa: S105 - a word to look for


class Server:
    """Answers with the statuses that it is given, the last one for ever; keeps what it got."""

    def __init__(self) -> None:
        self.statuses: list[int] = [200]
        self.delay = 0.0
        self.location: str | None = None
        self.got: list[dict[str, Any]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append({"path": self.path, "type": self.headers["Content-Type"], "body": json.loads(body)})
                time.sleep(outer.delay)
                status = outer.statuses.pop(0) if len(outer.statuses) > 1 else outer.statuses[0]
                self.send_response(status)
                if outer.location:
                    self.send_header("Location", outer.location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/hooks/{TOKEN}?key={TOKEN}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


def webhook(url: str | None, **given: Any) -> WebhookDataset:
    return WebhookDataset(credentials={"url": url}, **({"pause_seconds": 0.01, "timeout_seconds": 5} | given))


def assert_no_secret(text: str) -> None:
    assert TOKEN not in text
    assert "127.0.0.1" not in text


def test_the_decision_is_posted_as_json(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        webhook(server.url).save(DECISION)
    [request] = server.got
    assert request == {"path": f"/hooks/{TOKEN}?key={TOKEN}", "type": "application/json", "body": DECISION}
    assert "webhook: the decision was sent (1 attempts)" in caplog.text
    assert_no_secret(caplog.text)


def test_what_fails_in_passing_is_sent_again(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    server.statuses = [500, 503, 200]
    with caplog.at_level(logging.DEBUG):
        webhook(server.url).save(DECISION)
    assert len(server.got) == 3
    assert "it answers 503; attempt 3 of 3" in caplog.text
    assert_no_secret(caplog.text)


@pytest.mark.parametrize(("status", "attempts"), [(500, 3), (429, 3), (404, 1), (401, 1), (302, 1), (308, 1)])
def test_what_stays_is_an_error_that_shows_no_address(
    server: Server, status: int, attempts: int, caplog: pytest.LogCaptureFixture
) -> None:
    server.statuses, server.location = [status], "http://127.0.0.1:1/elsewhere"
    with caplog.at_level(logging.DEBUG), pytest.raises(DatasetError) as raised:
        webhook(server.url).save(DECISION)
    assert isinstance(raised.value.__cause__, WebhookError)
    assert f"in {attempts} attempts: it answers {status}" in str(raised.value)
    assert "VITICAST_WEBHOOK_URL" in str(raised.value)
    assert len(server.got) == attempts
    assert_no_secret(caplog.text + str(raised.value))
    assert raised.value.__cause__.__context__ is None


def test_no_redirect_is_followed_to_another_server(server: Server) -> None:
    other = Server()
    try:
        server.statuses, server.location = [307], other.url
        with pytest.raises(DatasetError, match="a redirect, which is not followed: give the final address"):
            webhook(server.url).save(DECISION)
        assert other.got == []
    finally:
        other.close()


def test_a_server_that_hangs_is_given_up_in_time(server: Server) -> None:
    server.delay = 1.0
    began = time.monotonic()
    with pytest.raises(DatasetError, match=r"in 2 attempts: it did not answer within 0\.1 s"):
        webhook(server.url, timeout_seconds=0.1, attempts=2).save(DECISION)
    assert time.monotonic() - began < 1.0


@pytest.fixture
def dripping(request: pytest.FixtureRequest) -> Iterator[str]:
    """Address of a server that takes each request, and sends pieces of an answer whose head has no end."""
    first, piece, pause = request.param
    over = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            try:
                self.request.recv(65_536)
                self.request.sendall(first)
                while not over.wait(pause):
                    self.request.sendall(piece)
            except OSError:  # the client has gone
                pass

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/{TOKEN}"
        over.set()
        server.shutdown()


@pytest.mark.parametrize(
    "dripping",
    [
        (b"HTTP/1.1 200 OK\r\nX-Long: ", b"a", 0.05),
        (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", 0.05),
        (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", 0.0),
    ],
    ids=["a byte at a time", "one interim answer after the other", "interim answers without a pause"],
    indirect=True,
)
def test_a_server_that_never_ends_the_head_of_its_answer_is_given_up_in_time(dripping: str) -> None:
    began = time.monotonic()
    with pytest.raises(DatasetError, match=r"in 2 attempts: it did not answer within 0\.5 s") as raised:
        webhook(dripping, timeout_seconds=0.5, attempts=2).save(DECISION)
    assert time.monotonic() - began < 5
    assert_no_secret(str(raised.value))


def test_an_answer_without_an_end_is_a_success() -> None:
    """Its head says enough."""
    sent = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.end_headers()
            try:
                while not sent.wait(0.01):
                    self.wfile.write(b"a" * 1000)
            except OSError:
                sent.set()

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        try:
            webhook(f"http://127.0.0.1:{running.server_port}/{TOKEN}").save(DECISION)
            assert sent.wait(5), "the connection was left open"
        finally:
            sent.set()
            running.shutdown()


def test_a_notebook_may_send_it(server: Server) -> None:
    """There a loop of events is running."""

    async def cell() -> None:
        webhook(server.url).save(DECISION)

    asyncio.run(cell())
    assert [request["body"] for request in server.got] == [DECISION]


def test_a_refused_connection_is_an_error_that_shows_no_address() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(DatasetError, match=r"in 3 attempts: it cannot be reached \(ConnectError\)") as raised:
        webhook(f"http://127.0.0.1:{port}/{TOKEN}").save(DECISION)
    assert_no_secret(str(raised.value))


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/x", "file:///etc/passwd", "127.0.0.1/x", "http://", "http://[::1"])
def test_what_is_no_address_of_the_web_is_refused_once(url: str) -> None:
    with pytest.raises(DatasetError, match="in 1 attempts: the address is none of http or https") as raised:
        webhook(url).save(DECISION)
    assert url not in str(raised.value)


@pytest.mark.parametrize("url", [None, ""])
def test_without_an_address_one_line_says_so(url: str | None, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        webhook(url).save(DECISION)
    assert [record.message for record in caplog.records] == [
        "webhook: no address is configured, nothing is sent "
        "(VITICAST_WEBHOOK_URL, or url under webhook in conf/local/credentials.yml)"
    ]


def test_a_decision_that_nobody_is_told_is_not_sent(server: Server) -> None:
    webhook(server.url).save({})
    assert server.got == []


def test_a_webhook_is_not_read_and_its_description_shows_no_address(server: Server) -> None:
    dataset = webhook(server.url)
    assert_no_secret(f"{dataset!r} {dataset!s} {dataset._describe()}")
    with pytest.raises(DatasetError, match="only written to"):
        dataset.load()
