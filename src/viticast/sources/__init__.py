"""Where the figures come from and how they are read: bytes of any vintage of any table become tidy rows."""

from viticast.sources.batch import ReadFile, check_and_read_all
from viticast.sources.dispatch import fetch
from viticast.sources.errors import SourceError, SourceErrors
from viticast.sources.fetched import FetchedFile
from viticast.sources.reader import Reading, read_table
from viticast.sources.tables import TableRegistry, TableSpec

__all__ = [
    "FetchedFile",
    "ReadFile",
    "Reading",
    "SourceError",
    "SourceErrors",
    "TableRegistry",
    "TableSpec",
    "check_and_read_all",
    "fetch",
    "read_table",
]
