"""The server of the local AWS leaves nothing behind, however the tests end."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from tests.local_aws.process import ROOT, LocalAwsServer

pytestmark = pytest.mark.aws


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_server_ends_with_its_block(aws_python: Path, tmp_path: Path) -> None:
    with LocalAwsServer(aws_python, tmp_path) as server:
        assert listens(server.port)
    assert not listens(server.port)


def test_a_server_ends_with_tests_that_are_killed(aws_python: Path, tmp_path: Path) -> None:
    script = f"""
        import pathlib, time
        from tests.local_aws.process import LocalAwsServer
        with LocalAwsServer(pathlib.Path({str(aws_python)!r}), pathlib.Path({str(tmp_path)!r})) as server:
            print(server.port, flush=True)
            time.sleep(600)
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as tests:
        assert tests.stdout is not None
        port = int(tests.stdout.readline())
        assert listens(port)
        os.kill(tests.pid, signal.SIGKILL)
    end = time.monotonic() + 10
    while listens(port) and time.monotonic() < end:
        time.sleep(0.05)
    assert not listens(port)


def test_a_server_that_does_not_start_shows_its_log(aws_python: Path, tmp_path: Path) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho no such package >&2\nexit 1\n")
    broken.chmod(0o755)
    with pytest.raises(RuntimeError, match="no such package"), LocalAwsServer(broken, tmp_path):
        pass
