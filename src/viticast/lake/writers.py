"""Who is writing: names by which one process knows another's unfinished work, and whether that one still lives."""

import os
import re
import socket
import uuid
from dataclasses import dataclass
from pathlib import Path

STALE_SUFFIX = ".tmp-"
"""Marks a file that a writer has not finished; no reader looks at names that hold it."""

_UNFINISHED = re.compile(re.escape(STALE_SUFFIX) + r"(?P<host>\w+)-(?P<pid>\d+)-[0-9a-f]{32}")


@dataclass(frozen=True)
class Writer:
    """A process.

    Attributes:
        host: The machine and its space of process numbers: containers may share a machine's name, not its processes.
        pid: Number of the process.
    """

    host: str
    pid: int

    @property
    def is_dead(self) -> bool:
        """True if the process is known to have ended; of other hosts nothing is known."""
        return self.host == this_host() and not _runs(self.pid)


def this_host() -> str:
    """A name of this machine, of letters, digits and underscores."""
    space = Path("/proc/self/ns/pid")
    number = f"_{space.stat().st_ino}" if space.exists() else ""
    return re.sub(r"\W", "_", socket.gethostname(), flags=re.ASCII) + number


def this_writer() -> Writer:
    """This process."""
    return Writer(this_host(), os.getpid())


def unfinished_path(target: Path, suffix: str = "") -> Path:
    """A name beside the target that says who writes it.

    Args:
        target: Where the file goes when it is finished.
        suffix: What the name must end in; some formats are chosen by it.
    """
    writer = this_writer()
    name = target.name.removesuffix(suffix)
    return target.with_name(f"{name}{STALE_SUFFIX}{writer.host}-{writer.pid}-{uuid.uuid4().hex}{suffix}")


def writer_of(name: str) -> Writer | None:
    """Who left an unfinished file; None for any other name."""
    found = _UNFINISHED.search(name)
    return Writer(found["host"], int(found["pid"])) if found else None


def _runs(pid: int) -> bool:
    if os.name == "nt":
        # There, signal 0 is not a question.
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        # It runs for another user.
        return True
    return True
