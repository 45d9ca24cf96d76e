"""Figures from a folder: the 15 files of one vintage, or one such folder for each vintage."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

from viticast.sources.errors import MissingFileError, MissingFolderError, raise_all
from viticast.sources.fetched import Fetched, FetchedFile, NotFetched
from viticast.sources.tables import TableRegistry, TableSpec

_VINTAGE_NAME = re.compile(r"([12][0-9]{3})-(0[1-9]|1[0-2])")
_DOWNLOAD = "download the files from http://vitibrasil.cnpuv.embrapa.br (Download) into the folder"


def fetch_folder(
    path: str | Path, registry: TableRegistry, *, fetched_at: datetime | None = None
) -> tuple[Fetched, ...]:
    """Read the bytes of every table, of one vintage or of many in the order of their names.

    A folder that is named `YYYY-MM` declares that its figures were published in that month.

    Args:
        path: A folder with the 15 files, or a folder of such folders.
        registry: The tables that must be there.
        fetched_at: When the files count as fetched; now by default.

    Returns:
        For each vintage and table its file, or why there is none.

    Raises:
        SourceError: MissingFolderError where there is nothing at all.
    """
    folder = Path(path)
    moment = fetched_at or datetime.now(UTC)
    vintages = _vintage_folders(folder, registry)
    return tuple(_fetched(vintage, table, moment) for vintage in vintages for table in registry)


def _fetched(vintage: Path, table: TableSpec, moment: datetime) -> Fetched:
    path = vintage / table.file_name
    try:
        content = path.read_bytes()
    except OSError as error:
        return NotFetched(table.name, path.as_posix(), (_missing(path, table, error),))
    return FetchedFile(
        table_name=table.name,
        content=content,
        address=path.as_posix(),
        fetched_at=moment,
        published_at=_declared_date(vintage),
    )


def _missing(path: Path, table: TableSpec, error: OSError) -> MissingFileError:
    if isinstance(error, FileNotFoundError):
        reason, remedy = f"{path.as_posix()} does not exist", _DOWNLOAD
    else:
        reason = f"{path.as_posix()} cannot be read: {error.strerror}"
        remedy = f"check the file and its permissions, or {_DOWNLOAD}"
    return MissingFileError(reason, remedy=remedy, table=table.name, value=table.file_name)


def _vintage_folders(folder: Path, registry: TableRegistry) -> list[Path]:
    if not folder.is_dir():
        raise MissingFolderError(
            f"{folder.as_posix()} is not a folder"
            if folder.exists()
            else f"the folder {folder.as_posix()} does not exist",
            remedy=f"give a folder with the {len(registry)} CSV files, or a folder of such folders; {_DOWNLOAD}",
            value=folder.as_posix(),
        )
    if _holds_tables(folder, registry):
        return [folder]
    raise_all(
        MissingFolderError(
            f"the folder {child.as_posix()} is named like a vintage and holds no file such as "
            f"{next(iter(registry)).file_name}",
            remedy=f"{_DOWNLOAD}, under the names that the site gives them; or rename the folder",
            value=child.name,
        )
        for child in sorted(folder.iterdir())
        if child.is_dir() and _VINTAGE_NAME.fullmatch(child.name) and not _holds_tables(child, registry)
    )
    vintages = sorted(
        (child for child in folder.iterdir() if child.is_dir() and _holds_tables(child, registry)),
        key=lambda child: child.name,
    )
    if not vintages:
        raise MissingFolderError(
            f"neither the folder {folder.as_posix()} nor one below it holds a file such as "
            f"{next(iter(registry)).file_name}",
            remedy=_DOWNLOAD,
            value=folder.as_posix(),
        )
    return vintages


def _holds_tables(folder: Path, registry: TableRegistry) -> bool:
    return any((folder / table.file_name).is_file() for table in registry)


def _declared_date(vintage: Path) -> date | None:
    # The name as given counts before that of the folder a link leads to.
    named = _VINTAGE_NAME.fullmatch(vintage.name) or _VINTAGE_NAME.fullmatch(vintage.resolve().name)
    return date(int(named[1]), int(named[2]), 1) if named else None
