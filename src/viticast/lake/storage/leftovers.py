"""What writers that were stopped left in a folder."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from viticast.lake.storage.local import LocalStorage
from viticast.lake.storage.opening import is_local
from viticast.lake.writers import STALE_SUFFIX, writer_of

ABANDONED_AFTER_SECONDS = 24 * 3600
"""No writer takes a day for one file."""


def sweep(root: str) -> list[str]:
    """Deletes what writers left unfinished: those of this host that ended, and any after a day.

    Returns:
        Paths of the files that are gone.
    """
    # An object store has no unfinished files.
    if not is_local(root):
        return []
    swept = [path for path in _unfinished(Path(LocalStorage(root).root)) if _is_abandoned(path)]
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
