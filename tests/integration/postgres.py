"""A real PostgreSQL on loopback, in a folder of its own, that only tests know."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile, mkdtemp

import pytest
import sqlalchemy as sa

PASSWORD = "Gr4pe-Secret"  # noqa: S105
OWNER, READER = "owner", "reader"
_SECONDS = 60


@dataclass
class PostgreSQL:
    """A running server.

    Attributes:
        port: On 127.0.0.1.
        folder: Of its data.
        binaries: Where its programs are.
    """

    port: int
    folder: Path
    binaries: Path

    def url(self, database: str = "postgres", user: str | None = READER) -> str:
        """Address without a password, as a user writes it."""
        return f"postgresql://{f'{user}@' if user else ''}127.0.0.1:{self.port}/{database}"

    def owner_url(self, database: str = "postgres") -> str:
        """Address with which tests fill tables."""
        return f"postgresql+psycopg://{OWNER}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def control(self, *arguments: str) -> None:
        """Calls pg_ctl, e.g. with `stop`."""
        _run([self.binaries / "pg_ctl", "-D", self.folder, "-w", "-t", str(_SECONDS), *arguments])

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        self.control("-l", str(self.folder / "log"), "-o", options, "start")


@contextmanager
def running_postgresql() -> Iterator[PostgreSQL]:
    """Starts a server with two users, one of whom may only read; stops it at the end.

    A machine without PostgreSQL skips; on CI, where it is installed, that is a failure.
    """
    binaries = _binaries()
    if binaries is None or not _may_run():
        message = "POSTGRESQL IS NOT HERE, this test checks nothing: apt-get install postgresql (as root)"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    # below /tmp, as the user postgres must reach it
    folder = Path(mkdtemp(prefix="viticast-postgresql-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        server = PostgreSQL(_free_port(), folder / "data", binaries)
        secret = folder / "password"
        secret.write_text(PASSWORD)
        if os.geteuid() == 0:
            shutil.chown(secret, "postgres")
        initdb = [binaries / "initdb", "-D", server.folder, "-U", OWNER, "-A", "scram-sha-256", "-E", "UTF8"]
        _run([*initdb, "--locale=C.UTF-8", "--no-sync", f"--pwfile={secret}"])
        server.start()
        try:
            _add_reader(server)
            yield server
        finally:
            subprocess.run(
                _as_postgres([binaries / "pg_ctl", "-D", server.folder, "-m", "immediate", "stop"]),
                capture_output=True,
                check=False,
                cwd="/",
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _add_reader(server: PostgreSQL) -> None:
    engine = sa.create_engine(server.owner_url())
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {READER} LOGIN PASSWORD '{PASSWORD}'")
        connection.exec_driver_sql(f"ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO {READER}")
        connection.exec_driver_sql(f"ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO {READER}")
    engine.dispose()


RUNUSER = shutil.which("runuser", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
"""Not every environment has the folders of the system's own programs on its path."""


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3].split(".")[0]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def _may_run() -> bool:
    """PostgreSQL refuses to run as root: root runs it as the user that its package makes."""
    return os.geteuid() != 0 or RUNUSER is not None


def _as_postgres(command: list[str | Path]) -> list[str]:
    words = [str(word) for word in command]
    return [str(RUNUSER), "-u", "postgres", "--", *words] if os.geteuid() == 0 else words


def _run(command: list[str | Path]) -> None:
    # a file, as the server that pg_ctl starts would keep a pipe open
    with TemporaryFile("w+") as said:
        done = subprocess.run(_as_postgres(command), stdout=said, stderr=said, timeout=120, cwd="/", check=False)
        said.seek(0)
        assert done.returncode == 0, f"{Path(str(command[0])).name}: {said.read()}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
