"""Where the figures come from and how they are read: bytes of any vintage of any table become tidy rows."""

from viticast.sources.batch import ReadFile, RefusedFile, check_and_read_all
from viticast.sources.dispatch import fetch
from viticast.sources.errors import SourceError, SourceErrors, TablesLeftOutError
from viticast.sources.fetched import Fetched, FetchedFile, NotFetched
from viticast.sources.reader import Reading, read_table
from viticast.sources.tables import TableRegistry, TableSpec
from viticast.sources.vintage import content_id, infer_published_at, observe

__all__ = [
    "Fetched",
    "FetchedFile",
    "NotFetched",
    "ReadFile",
    "Reading",
    "RefusedFile",
    "SourceError",
    "SourceErrors",
    "TableRegistry",
    "TableSpec",
    "TablesLeftOutError",
    "check_and_read_all",
    "content_id",
    "fetch",
    "infer_published_at",
    "observe",
    "read_table",
]
