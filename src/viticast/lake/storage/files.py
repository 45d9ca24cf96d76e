"""Local files that have their name only once they are whole and on the disk."""

import errno
import os
from pathlib import Path

from viticast.lake.writers import unfinished_path

NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK})
"""What file systems without hard links answer."""


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
