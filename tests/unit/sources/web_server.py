"""A server on loopback that does what a test tells it, faults of the connection included."""

import contextlib
import json
import socket
import struct
import threading
import time
from collections import Counter, defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple


class Asked(NamedTuple):
    """A request as it came."""

    method: str
    target: str
    headers: dict
    body: bytes
    at: float

    @property
    def path(self):
        return self.target.partition("?")[0]

    @property
    def query(self):
        return self.target.partition("?")[2]


def reply(status=200, body=b"", **headers):
    """An ordinary answer; a body that is no bytes is written as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    def send(handler, asked):
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return send


def raw(content, *, reset=False):
    """These bytes and then the end of the connection: in order, or by a reset."""

    def send(handler, asked):
        handler.wfile.write(content)
        handler.wfile.flush()
        handler.close_connection = True
        if reset:
            # no linger: the system sends RST in place of FIN
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.connection.close()

    return send


def drip(content, seconds):
    """One byte every so many seconds, for as long as anybody listens."""

    def send(handler, asked):
        handler.send_response(200)
        handler.end_headers()
        handler.close_connection = True
        for byte in content:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            time.sleep(seconds)

    return send


def silence(seconds):
    """No answer."""

    def send(handler, asked):
        time.sleep(seconds)
        handler.close_connection = True

    return send


class Server:
    """Answers by path; the last of a path's replies is given for ever."""

    def __init__(self):
        self.replies = {}
        self.asked = []
        self.most_at_once = 0
        self.connections = 0
        self._counts = Counter()
        self._at_once = 0
        self._lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # without it, headers and body of each answer wait for each other
            wbufsize = -1
            disable_nagle_algorithm = True

            def setup(self):
                with server._lock:
                    server.connections += 1
                super().setup()

            def do_GET(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                asked = Asked(self.command, self.path, dict(self.headers), body, time.monotonic())
                try:
                    server._answer(self, asked)
                except OSError:
                    self.close_connection = True

            do_POST = do_GET  # noqa: N815 - the names that http.server calls

            def finish(self):
                # a connection that a reply has closed cannot be closed in order
                with contextlib.suppress(OSError, ValueError):
                    super().finish()

            def log_message(self, *_):
                pass

        class QuietServer(ThreadingHTTPServer):
            request_queue_size = 64

            def handle_error(self, request, client_address):
                pass

        self._server = QuietServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.host}"

    def on(self, path, *replies):
        self.replies[path] = replies

    def count(self, path):
        return self._counts[path]

    def to(self, path):
        return [asked for asked in self.asked if asked.path == path]

    def by_path(self):
        found = defaultdict(int)
        for asked in self.asked:
            found[asked.path] += 1
        return dict(found)

    def _answer(self, handler, asked):
        with self._lock:
            self.asked.append(asked)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            replies = self.replies.get(asked.path, (reply(404, {"detail": "no such path"}),))
            chosen = replies[min(self._counts[asked.path], len(replies) - 1)]
            self._counts[asked.path] += 1
        try:
            chosen(handler, asked)
            handler.wfile.flush()
        finally:
            with self._lock:
                self._at_once -= 1

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
