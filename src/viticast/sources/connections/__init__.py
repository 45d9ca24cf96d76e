"""How a source is asked and understood: declared in YAML, so that another API or database needs no code."""

from viticast.sources.connections.api import ApiConnection, ApiTable
from viticast.sources.connections.database import DatabaseConnection, LongTable
from viticast.sources.connections.declaration import Connection, read_connection
from viticast.sources.connections.files import FILES, FilesConnection

__all__ = [
    "FILES",
    "ApiConnection",
    "ApiTable",
    "Connection",
    "DatabaseConnection",
    "FilesConnection",
    "LongTable",
    "read_connection",
]
