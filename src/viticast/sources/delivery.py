"""A delivery: what one fetch brought, so that its tables can be taken in one by one, each in a process of its own."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from viticast.sources.connections import Connection
from viticast.sources.dispatch import is_csv, read_file
from viticast.sources.errors import SourceError
from viticast.sources.fetched import Fetched, FetchedFile
from viticast.sources.tables import TableRegistry
from viticast.sources.vintage import content_id

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+:-]{0,199}")


@dataclass(frozen=True)
class Origin:
    """Where figures come from, and how they are understood.

    Attributes:
        source: sample, embrapa, api or database.
        url: A folder, an http address or a SQLAlchemy URL, without secrets.
        is_synthetic: True for made-up figures.
        connection: How answers and rows are understood.
        given: Other run parameters that chose the source, as they were given.
    """

    source: str
    url: str
    is_synthetic: bool
    connection: Connection
    given: tuple[tuple[str, str], ...] = ()

    @property
    def run_params(self) -> str:
        """What `kedro run --params` takes to ask this source again."""
        chosen = (("source", self.source), ("source_url", self.url), *self.given)
        return ",".join(f"{name}={value}" for name, value in chosen)


@dataclass(frozen=True)
class Delivery:
    """What one fetch brought.

    Attributes:
        origin: Where from.
        fetched: For each table its files, or why there are none, in the order of the source; where some tables are
            wanted: theirs, and the files that have bytes or figures in common with them.
        name: By which other processes find it, None where one process does all.
        tables: The wanted tables, None for all.
        figures: SHA-256 -> hash of what the file says; of files that two tables may share without sharing bytes.
    """

    origin: Origin
    fetched: tuple[Fetched, ...]
    name: str | None = None
    tables: frozenset[str] | None = None
    figures: Mapping[str, str] = field(default_factory=dict)

    @property
    def wanted(self) -> tuple[Fetched, ...]:
        """What is to be taken in."""
        return tuple(one for one in self.fetched if self.wants(one.table_name))

    def wants(self, table: str) -> bool:
        """True for a table that is to be taken in."""
        return self.tables is None or table in self.tables


def hash_figures(fetched: Iterable[Fetched], registry: TableRegistry, connection: Connection) -> dict[str, str]:
    """Hash what files say whose bytes tell nothing of it: answers name their address, and rows their table.

    Returns:
        SHA-256 of the bytes -> hash of the figures, of answers and rows that can be read.
    """
    files = (one for one in fetched if isinstance(one, FetchedFile) and not is_csv(one.content))
    hashed = ((file.sha256, _figures(file, registry, connection)) for file in files)
    return {sha256: figures for sha256, figures in hashed if figures is not None}


def _figures(file: FetchedFile, registry: TableRegistry, connection: Connection) -> str | None:
    try:
        return content_id(read_file(file.content, registry[file.table_name], connection).frame)
    except SourceError:
        # Whoever takes it in says what is wrong.
        return None


def require_delivery_name(name: object) -> str:
    """Refuses what is no name of a delivery.

    Raises:
        ValueError: Says what a name may be.
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        msg = (
            f"{str(name)[:220]!r} is no name of a delivery. Use 1 to 200 letters, digits and ._+:- without a space, "
            "begin it with a letter, a digit or an underscore, and put a letter into a number, as in "
            "manual__2026-11-23T23:00:00+00:00"
        )
        raise ValueError(msg)
    return name


def delivery_folder(name: str) -> str:
    """The name of a delivery as that of a folder, another one for each.

    Raises:
        ValueError: It is no name of a delivery.
    """
    # Windows has no folder with a colon; a tilde is in no name, and takes as much room.
    return require_delivery_name(name).replace(":", "~")
