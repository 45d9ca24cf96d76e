"""Reading many files: each is read or refused on its own, so that one broken table stops no other."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from viticast.sources.errors import SameBytesError, SourceError, SourceErrors
from viticast.sources.fetched import FetchedFile
from viticast.sources.reader import Reading, read_table
from viticast.sources.tables import TableRegistry


@dataclass(frozen=True)
class ReadFile:
    """A fetched file and what it says."""

    file: FetchedFile
    reading: Reading


@dataclass(frozen=True)
class RefusedFile:
    """A fetched file that cannot be used, and all that is wrong with it."""

    file: FetchedFile
    errors: tuple[SourceError, ...]


def check_and_read_all(files: Iterable[FetchedFile], registry: TableRegistry) -> tuple[ReadFile | RefusedFile, ...]:
    """Read every file, in the given order; a broken file is refused and raises nothing."""
    read = [_read(file, registry) for file in files]
    by_hash: dict[str, list[ReadFile | RefusedFile]] = defaultdict(list)
    for one in read:
        by_hash[one.file.sha256].append(one)
    return tuple(_refuse_same_bytes(one, by_hash[one.file.sha256]) for one in read)


def _read(file: FetchedFile, registry: TableRegistry) -> ReadFile | RefusedFile:
    try:
        return ReadFile(file, read_table(file.content, registry[file.table_name]))
    except SourceErrors as several:
        return RefusedFile(file, several.errors)
    except SourceError as error:
        return RefusedFile(file, (error,))


def _refuse_same_bytes(one: ReadFile | RefusedFile, same: list[ReadFile | RefusedFile]) -> ReadFile | RefusedFile:
    """Refuse a file whose bytes another table has as well, unless they are readable as neither: that says enough."""
    others = [other.file for other in same if other.file.table_name != one.file.table_name]
    if not others or not any(isinstance(other, ReadFile) for other in same):
        return one
    error = SameBytesError(
        f"{one.file.address} has the same bytes as {others[0].address} of {others[0].table_name}",
        remedy="fetch both files again: one of them was answered with the other's file",
        table=one.file.table_name,
        value=one.file.sha256[:16],
    )
    return RefusedFile(one.file, (error, *(one.errors if isinstance(one, RefusedFile) else ())))
