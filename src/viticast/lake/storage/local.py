"""A folder of this machine."""

import glob
import logging
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import fsspec

from viticast.lake.storage.base import Storage
from viticast.lake.storage.files import create_file, replace_file
from viticast.lake.writers import STALE_SUFFIX

logger = logging.getLogger(__name__)


class LocalStorage(Storage):
    """Files in a folder; a write takes a detour, because a local file shows while it grows.

    Args:
        root: Its path; it need not be there yet.
    """

    def __init__(self, root: str) -> None:
        self.fs, path = fsspec.core.url_to_fs(root)
        self.root = str(PurePosixPath(path))

    def path(self, name: str) -> str:
        """The full path of a name under the root."""
        return str(PurePosixPath(self.root) / name)

    def pattern(self, names: str) -> str:
        """The full path of a pattern of names; brackets and stars in the root itself stand for themselves."""
        return f"{glob.escape(self.root)}/{names}"

    def exists(self, name: str) -> bool:
        """True if a finished file of this name is there."""
        return bool(self.fs.isfile(self.path(name)))

    def read(self, name: str) -> bytes:
        """The file's bytes."""
        return bytes(self.fs.cat_file(self.path(name)))

    def glob(self, pattern: str) -> list[str]:
        """Names under the root that match, sorted, without unfinished files."""
        found = self.fs.glob(self.pattern(pattern))
        names = (str(PurePosixPath(path).relative_to(self.root)) for path in found)
        return sorted(name for name in names if STALE_SUFFIX not in name)

    def write_once(self, name: str, content: bytes, is_whole: Callable[[bytes], bool] | None = None) -> bool:
        """Writes a file whose name says what is in it; of several writers the first one's file stays."""
        if not self.exists(name) and create_file(Path(self.path(name)), content):
            return True
        if is_whole is None:
            return False
        existing = self.read(name)
        if existing == content or is_whole(existing):
            return False
        logger.warning("%s was damaged and is written anew", self.path(name))
        replace_file(Path(self.path(name)), content)
        return True

    def write_changed(self, name: str, content: bytes) -> bool:
        """Writes a file unless it already holds these bytes."""
        if self.exists(name) and self.read(name) == content:
            return False
        replace_file(Path(self.path(name)), content)
        return True
