"""Locks between processes, for the few steps that two of them must not take at once."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from viticast.lake.storage import make_folder
from viticast.lake.writers import this_writer

SILENT_SECONDS = 1.0
"""So long a process waits before it says so."""

PATIENCE_SECONDS = 600.0
"""No holder takes so long, unless it hangs; one that ends releases its lock, however it ends."""

logger = logging.getLogger(__name__)


class HeldLockError(TimeoutError):
    """Another process does not let go of a lock."""


@contextmanager
def exclusive(path: Path, purpose: str) -> Iterator[None]:
    """Holds a lock that any end of the process releases, `kill -9` as well.

    Args:
        path: The lock's file; it stays.
        purpose: What this process waits to do.

    Raises:
        HeldLockError: The process that holds the lock hangs.
    """
    make_folder(path.parent)
    lock = FileLock(path)
    holder = path.with_name(f"{path.name}.holder")
    try:
        lock.acquire(timeout=SILENT_SECONDS)
    except Timeout:
        logger.warning("to %s, this run waits for %s", purpose, _read(holder))
        _wait(lock, holder, purpose)
    try:
        writer = this_writer()
        holder.write_text(f"process {writer.pid} of {writer.host}, to {purpose}", encoding="utf-8")
        yield
    finally:
        lock.release()


def _wait(lock: FileLock, holder: Path, purpose: str) -> None:
    try:
        lock.acquire(timeout=PATIENCE_SECONDS)
    except Timeout as error:
        raise HeldLockError(
            f"to {purpose}, this run waited {PATIENCE_SECONDS:.0f} seconds for {_read(holder)}. "
            "If that process hangs, end it, and run again"
        ) from error


def _read(holder: Path) -> str:
    try:
        return holder.read_text(encoding="utf-8") or "another process"
    except FileNotFoundError:
        return "another process"
