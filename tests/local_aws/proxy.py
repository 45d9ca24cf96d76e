"""Stands between an SDK and the local AWS: counts the calls, and lets go wrong what a test asks for.

Requests pass as they are, with their Host, so that their signatures stay valid.
"""

import contextlib
import http.client
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseServer
from types import TracebackType
from typing import Any, ClassVar, Self

from tests.local_aws.calls import Call, name_call, service_of
from tests.local_aws.faults import CutAnswer, CutUpload, Delay, Fault, Interruption, Refusal, Rule
from tests.local_aws.refusals import Answer, refuse

PIECE = 1 << 16
# What concerns one connection and not the request. The proxy itself tells the SDK to continue.
OF_A_CONNECTION = {"connection", "keep-alive", "expect", "transfer-encoding", "te", "trailer", "upgrade"}
SECONDS_OF_AN_ANSWER = 120.0
SECONDS_IDLE = 30.0


class ConnectionCutError(ConnectionError):
    """The proxy ends the connection on purpose."""


class Proxy:
    """A proxy on loopback, in threads of the test's own process.

    As a context manager it listens until the end of the block. Rules are asked in their order; the first that strikes
    counts, and the rules behind it do not see the call.
    """

    def __init__(self, port_behind: int) -> None:
        self._behind = port_behind
        self._lock = threading.Lock()
        self._rules: list[Rule] = []
        self._calls: list[Call] = []
        self._server = _Listener(self)

    @property
    def endpoint(self) -> str:
        """Address for AWS_ENDPOINT_URL."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def clear(self) -> None:
        """Forgets all rules and calls."""
        with self._lock:
            self._rules.clear()
            self._calls.clear()

    def fail(
        self,
        fault: Fault,
        service: str = "",
        action: str = "",
        *,
        resource: str = "",
        nth: int = 1,
        times: int | None = 1,
    ) -> Rule:
        """Lets a fault strike the calls to come that match; see `Rule` for the arguments."""
        rule = Rule(fault, service, action, resource, nth, times)
        with self._lock:
            self._rules.append(rule)
        return rule

    def calls(self, service: str = "", action: str = "") -> list[Call]:
        """The calls until now, in the order of their arrival."""
        with self._lock:
            return [call for call in self._calls if service in {"", call.service} and action in {"", call.action}]

    def count(self, service: str = "", action: str = "") -> int:
        """How many calls arrived, struck by a fault or not."""
        return len(self.calls(service, action))

    def counts(self) -> Counter[tuple[str, str]]:
        """How many calls arrived of each (service, action)."""
        return Counter((call.service, call.action) for call in self.calls())

    @contextlib.contextmanager
    def counting(self) -> Iterator[Counter[tuple[str, str]]]:
        """Counts the calls of a block; the counter is filled at its end."""
        before, during = self.counts(), Counter[tuple[str, str]]()
        try:
            yield during
        finally:
            during.update(self.counts() - before)

    def note(self, call: Call) -> Fault | None:
        """Takes down a call that arrived; gives the fault that strikes it."""
        with self._lock:
            self._calls.append(call)
            fault = next((rule.fault for rule in self._rules if rule.strikes(call)), None)
        if fault is not None:
            call.fault = fault.reason if isinstance(fault, Refusal) else type(fault).__name__
        return fault

    def connect(self) -> http.client.HTTPConnection:
        """A connection to the local AWS."""
        return http.client.HTTPConnection("127.0.0.1", self._behind, timeout=SECONDS_OF_AN_ANSWER)


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, proxy: Proxy) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.proxy = proxy

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: an SDK that goes away is part of many tests."""


