"""Files of the lake, wherever they are: whole or not there, never half-written."""

import errno
import glob
import logging
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import fsspec
from fsspec.implementations.local import LocalFileSystem

from viticast.lake.writers import STALE_SUFFIX, unfinished_path, writer_of

ABANDONED_AFTER_SECONDS = 24 * 3600
"""No writer takes a day for one file."""

NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK})
"""What file systems without hard links answer."""

logger = logging.getLogger(__name__)


class DamagedFileError(OSError):
    """A file is there, but it is not what a writer put there."""


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

    def write_once(self, name: str, content: bytes, is_whole: Callable[[bytes], bool] | None = None) -> bool:
        """Writes a file whose name says what is in it; of several writers the first one's file stays.

        Args:
            name: Name under the root.
            content: What to write.
            is_whole: Tells what a writer left from what was damaged since; a damaged file is replaced.

        Returns:
            True if this call wrote it.
        """
        if not self.exists(name) and self._create(name, content):
            return True
        if is_whole is None:
            return False
        existing = self.read(name)
        if existing == content or is_whole(existing):
            return False
        logger.warning("%s was damaged and is written anew", self.path(name))
        self._replace(name, content)
        return True

    def write_changed(self, name: str, content: bytes) -> bool:
        """Writes a file unless it already holds these bytes.

        Returns:
            True if this call wrote it.
        """
        if self.exists(name) and self.read(name) == content:
            return False
        self._replace(name, content)
        return True

    # An object store shows an object only when the whole of it has arrived; a local file needs a detour.

    def _create(self, name: str, content: bytes) -> bool:
        if self.is_local:
            return create_file(Path(self.path(name)), content)
        self.fs.pipe_file(self.path(name), content)
        return True

    def _replace(self, name: str, content: bytes) -> None:
        if self.is_local:
            replace_file(Path(self.path(name)), content)
        else:
            self.fs.pipe_file(self.path(name), content)


def create_file(target: Path, content: bytes) -> bool:
    """Puts a new file in place at once, unless another writer did.

    Returns:
        True if this call's file is the one that is there.
    """
    unfinished = _write_beside(target, content)
    try:
        # Unlike a rename, a link is refused where the name is taken.
        os.link(unfinished, target)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    _sync(target.parent)
    return True


def replace_file(target: Path, content: bytes) -> None:
    """Puts a file in place at once: readers see the old bytes or the new ones."""
    unfinished = _write_beside(target, content)
    try:
        put_in_place(unfinished, target)
    finally:
        unfinished.unlink(missing_ok=True)


def put_in_place(unfinished: Path, target: Path) -> None:
    """Gives a finished file its name, such that it holds its bytes even if the machine stops right after."""
    _sync(unfinished)
    unfinished.replace(target)
    _sync(target.parent)


def make_folder(folder: Path) -> None:
    """Makes a folder and those above it, and has the disk know them."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in missing:
        _sync(path.parent)


def sweep(root: str) -> list[str]:
    """Deletes what writers left unfinished: those of this host that ended, and any after a day.

    Returns:
        Paths of the files that are gone.
    """
    if not Storage(root).is_local:
        return []
    swept = [path for path in _unfinished(Path(Storage(root).root)) if _is_abandoned(path)]
    for path in swept:
        path.unlink(missing_ok=True)
    return [str(path) for path in swept]


def _unfinished(root: Path) -> Iterator[Path]:
    # Unlike a pattern, a walk survives files that come and go meanwhile.
    for folder, _, names in os.walk(root):
        yield from (Path(folder, name) for name in names if STALE_SUFFIX in name)


def _is_abandoned(path: Path) -> bool:
    writer = writer_of(path.name)
    if writer is not None and writer.is_dead:
        return True
    try:
        return time.time() - path.stat().st_mtime > ABANDONED_AFTER_SECONDS
    except FileNotFoundError:
        return False


def _write_beside(target: Path, content: bytes) -> Path:
    """Writes a file beside the target, because a name is given at once only within a file system."""
    make_folder(target.parent)
    unfinished = unfinished_path(target)
    try:
        with unfinished.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return unfinished


def _sync(path: Path) -> None:
    if os.name == "nt" and path.is_dir():
        # There, folders cannot be opened.
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
