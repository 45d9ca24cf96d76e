"""SQLite: a file that is opened for reading alone and never made."""

import sqlite3
from pathlib import Path

import sqlalchemy as sa

from viticast.sources.connections import DatabaseConnection
from viticast.sources.database.address import shown
from viticast.sources.errors import DatabaseError


def sqlite_engine(address: sa.URL, declared: DatabaseConnection) -> sa.Engine:
    """An engine that opens the file read-only.

    Args:
        address: `sqlite:////absolute/path` or `sqlite:///path`.
        declared: How long a lock is waited for.

    Raises:
        DatabaseError: There is no such file.
    """
    name = address.database
    if not name or name == ":memory:" or name.startswith("file:") or not Path(name).is_file():
        raise DatabaseError(
            f"{shown(address)}: there is no such file",
            remedy="check the path in source_url: sqlite:////absolute/path.db has four slashes, "
            "sqlite:///path.db is below the working folder",
            value=name,
        )
    uri = f"{Path(name).absolute().as_uri()}?mode=ro"

    def connect() -> sqlite3.Connection:
        # without an isolation level the module starts no transaction of its own
        connection = sqlite3.connect(uri, uri=True, timeout=declared.connect_seconds, isolation_level=None)
        connection.text_factory = _text
        return connection

    return sa.create_engine("sqlite://", creator=connect, poolclass=sa.NullPool)


def _text(content: bytes) -> str | bytes:
    """A text, or its bytes where they are no UTF-8: the reader refuses them by their place."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content
