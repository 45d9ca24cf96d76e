"""Reading many files: each is read or refused on its own, so that one broken table stops no other."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from viticast.sources.connections import FILES, Connection
from viticast.sources.dispatch import is_csv, read_file
from viticast.sources.errors import SameBytesError, SourceError, SourceErrors
from viticast.sources.fetched import FetchedFile
from viticast.sources.reader import Reading
from viticast.sources.tables import TableRegistry
from viticast.sources.vintage import content_id


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


def check_and_read_all(
    files: Iterable[FetchedFile], registry: TableRegistry, connection: Connection = FILES
) -> tuple[ReadFile | RefusedFile, ...]:
    """Read every file, in the given order; a broken file is refused and raises nothing.

    Args:
        files: As fetched.
        registry: The tables.
        connection: How the source's answers or rows are understood; CSV files need none.
    """
    read = [_read(file, registry, connection) for file in files]
    same_bytes: dict[str, list[ReadFile | RefusedFile]] = defaultdict(list)
    same_content: dict[str, list[ReadFile | RefusedFile]] = defaultdict(list)
    for one in read:
        same_bytes[one.file.sha256].append(one)
        same_content[_content(one)].append(one)
    checked = (_refuse_same(one, same_bytes[one.file.sha256], "bytes") for one in read)
    return tuple(
        _refuse_same(new, same_content[_content(old)], "figures") if isinstance(new, ReadFile) else new
        for old, new in zip(read, checked, strict=True)
    )


def _content(one: ReadFile | RefusedFile) -> str:
    """What two tables cannot share. Answers name their addresses, and rows their table: their bytes always differ."""
    if isinstance(one, ReadFile) and not is_csv(one.file.content):
        return content_id(one.reading.frame)
    return one.file.sha256


def _read(file: FetchedFile, registry: TableRegistry, connection: Connection) -> ReadFile | RefusedFile:
    try:
        return ReadFile(file, read_file(file.content, registry[file.table_name], connection))
    except SourceErrors as several:
        return RefusedFile(file, several.errors)
    except SourceError as error:
        return RefusedFile(file, (error,))


def _refuse_same(one: ReadFile | RefusedFile, same: list[ReadFile | RefusedFile], what: str) -> ReadFile | RefusedFile:
    """Refuse a file that has the bytes or figures of another table, unless they are readable as neither."""
    others = [other.file for other in same if other.file.table_name != one.file.table_name]
    if not others or not any(isinstance(other, ReadFile) for other in same):
        return one
    error = SameBytesError(
        f"{one.file.address} has the same {what} as {others[0].address} of {others[0].table_name}",
        remedy="fetch both again: one of them was answered with the other's figures",
        table=one.file.table_name,
        value=one.file.sha256[:16],
    )
    return RefusedFile(one.file, (error, *(one.errors if isinstance(one, RefusedFile) else ())))
