"""Files of the lake, wherever they are: whole or not there, never half-written."""

import glob
import os
import uuid
from pathlib import Path, PurePosixPath

import fsspec
from fsspec.implementations.local import LocalFileSystem

STALE_SUFFIX = ".tmp-"
"""Marks a file that a writer has not finished; no reader looks at names that hold it."""


class Storage:
    """A folder, local or in object storage, under one root.

    Args:
        root: A path or an fsspec address such as `s3://bucket/prefix`.
    """

    def __init__(self, root: str) -> None:
        self.fs, path = fsspec.core.url_to_fs(root)
        self.root = PurePosixPath(path)

    @property
    def is_local(self) -> bool:
        """True for a folder of this machine."""
        return isinstance(self.fs, LocalFileSystem)

    def path(self, name: str) -> str:
        """The full path of a name under the root, without protocol."""
        return str(self.root / name)

    def pattern(self, names: str) -> str:
        """The full path of a pattern of names; brackets and stars in the root itself stand for themselves."""
        return f"{glob.escape(str(self.root))}/{names}"

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

    def write_once(self, name: str, content: bytes) -> bool:
        """Writes a file whose name says what is in it; an existing one stays as it is.

        Returns:
            True if this call wrote it.
        """
        if self.exists(name):
            return False
        self._write(name, content)
        return True

    def write_changed(self, name: str, content: bytes) -> bool:
        """Writes a file unless it already holds these bytes.

        Returns:
            True if this call wrote it.
        """
        if self.exists(name) and self.read(name) == content:
            return False
        self._write(name, content)
        return True

    def _write(self, name: str, content: bytes) -> None:
        # An object store shows an object only when the whole of it has arrived; a local file needs the detour.
        if self.is_local:
            replace_file(Path(self.path(name)), content)
        else:
            self.fs.pipe_file(self.path(name), content)


def replace_file(target: Path, content: bytes) -> None:
    """Puts a file in place at once: readers see the old bytes or the new ones.

    The temporary file lies beside the target, because a rename is atomic only within a file system.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}{STALE_SUFFIX}{uuid.uuid4().hex}")
    try:
        with unfinished.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
