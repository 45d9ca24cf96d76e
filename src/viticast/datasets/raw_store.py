"""The bytes as they came, named by their hash."""

import hashlib
import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

from kedro.io import AbstractDataset

from viticast.lake.storage import DamagedFileError, Storage, open_storage

logger = logging.getLogger(__name__)


class RawStoreDataset(AbstractDataset[Mapping[str, bytes], dict[str, bytes]]):
    """A folder of raw files; nothing in it is ever changed or deleted, unless it does not hold what its name says.

    Args:
        path: The folder.
        metadata: Ignored by Kedro; kedro-viz reads the layer here.
    """

    def __init__(self, *, path: str, metadata: dict[str, Any] | None = None) -> None:
        self._storage = open_storage(path)
        self.metadata = metadata

    def save(self, data: Mapping[str, bytes]) -> None:
        """Writes the files that are not there yet, and anew those that were damaged.

        Args:
            data: SHA-256 of the bytes -> the bytes.

        Raises:
            ValueError: A name is not the hash of its bytes.
        """
        if wrong := sorted(name for name, content in data.items() if not _is_named_by_hash(name, content)):
            raise ValueError(f"raw: {', '.join(wrong)} is not the SHA-256 of the bytes that were to be kept under it")
        written = sum(self._storage.each(self._put, sorted(data.items())))
        logger.info("raw: %d of %d files are new", written, len(data))

    def load(self) -> dict[str, bytes]:
        """All files: SHA-256 -> bytes.

        Raises:
            DamagedFileError: A file does not hold what its name says.
        """
        names = self._storage.glob("*")
        return dict(zip(names, self._storage.each(partial(read_raw, self._storage), names), strict=True))

    def _put(self, file: tuple[str, bytes]) -> bool:
        sha256, content = file
        return self._storage.write_once(sha256, content, is_whole=partial(_is_named_by_hash, sha256))

    def _exists(self) -> bool:
        return bool(self._storage.glob("*"))

    def _describe(self) -> dict[str, Any]:
        return {"path": self._storage.root}


def read_raw(storage: Storage, sha256: str) -> bytes:
    """The bytes of a hash.

    Raises:
        FileNotFoundError: There is no such file.
        DamagedFileError: It does not hold what its name says.
    """
    content = storage.read(sha256)
    if not _is_named_by_hash(sha256, content):
        raise DamagedFileError(
            f"{storage.path(sha256)} is damaged: its bytes have another hash than its name says. "
            "Put a copy from a backup in its place, or ingest the same file again: kedro run --pipelines=ingestion"
        )
    return content


def _is_named_by_hash(name: str, content: bytes) -> bool:
    return hashlib.sha256(content).hexdigest() == name
