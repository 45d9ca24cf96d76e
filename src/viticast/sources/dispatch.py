"""One door to all figures that come as files: an address on the web or a folder."""

import re

from viticast.sources.errors import MissingFolderError
from viticast.sources.fetched import FetchedFile
from viticast.sources.files import fetch_folder
from viticast.sources.http import fetch_http
from viticast.sources.tables import TableRegistry

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+)://", re.IGNORECASE)


def fetch(url: str, registry: TableRegistry) -> tuple[FetchedFile, ...]:
    """Fetch the bytes of all tables from `url`: `http(s)://…` or a folder.

    Raises:
        SourceError: The one thing that is wrong, or `SourceErrors` with all that is.
    """
    scheme = _SCHEME.match(url)
    if scheme is None:
        return fetch_folder(url, registry)
    if scheme[1].lower() in {"http", "https"}:
        return fetch_http(url, registry)
    raise MissingFolderError(
        f"{scheme[1]}:// is neither a folder nor an address that can be fetched",
        remedy="give a folder, or an address that starts with http:// or https://",
        value=scheme[0],
    )
