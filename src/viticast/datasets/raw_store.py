"""The bytes as they came, named by their hash."""

import logging
from collections.abc import Mapping
from typing import Any

from kedro.io import AbstractDataset

from viticast.lake.storage import Storage

logger = logging.getLogger(__name__)


class RawStoreDataset(AbstractDataset[Mapping[str, bytes], dict[str, bytes]]):
    """A folder of raw files; nothing in it is ever changed or deleted.

    Args:
        path: The folder.
        metadata: Ignored by Kedro; kedro-viz reads the layer here.
    """

    def __init__(self, *, path: str, metadata: dict[str, Any] | None = None) -> None:
        self._storage = Storage(path)
        self.metadata = metadata

    def save(self, data: Mapping[str, bytes]) -> None:
        """Writes the files that are not there yet.

        Args:
            data: SHA-256 of the bytes -> the bytes.
        """
        written = [sha256 for sha256, content in sorted(data.items()) if self._storage.write_once(sha256, content)]
        logger.info("raw: %d of %d files are new", len(written), len(data))

    def load(self) -> dict[str, bytes]:
        """All files: SHA-256 -> bytes."""
        return {name: self._storage.read(name) for name in self._storage.glob("*")}

    def _exists(self) -> bool:
        return bool(self._storage.glob("*"))

    def _describe(self) -> dict[str, Any]:
        return {"path": str(self._storage.root)}
