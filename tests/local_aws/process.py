"""The local AWS as a process of its own: start, wait until it answers, forget everything, end."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

ROOT = Path(__file__).resolve().parents[2]
STARTS = 3
SECONDS_TO_START = 60.0
# A crawl of a test has nothing to wait for; that it is seen running is enough.
CRAWL_SECONDS = 0.1
# Root of the local AWS: with authorization switched on, everything is allowed to it.
ACCESS_KEY = SECRET_KEY = "test"  # noqa: S105
REGION = "us-east-1"


class ServerFailedError(RuntimeError):
    """The local AWS did not start."""


def server_python() -> Path | None:
    """The interpreter of the local AWS's own environment: VITICAST_AWS_PYTHON, or what `make test-aws` sets up."""
    named = os.environ.get("VITICAST_AWS_PYTHON")
    python = Path(named) if named else ROOT / ".venv-aws" / "bin" / "python"
    return python if python.is_file() else None


class LocalAwsServer:
    """One server with a folder of its own; as a context manager it ends with its process group."""

    def __init__(self, python: Path, folder: Path, *, authorization: bool = False) -> None:
        self._python = python
        self._folder = folder
        self._authorization = authorization
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def endpoint(self) -> str:
        """Address of the server itself, past the proxy."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """What the server wrote."""
        return (self._folder / "server.log").read_text(encoding="utf-8", errors="replace")

    def __enter__(self) -> Self:
        for _ in range(STARTS):
            # Another process may take the port between the choice and the start.
            self.port = free_port()
            self._start()
            if self._answers():
                return self
            self.stop()
        raise ServerFailedError(f"The local AWS did not start:\n{self.log[-3000:]}")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends the process group, whatever it is doing."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def reset(self) -> None:
        """Forgets buckets, tables, crawlers and queries."""
        self.post("/_ministack/reset")

    def let(
        self,
        what: Literal["crawl", "query"],
        outcome: Literal["succeeds", "fails", "is cancelled", "never ends"],
        message: str = "",
        *,
        containing: str = "",
        seconds: float = 0.0,
        times: int | None = 1,
    ) -> None:
        """Decides how the next crawls or queries end.

        Args:
            what: which of the two.
            outcome: `never ends` ends when it is stopped, or at the next reset.
            message: what AWS says of a failure or a cancellation.
            containing: only crawls of crawlers whose name, or queries whose text contains this.
            seconds: how long they take at least.
            times: how many of them; None for all until the reset.
        """
        happening = {"what": what, "outcome": outcome, "message": message, "containing": containing}
        self.post("/_local/happenings", json.dumps({**happening, "seconds": seconds, "times": times}).encode())

    def forget(self) -> None:
        """Lets all crawls and queries to come end well again; those that never end are to be stopped."""
        self.post("/_local/forget")

    def post(self, path: str, body: bytes = b"") -> bytes:
        """Asks the server for something that is no part of AWS."""
        request = urllib.request.Request(self.endpoint + path, data=body, method="POST")  # noqa: S310
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            found: bytes = answer.read()
        return found

    def _start(self) -> None:
        folders = {name: self._folder / name for name in ("state", "objects", "temporary")}
        for folder in folders.values():
            folder.mkdir(parents=True, exist_ok=True)
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HOME": str(self._folder),
            "GATEWAY_PORT": str(self.port),
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "localhost",
            # Both would listen on all interfaces.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "STATE_DIR": str(folders["state"]),
            "S3_DATA_DIR": str(folders["objects"]),
            "TMPDIR": str(folders["temporary"]),
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AUTH": str(self._authorization).lower(),
            "CRAWL_SECONDS": str(CRAWL_SECONDS),
        }
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._python), "-m", "tests.local_aws.server"],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _answers(self) -> bool:
        end = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < end and self._process is not None and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.endpoint}/_ministack/health", timeout=5):  # noqa: S310
                    return True
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        return False


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
