"""`mlflow models serve` and `mlflow server` on a free port of loopback, ended with all of their processes."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START_SECONDS = 120.0
ANSWER_SECONDS = 90.0
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class ModelServer:
    """A server that answers."""

    url: str

    def ask(self, question: Any, content_type: str = "application/json") -> tuple[int, Any]:
        """Status and JSON of the answer to a question, which is JSON or bytes."""
        body = question if isinstance(question, bytes) else json.dumps(question).encode()
        headers = {"Content-Type": content_type}
        request = urllib.request.Request(f"{self.url}/invocations", data=body, headers=headers)  # noqa: S310 - of loopback
        try:
            with OPENER.open(request, timeout=ANSWER_SECONDS) as answer:
                return answer.status, json.loads(answer.read(), parse_constant=_no_json)
        except urllib.error.HTTPError as refused:
            return refused.code, json.loads(refused.read())


@contextlib.contextmanager
def serve_model(uri: str, tracking_uri: str, folder: Path) -> Iterator[ModelServer]:
    """Serves a registered model; `folder` is where the server runs and its log is written."""
    command = [sys.executable, "-m", "mlflow", "models", "serve", "--model-uri", uri, "--env-manager", "local"]
    with _served(command, _free_port(), "ping", tracking_uri, folder) as url:
        yield ModelServer(url)


@contextlib.contextmanager
def serve_tracking(folder: Path) -> Iterator[str]:
    """Serves a store of runs that lies in a folder, in which the log is written as well: the address of the server."""
    store, artifacts = f"sqlite:///{folder.as_posix()}/mlflow.db", (folder / "artifacts").as_uri()
    command = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", store]
    command += ["--default-artifact-root", artifacts]
    with _served(command, _free_port(), "health", store, folder) as url:
        yield url


@contextlib.contextmanager
def _served(command: list[str], port: int, health: str, tracking_uri: str, folder: Path) -> Iterator[str]:
    command = [*command, "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    # the programs that mlflow starts, uvicorn among them, lie beside python
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path, "MLFLOW_TRACKING_URI": tracking_uri, "MLFLOW_DISABLE_TELEMETRY": "true"}
    log = folder / "serve.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=stream, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        _wait(f"http://127.0.0.1:{port}/{health}", process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        _end(process)


def group_is_alive(group: int) -> bool:
    """Whether any process of a group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Ends the whole group, by force if it does not end by itself."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        end = time.monotonic() + 20
        while time.monotonic() < end:
            # a process that ended and that no one waited for still counts as one of its group
            process.poll()
            if not group_is_alive(process.pid):
                return
            time.sleep(0.1)
    raise RuntimeError(f"processes of group {process.pid} do not end")


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(urllib.error.URLError, OSError), OPENER.open(url, timeout=5):
            return
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"mlflow does not answer:\n{log.read_text(errors='replace')[-3000:]}")
        time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as candidate:
        candidate.bind(("127.0.0.1", 0))
        port: int = candidate.getsockname()[1]
        return port


def _no_json(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
