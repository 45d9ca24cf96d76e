"""A file of bytes: a picture, for one."""

from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset

from viticast.lake.storage import is_local, open_file


class BytesDataset(AbstractDataset[bytes, bytes]):
    """Bytes in a file, as they are.

    Args:
        filepath: The file: a path, or an address of S3. A local one is written in place; where readers must never see
            half of it, `AtomicDataset` saves through this one.
        metadata: Ignored by Kedro; kedro-viz reads the layer here.
    """

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        self._address = filepath
        self.metadata = metadata

    def load(self) -> bytes:
        """The bytes."""
        storage, name = open_file(self._address)
        return storage.read(name)

    def save(self, data: bytes) -> None:
        """Writes the bytes."""
        if is_local(self._address):
            Path(self._address).write_bytes(data)
            return
        storage, name = open_file(self._address)
        storage.write_changed(name, data)

    def _exists(self) -> bool:
        storage, name = open_file(self._address)
        return storage.exists(name)

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._address}
