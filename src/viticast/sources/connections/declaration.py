"""From the mapping of a YAML file to a connection, or to an error that names the key and what it may be."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from viticast.contracts.declared import DeclarationError, read_declared
from viticast.sources.connections.api import ApiConnection
from viticast.sources.connections.database import DatabaseConnection
from viticast.sources.connections.files import FilesConnection
from viticast.sources.connections.strict import Declared

Connection = ApiConnection | DatabaseConnection | FilesConnection


class _ConnectionFile(Declared):
    connection: Annotated[Connection, Field(discriminator="kind")]


def read_connection(mapping: Mapping[str, Any], file: str = "the connection file") -> Connection:
    """Reads a connection file.

    Raises:
        DeclarationError: An entry is wrong.
    """
    # Keys that begin with an underscore hold texts that several entries share.
    declared = {key: value for key, value in (mapping or {}).items() if not str(key).startswith("_")}
    if "kind" not in declared:
        raise DeclarationError(f"{file} has no `kind`. Remedy: begin it with kind: files, kind: api or kind: database")
    return read_declared(_ConnectionFile, {"connection": declared}, file).connection
