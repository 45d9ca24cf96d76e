"""A delivery as JSON: all that is known of each file but its bytes, which the raw store keeps under their hash."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from viticast.sources.connections import Connection, read_connection
from viticast.sources.delivery import Delivery, Origin
from viticast.sources.error_record import ErrorRecord
from viticast.sources.fetched import Fetched, FetchedFile, NotFetched, landing_id

ONLY_FOR_ASKING = {"auth", "requests", "refresh"}
"""What of a connection nobody needs who reads what came."""


class FileRecord(BaseModel):
    """A file that came.

    Attributes:
        table_name: As `FetchedFile` has it, like the others that are not told here.
        sha256: Hash of the bytes.
        figures: Hash of what it says, null for a CSV file and for one that cannot be read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    table_name: str = Field(min_length=1)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    address: str
    fetched_at: datetime
    status: int | None
    published_at: date | None
    figures: str | None = None

    @property
    def landing_id(self) -> str:
        """Hash of what makes this landing."""
        return landing_id(self.sha256, self.address, self.published_at)

    def fetched(self, contents: Mapping[str, bytes]) -> FetchedFile:
        """The file again, with its bytes."""
        return FetchedFile(
            self.table_name, contents[self.sha256], self.address, self.fetched_at, self.status, self.published_at
        )


class MissingRecord(BaseModel):
    """A table that did not come, as `NotFetched` has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    table_name: str = Field(min_length=1)
    address: str
    errors: tuple[ErrorRecord, ...] = Field(min_length=1)

    @property
    def landing_id(self) -> str:
        """Hash of where nothing came from."""
        return self.fetched({}).landing_id

    def fetched(self, contents: Mapping[str, bytes]) -> NotFetched:
        """Why there are none, again."""
        return NotFetched(self.table_name, self.address, tuple(record.error() for record in self.errors))


class OriginRecord(BaseModel):
    """Where the figures come from, as `Origin` has it; the connection without what only asking needs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    url: str
    is_synthetic: bool
    connection: dict[str, Any]
    given: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, origin: Origin) -> Self:
        """What is kept of an origin."""
        return cls(
            source=origin.source,
            url=origin.url,
            is_synthetic=origin.is_synthetic,
            connection=origin.connection.model_dump(mode="json", exclude=ONLY_FOR_ASKING),
            given=origin.given,
        )

    def origin(self) -> Origin:
        """The origin again.

        Raises:
            DeclarationError: The connection was kept by a version that knew other keys.
        """
        return Origin(self.source, self.url, self.is_synthetic, self._connection(), self.given)

    def _connection(self) -> Connection:
        return read_connection(self.connection, "the connection that the delivery was fetched with")


class DeliveryRecord(BaseModel):
    """All that is known of a delivery but the bytes.

    Attributes:
        origin: Where from.
        fetched: In the order of the source.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    origin: OriginRecord
    fetched: tuple[FileRecord | MissingRecord, ...]

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        """What is kept of a delivery."""
        return cls(
            origin=OriginRecord.of(delivery.origin),
            fetched=tuple(_record(one, delivery.figures) for one in delivery.fetched),
        )

    @property
    def tables(self) -> tuple[str, ...]:
        """Every table of the delivery, come or not, in its order."""
        return tuple(dict.fromkeys(one.table_name for one in self.fetched))

    def needed(self, tables: Collection[str]) -> tuple[FileRecord | MissingRecord, ...]:
        """What is about some tables: themselves, and others that have the same bytes or figures as one of them."""
        files = [one for one in self.fetched if isinstance(one, FileRecord) and one.table_name in tables]
        shared = {sign for file in files for sign in _signs(file)}
        return tuple(
            one
            for one in self.fetched
            if one.table_name in tables or (isinstance(one, FileRecord) and shared.intersection(_signs(one)))
        )

    def delivery(self, name: str, tables: Collection[str], contents: Mapping[str, bytes]) -> Delivery:
        """The delivery again, as far as it is needed to take in some tables.

        Args:
            name: Of the delivery.
            tables: To be taken in.
            contents: SHA-256 -> bytes, of all files that are `needed`.
        """
        fetched: tuple[Fetched, ...] = tuple(one.fetched(contents) for one in self.needed(tables))
        return Delivery(self.origin.origin(), fetched, name, frozenset(tables))

    def landings(self) -> dict[str, list[str]]:
        """Table -> its landings, in the order of the delivery."""
        landings: dict[str, list[str]] = defaultdict(list)
        for one in self.fetched:
            landings[one.table_name].append(one.landing_id)
        return dict(landings)


def _record(one: Fetched, figures: Mapping[str, str]) -> FileRecord | MissingRecord:
    if isinstance(one, NotFetched):
        errors = tuple(ErrorRecord.of(error) for error in one.errors)
        return MissingRecord(table_name=one.table_name, address=one.address, errors=errors)
    return FileRecord(
        table_name=one.table_name,
        sha256=one.sha256,
        address=one.address,
        fetched_at=one.fetched_at,
        status=one.status,
        published_at=one.published_at,
        figures=figures.get(one.sha256),
    )


def _signs(file: FileRecord) -> Iterable[str]:
    """What two tables cannot share."""
    return (sign for sign in (file.sha256, file.figures) if sign is not None)
