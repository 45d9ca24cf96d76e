"""A call as a process of the project's own interpreter, that dies with the task that started it. No framework."""

import logging
import os
import re
import shutil
import signal
import subprocess
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from viticast_calls import Call

HOME, PYTHON, KEDRO_ENV = "VITICAST_HOME", "VITICAST_PYTHON", "VITICAST_KEDRO_ENV"
"""Variables of the worker: the project's folder, its interpreter, and the environment if it is another than local."""

TAIL_LINES = 25
TAIL_CHARACTERS = 3000
HIDDEN = "***"
SECRET_NAME = re.compile("SECRET|PASSWORD|PASSWD|TOKEN|CREDENTIAL|_KEY|_DSN|_CONN", re.IGNORECASE)
LOGIN = re.compile(r"(?<=://)[^/\s@]*:[^/\s@]*(?=@)")
SHORTEST_SECRET = 6
"""A shorter one is more often a word than a secret: hiding it would make the text unreadable."""


class WorkerError(RuntimeError):
    """The worker does not say where the project is."""


@dataclass(frozen=True)
class Ended:
    """How a call ended.

    Attributes:
        status: Its exit status; negative for the signal that killed it.
        lines: The last lines that it wrote.
    """

    status: int
    lines: tuple[str, ...]


class Process:
    """One call, which can be ended from outside."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, call: Call, worker: Mapping[str, str]) -> Ended:
        """Runs a call to its end and logs what it writes, line by line.

        Args:
            call: What to run.
            worker: The worker's environment.

        Raises:
            WorkerError: The worker does not say where the project is.
        """
        home, python = project(worker)
        self._process = subprocess.Popen(  # noqa: S603 - a list of checked arguments
            [*_dying_with_parent(self._log), python, "-m", *call.arguments],
            cwd=home,
            env=process_environment(call, worker),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        tail: deque[str] = deque(maxlen=TAIL_LINES)
        try:
            for raw in self._process.stdout or ():
                line = raw.decode(errors="backslashreplace").rstrip()
                self._log.info("%s", line)
                tail.append(line)
            return Ended(self._process.wait(), tuple(tail))
        except BaseException:
            # A timeout, or the end of the task: nothing may go on that nobody waits for.
            self.kill()
            raise

    def kill(self) -> None:
        """Ends the process and those that it started."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def project(worker: Mapping[str, str]) -> tuple[str, str]:
    """The project's folder and interpreter.

    Raises:
        WorkerError: Names the variable that is missing, or what is wrong with it.
    """
    for name, is_there, what in ((HOME, Path.is_dir, "the project's folder"), (PYTHON, Path.is_file, "its python")):
        if not worker.get(name):
            raise WorkerError(f"{name} is not set: set it to {what} in the environment of Airflow's workers")
        if not is_there(Path(worker[name])):
            raise WorkerError(f"{name} is {worker[name]}, and that is not there: it must be {what}")
    return worker[HOME], worker[PYTHON]


def process_environment(call: Call, worker: Mapping[str, str]) -> dict[str, str]:
    """The call's variables on top of the worker's, without those of Airflow, whose secrets are not the project's."""
    kept = {name: value for name, value in worker.items() if not name.startswith(("AIRFLOW_", "_AIRFLOW_"))}
    return kept | {"PYTHONUNBUFFERED": "1"} | call.environment


def ended_text(call: Call, ended: Ended, worker: Mapping[str, str]) -> str:
    """How a failed call ended, for people, without the secrets of the worker's environment."""
    how = f"was killed by signal {-ended.status}" if ended.status < 0 else f"ended with status {ended.status}"
    text = "\n".join([f"{' '.join(call.arguments[:2])} {how}", *ended.lines])
    return without_secrets(text, worker)[-TAIL_CHARACTERS:]


def without_secrets(text: str, worker: Mapping[str, str]) -> str:
    """A text in which neither logins of addresses nor values of variables that are named like secrets stand."""
    values = {value for name, value in worker.items() if SECRET_NAME.search(name) and len(value) >= SHORTEST_SECRET}
    for value in sorted(values, key=len, reverse=True):
        text = text.replace(value, HIDDEN)
    return LOGIN.sub(HIDDEN, text)


def _dying_with_parent(log: logging.Logger) -> list[str]:
    """What makes the kernel kill the process if the task's own process is killed: a retry must not meet an orphan."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        log.warning(
            "setpriv is not here (it is Linux's, of util-linux): if this task is killed with SIGKILL, its Kedro "
            "process goes on, and a retry runs beside it. What it writes is safe; its work is wasted."
        )
        return []
    return [setpriv, "--pdeathsig", "KILL", "--"]
