"""An API of figures on loopback: a real HTTP server that keeps a contract, and breaks it where it is told to."""

import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.connectors.bodies import body, dump
from tests.connectors.contract import Contract
from tests.connectors.figures import read_all, registry
from tests.connectors.guard import LOGIN, REFRESH, REFRESH_LOGIN, Guard
from tests.connectors.replies import Call, Fault, Reply
from tests.connectors.routes import NotAskedSoError, Routes

LAST_ASKED = 2030
"""Nobody asks for a later year."""


@dataclass(frozen=True)
class Request:
    """One request as it came.

    Attributes:
        method: GET or POST.
        target: Path and query.
        table: Table that it is about, None for logins and what was not understood.
        year: Year that it is about.
        status: What it was answered with.
        connection: Number of the connection: how often one is used again.
        at: Seconds since the server's start.
    """

    method: str
    target: str
    table: str | None
    year: int | None
    status: int
    connection: int
    at: float


class Api:
    """A running server.

    Attributes:
        url: Its address.
        requests: Every request so far, in the order of the answers.
        most_at_once: The most requests that were under way together.
    """

    def __init__(self, folder: Path, contract: Contract, faults: Sequence[Fault], delay: float, names: Sequence[str]):
        self.folder, self.contract, self.faults, self.delay = folder, contract, tuple(faults), delay
        self.guard = Guard(contract)
        self.tables = read_all(folder, names)
        self.routes = Routes(contract, self.tables.values())
        self.requests: list[Request] = []
        self.most_at_once = 0
        self.url = ""
        self._under_way = 0
        self._spoilt: Counter[int] = Counter()
        self._lock = threading.Lock()
        self._started = time.monotonic()
        self.is_down = threading.Event()

    @property
    def port(self) -> int:
        """Port of its address."""
        return int(self.url.rpartition(":")[2])

    @property
    def logins(self) -> int:
        """How often somebody logged in, or tried to."""
        return self.guard.logins

    @property
    def connections(self) -> int:
        """How many connections were opened."""
        return len({request.connection for request in self.requests})

    def count(self, table: str | None = None, year: int | None = None) -> int:
        """How often a table, or one of its years, was asked for."""
        return sum(
            request.table is not None and table in {None, request.table} and year in {None, request.year}
            for request in self.requests
        )

    def reply(self, method: str, target: str, authorization: str | None, content: bytes, media: str) -> Reply:
        """Answers a request."""
        path = urlsplit(target).path
        if method == "POST" and path in {LOGIN, REFRESH_LOGIN}:
            return self._spoil(self.guard.log_in(content, media), "login", None, None, target)
        if not self.guard.admits(authorization):
            return self.guard.refused
        if path.startswith(REFRESH):
            return self._refresh(unquote(path.removeprefix(REFRESH)), target)
        return self._figures(target)

    def warm(self) -> None:
        """Writes all answers that are not cut into pages."""
        for name, table in self.tables.items():
            if not self.contract.pages_of(table.spec):
                for year in [None] if self.contract.is_whole else range(table.first_year, LAST_ASKED + 1):
                    body(self.folder, name, self.contract, year)

    def enter(self) -> None:
        """Counts a request that begins."""
        with self._lock:
            self._under_way += 1
            self.most_at_once = max(self.most_at_once, self._under_way)

    def leave(self, method: str, target: str, reply: Reply, connection: int) -> None:
        """Notes a request before its answer is sent."""
        try:
            asked = self.routes.read(target)
            table, year = asked.table, asked.year
        except (NotAskedSoError, ValueError):
            table, year = None, None
        at = time.monotonic() - self._started
        with self._lock:
            self._under_way -= 1
            self.requests.append(Request(method, target, table, year, reply.status, connection, at))

    def _figures(self, target: str) -> Reply:
        try:
            asked = self.routes.read(target)
        except (NotAskedSoError, ValueError) as error:
            return Reply(getattr(error, "status", 422), dump({"detail": str(error)}))
        beyond = asked.year is not None and asked.year not in self.tables[asked.table].years
        if beyond and self.contract.beyond == "404":
            return Reply(404, b'{"detail":"ano sem dados"}')
        call = Call(self.folder, self.contract, asked.table, asked.year, asked.start, asked.size, target, self.port)
        right = Reply(self.contract.status, call.content)
        return self._spoil(right, "figures", asked.table, asked.year, target, call)

    def _refresh(self, word: str, target: str) -> Reply:
        table = next((table.name for table in registry() if table.database_table == word), None)
        if table is None:
            return Reply(content=dump({"code": "404", "message": f"tabela desconhecida: {word}"}))
        return self._spoil(Reply(content=dump({"code": "200", "result": "ok"})), "refresh", table, None, target)

    def _spoil(
        self, reply: Reply, on: str, table: str | None, year: int | None, target: str, call: Call | None = None
    ) -> Reply:
        asked = call or Call(self.folder, self.contract, table or "", year, 0, None, target, self.port)
        for position, fault in enumerate(self.faults):
            if fault.on != on or not fault.is_about(table, year):
                continue
            with self._lock:
                self._spoilt[position] += 1
                number = self._spoilt[position] - 1 - fault.after
            if number >= 0 and (fault.times is None or number < fault.times):
                reply = fault.spoil(replace(asked, number=number), reply)
        return reply


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing: clients that give up are what is tested."""


def _handler(api: Api) -> type[BaseHTTPRequestHandler]:
    numbers = iter(range(1, 1_000_000))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def setup(self) -> None:
            super().setup()
            self.number = next(numbers)

        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST")

        def _answer(self, method: str) -> None:
            api.enter()
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            media = self.headers.get("Content-Type") or ""
            reply = api.reply(method, self.path, self.headers.get("Authorization"), content, media)
            if api.delay:
                time.sleep(api.delay)
            api.leave(method, self.path, reply, self.number)
            if reply.is_silent or api.is_down.is_set():
                self.close_connection = True
                return
            self._send(reply)

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.media)
            self.send_header("Content-Length", str(len(reply.content)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if reply.sent is not None:
                self._reset(reply.content[: int(len(reply.content) * reply.sent)])
            elif reply.drip_seconds:
                self._drip(reply)
            else:
                self.wfile.write(reply.content)

        def _reset(self, content: bytes) -> None:
            self.wfile.write(content)
            self.wfile.flush()
            # On closing with this, the other side gets a reset instead of an end.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True

        def _drip(self, reply: Reply) -> None:
            self.wfile.flush()
            for byte in reply.content:
                if api.is_down.wait(reply.drip_seconds):
                    self.close_connection = True
                    return
                self.wfile.write(bytes([byte]))
                self.wfile.flush()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
            """Says nothing."""

    return Handler


@contextmanager
def serve_api(
    figures_folder: Path,
    contract: Contract | None = None,
    *,
    faults: Sequence[Fault] = (),
    delay_seconds: float = 0.0,
    is_warm: bool = False,
    tables: Sequence[str] | None = None,
    **changes: Any,
) -> Iterator[Api]:
    """Serves the figures of a folder of CSV files.

    Args:
        figures_folder: Of one vintage.
        contract: How it answers; the commonest contract without it.
        faults: What it does badly.
        delay_seconds: Pause before each answer.
        is_warm: True to write all answers beforehand, for who measures a client.
        tables: Those that it has; all 15 without them.
        changes: Fields of the contract that differ: `shape="groups", auth="basic"`.
    """
    api = Api(
        figures_folder,
        replace(contract or Contract(), **changes),
        faults,
        delay_seconds,
        tables or registry().names,
    )
    if is_warm:
        api.warm()
    server = _Server(("127.0.0.1", 0), _handler(api))
    api.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield api
    finally:
        # Ends what still drips.
        api.is_down.set()
        server.shutdown()
        server.server_close()
        thread.join()


def nobody_listens() -> str:
    """An address on loopback where no server is."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"
