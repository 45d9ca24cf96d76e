"""Files of the lake, wherever they are: whole or not there, never half-written."""

from viticast.lake.storage.base import DamagedFileError, Storage
from viticast.lake.storage.files import create_file, make_folder, put_in_place, replace_file
from viticast.lake.storage.leftovers import ABANDONED_AFTER_SECONDS, sweep
from viticast.lake.storage.local import LocalStorage
from viticast.lake.storage.opening import is_local, open_file, open_storage

__all__ = [
    "ABANDONED_AFTER_SECONDS",
    "DamagedFileError",
    "LocalStorage",
    "Storage",
    "create_file",
    "is_local",
    "make_folder",
    "open_file",
    "open_storage",
    "put_in_place",
    "replace_file",
    "sweep",
]