class _Connection(BaseHTTPRequestHandler):
    """One connection of an SDK, with one connection to the local AWS beside it."""

    protocol_version = "HTTP/1.1"
    # Head and body go in two writes; Nagle's algorithm would let the second wait for 40 ms.
    disable_nagle_algorithm = True
    wbufsize = PIECE
    server: _Listener
    NO_BODY: ClassVar[set[int]] = {204, 304}

    def __init__(self, request: Any, client_address: Any, server: BaseServer) -> None:
        self._upstream: http.client.HTTPConnection | None = None
        self._used = 0.0
        super().__init__(request, client_address, server)

    def handle_expect_100(self) -> bool:
        """Lets the SDK send the body now; it would wait a second for words left in the buffer."""
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def finish(self) -> None:
        """Ends the connection to the local AWS with that of the SDK."""
        self._drop_upstream()
        with contextlib.suppress(OSError):
            super().finish()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing: calls are in `Proxy.calls`."""

    def _pass_on(self) -> None:
        began = time.monotonic()
        service = service_of(self.headers)
        # Bodies of the other services are small, and name the call.
        body = b"" if service == "s3" else b"".join(self._body())
        call = name_call(service, self.command, self.path, self.headers, body)
        call.sent = len(body)
        fault = self.server.proxy.note(call)
        try:
            self._treat(call, fault, None if service == "s3" else body)
        except (ConnectionError, http.client.HTTPException, TimeoutError):
            self._drop_upstream()
            self.close_connection = True
        call.seconds = time.monotonic() - began

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _pass_on  # noqa: N815

    def _treat(self, call: Call, fault: Fault | None, body: bytes | None) -> None:
        if isinstance(fault, Refusal):
            self._skip(body)
            self._answer(call, refuse(call, fault.reason))
            return
        if isinstance(fault, Delay):
            time.sleep(fault.seconds)
        if isinstance(fault, Interruption) and not fault.carried_out:
            fault.happening(call)
            raise ConnectionCutError
        self._send(call, body, fault.after if isinstance(fault, CutUpload) else None)
        answer = self._upstream_answer()
        call.status = answer.status
        if isinstance(fault, Interruption):
            answer.read()
            fault.happening(call)
            raise ConnectionCutError
        self._return(call, answer, fault.after if isinstance(fault, CutAnswer) else None)

    def _send(self, call: Call, body: bytes | None, cut_after: int | None) -> None:
        """Sends the request on, up to the byte at which it is to be cut."""
        upstream = self._connected()
        upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in OF_A_CONNECTION:
                upstream.putheader(name, value)
        chunked = body is None and self._is_chunked()
        if chunked:
            upstream.putheader("Transfer-Encoding", "chunked")
        upstream.endheaders()
        for piece in self._body() if body is None else [body]:
            kept = piece if cut_after is None else piece[: cut_after - call.sent]
            upstream.send(b"%x\r\n%s\r\n" % (len(kept), kept) if chunked and kept else kept)
            call.sent += len(kept) if body is None else 0
            if len(kept) < len(piece):
                raise ConnectionCutError
        if cut_after is not None:
            raise ConnectionCutError
        if chunked:
            upstream.send(b"0\r\n\r\n")

    def _connected(self) -> http.client.HTTPConnection:
        """The connection to the local AWS, a new one before the old could have been closed for its idleness."""
        if time.monotonic() - self._used > SECONDS_IDLE:
            self._drop_upstream()
        self._used = time.monotonic()
        if self._upstream is None:
            self._upstream = self.server.proxy.connect()
        return self._upstream

    def _body(self) -> Iterator[bytes]:
        """The body of the request, in pieces."""
        if self._is_chunked():
            while size := int(self.rfile.readline().split(b";")[0], 16):
                yield self._exactly(size)
                self.rfile.readline()
            self.rfile.readline()
            return
        left = int(self.headers.get("Content-Length") or 0)
        while left:
            piece = self._exactly(min(left, PIECE))
            left -= len(piece)
            yield piece

    def _exactly(self, size: int) -> bytes:
        piece = self.rfile.read(size)
        if len(piece) < size:
            raise ConnectionCutError
        return piece

    def _is_chunked(self) -> bool:
        return "chunked" in self.headers.get("Transfer-Encoding", "").lower()

    def _skip(self, body: bytes | None) -> None:
        """Reads a body that nobody wants: the next request on the connection begins behind it."""
        if body is None:
            for _ in self._body():
                pass

    def _upstream_answer(self) -> http.client.HTTPResponse:
        if self._upstream is None:
            raise ConnectionCutError
        return self._upstream.getresponse()

    def _return(self, call: Call, answer: http.client.HTTPResponse, cut_after: int | None) -> None:
        """Gives the answer back, up to the byte at which it is to be cut."""
        if cut_after == 0:
            answer.read()
            raise ConnectionCutError
        has_body = self.command != "HEAD" and answer.status not in self.NO_BODY
        chunked = has_body and answer.length is None
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in OF_A_CONNECTION:
                self.send_header(name, value)
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while has_body and (piece := answer.read1(PIECE)):
            kept = piece if cut_after is None else piece[: cut_after - call.received]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(kept), kept) if chunked and kept else kept)
            call.received += len(kept)
            if len(kept) < len(piece):
                self.wfile.flush()
                raise ConnectionCutError
        if chunked:
            self.wfile.write(b"0\r\n\r\n")
        answer.close()
        self.wfile.flush()

    def _answer(self, call: Call, answer: Answer) -> None:
        call.status, call.received = answer.status, len(answer.body)
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)
        self.wfile.flush()

    def _drop_upstream(self) -> None:
        if self._upstream is not None:
            self._upstream.close()
            self._upstream = None
