"""A site on loopback that serves a folder, and answers badly where it is told to."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass(frozen=True)
class Answer:
    """A bad answer.

    Attributes:
        status: Its status.
        body: What is sent.
        length: What the header says of the length of the body; the truth without it.
        location: Where a redirect leads.
        closes: True for no answer at all.
    """

    status: int = 200
    body: bytes = b""
    length: int | None = None
    location: str | None = None
    closes: bool = False


@contextmanager
def serve(folder: Path, answers: Mapping[str, Answer]) -> Iterator[str]:
    """Serves the files of a folder, but for some tables; gives the address of the folder."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            table = Path(self.path).stem
            answer = answers.get(table) or Answer(body=(folder / f"{table}.csv").read_bytes())
            if answer.closes:
                self.close_connection = True
                return
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(answer.body) if answer.length is None else answer.length))
            if answer.location:
                self.send_header("Location", answer.location)
            self.end_headers()
            self.wfile.write(answer.body)
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
