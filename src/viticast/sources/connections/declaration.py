"""From the mapping of a YAML file to a connection, or to an error that names the key and what it may be."""

from collections.abc import Mapping
from typing import Any

from viticast.contracts.declared import DeclarationError, read_declared
from viticast.sources.connections.api import ApiConnection
from viticast.sources.connections.database import DatabaseConnection
from viticast.sources.connections.files import FilesConnection

Connection = ApiConnection | DatabaseConnection | FilesConnection


KINDS: Mapping[str, type[Connection]] = {
    "files": FilesConnection,
    "api": ApiConnection,
    "database": DatabaseConnection,
}


def read_connection(mapping: Mapping[str, Any], file: str = "the connection file") -> Connection:
    """Reads a connection file.

    Raises:
        DeclarationError: An entry is wrong.
    """
    if not isinstance(mapping, Mapping | None):
        raise DeclarationError(f"{file} is no mapping of names to entries. Remedy: begin it with kind: api, for one")
    # Keys that begin with an underscore hold texts that several entries share.
    declared = {key: value for key, value in (mapping or {}).items() if not str(key).startswith("_")}
    kind = str(declared.get("kind", ""))
    if kind not in KINDS:
        found = "no `kind`" if not kind else f"the kind {kind!r}"
        raise DeclarationError(f"{file} has {found}. Remedy: begin it with kind: files, kind: api or kind: database")
    return read_declared(KINDS[kind], declared, file)
