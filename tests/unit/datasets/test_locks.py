import subprocess
import sys
import textwrap
from contextlib import contextmanager

import pytest

from viticast.datasets import locks
from viticast.datasets.locks import HeldLockError, exclusive

HOLDER = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from viticast.datasets.locks import exclusive

    with exclusive(Path(sys.argv[1]), "hold it"):
        print("held", flush=True)
        sys.stdin.readline()
    """
)


@contextmanager
def held(path):
    """The lock in the hands of another process, which lets go when it is told to."""
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "folder" / "store.lock"


def test_a_lock_is_free_again_afterwards(path):
    for _ in range(2):
        with exclusive(path, "test"):
            assert path.exists()


def test_a_lock_is_free_again_after_an_error(path):
    with pytest.raises(ZeroDivisionError), exclusive(path, "test"):
        _ = 1 / 0
    with exclusive(path, "test"):
        pass


def test_a_process_waits_and_says_for_whom(path, caplog, monkeypatch):
    monkeypatch.setattr(locks, "SILENT_SECONDS", 0.1)
    monkeypatch.setattr(locks, "PATIENCE_SECONDS", 0.2)
    with held(path) as process, pytest.raises(HeldLockError) as raised, exclusive(path, "go on"):
        pass
    told = f"for process {process.pid} of "
    assert f"to go on, this run waits {told}" in caplog.text
    assert told in str(raised.value)
    assert "hold it" in str(raised.value)


def test_a_process_that_is_told_to_let_go_is_waited_for(path, monkeypatch):
    monkeypatch.setattr(locks, "SILENT_SECONDS", 0.05)
    with held(path) as process:
        process.stdin.write("\n")
        process.stdin.flush()
        with exclusive(path, "go on"):
            assert process.wait() == 0


def test_a_process_that_is_killed_lets_go(path, monkeypatch):
    with held(path) as process:
        process.kill()
        process.wait()
        monkeypatch.setattr(locks, "SILENT_SECONDS", 0.0)
        monkeypatch.setattr(locks, "PATIENCE_SECONDS", 0.0)
        with exclusive(path, "go on"):
            pass
