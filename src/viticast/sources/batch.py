"""Reading many files: one run names every table that is broken, not the first one only."""

from collections.abc import Iterable
from dataclasses import dataclass

from viticast.sources.errors import SameBytesError, SourceError, raise_all
from viticast.sources.fetched import FetchedFile
from viticast.sources.reader import Reading, read_table
from viticast.sources.tables import TableRegistry


@dataclass(frozen=True)
class ReadFile:
    """A fetched file and what it says."""

    file: FetchedFile
    reading: Reading


def check_and_read_all(files: Iterable[FetchedFile], registry: TableRegistry) -> tuple[ReadFile, ...]:
    """Read every file, in the given order.

    Raises:
        SourceError: The one thing that is wrong, or `SourceErrors` with all that is.
    """
    fetched = tuple(files)
    errors: list[SourceError] = list(_same_bytes(fetched))
    read: list[ReadFile] = []
    for file in fetched:
        try:
            read.append(ReadFile(file, read_table(file.content, registry[file.table_name])))
        except SourceError as error:
            errors.append(error)
    raise_all(errors)
    return tuple(read)


def _same_bytes(files: tuple[FetchedFile, ...]) -> Iterable[SourceError]:
    first_by_hash: dict[str, FetchedFile] = {}
    for file in files:
        first = first_by_hash.setdefault(file.sha256, file)
        if first.table_name != file.table_name:
            yield SameBytesError(
                f"{file.address} has the same bytes as {first.address} of {first.table_name}",
                remedy="fetch both files again: one of them was answered with the other's file",
                table=file.table_name,
                value=file.sha256[:16],
            )
