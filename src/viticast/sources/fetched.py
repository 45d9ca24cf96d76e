"""What a source handed over: the bytes of a table, untouched, where and when they came from; or why there are none."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from viticast.sources.errors import SourceError

NO_FILE = "none"
"""Stands for the hash of a file that did not come."""


@dataclass(frozen=True)
class FetchedFile:
    """One file as it came.

    Attributes:
        table_name: File stem of the VitiBrasil table.
        content: The bytes, untouched.
        address: Path as given or address without credentials; fit for a manifest.
        fetched_at: When it came, in UTC.
        status: Status of the answer, None for a file.
        published_at: When the vintage was published, None where nobody declared it.
    """

    table_name: str
    content: bytes
    address: str
    fetched_at: datetime
    status: int | None = None
    published_at: date | None = None

    @property
    def sha256(self) -> str:
        """Hash of the bytes: the file's name among the raw files."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def landing_id(self) -> str:
        """Hash of what makes this landing."""
        return landing_id(self.sha256, self.address, self.published_at)


def landing_id(raw_sha256: str, address: str, published_at: date | None) -> str:
    """Hash what makes a landing: these bytes, from this address, declared as published on this date or on none.

    Returns:
        The first 16 hexadecimal digits of a SHA-256.
    """
    declared = "" if published_at is None else published_at.isoformat()
    return hashlib.sha256("\x1f".join((raw_sha256, address, declared)).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class NotFetched:
    """A table that the source did not hand over: it keeps the vintage that it has.

    Attributes:
        table_name: File stem of the VitiBrasil table.
        address: Where it was asked for, without credentials.
        errors: Why it is not there, at least one; each names the table.
    """

    table_name: str
    address: str
    errors: tuple[SourceError, ...]

    @property
    def landing_id(self) -> str:
        """Hash of where nothing came from: what was found of the last attempt takes the place of earlier ones."""
        return landing_id(NO_FILE, self.address, None)


Fetched = FetchedFile | NotFetched
