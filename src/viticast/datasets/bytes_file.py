"""A file of bytes: a picture, for one."""

from pathlib import PurePosixPath
from typing import Any

import fsspec
from kedro.io import AbstractDataset


class BytesDataset(AbstractDataset[bytes, bytes]):
    """Bytes in a file, as they are.

    Args:
        filepath: The file, local or remote.
        metadata: Ignored by Kedro; kedro-viz reads the layer here.
    """

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        self._fs, path = fsspec.core.url_to_fs(filepath)
        self._filepath = PurePosixPath(path)
        self.metadata = metadata

    def load(self) -> bytes:
        """The bytes."""
        return bytes(self._fs.cat_file(str(self._filepath)))

    def save(self, data: bytes) -> None:
        """Writes the bytes."""
        self._fs.pipe_file(str(self._filepath), data)

    def _exists(self) -> bool:
        return bool(self._fs.exists(str(self._filepath)))

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath)}
