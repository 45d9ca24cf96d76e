"""Where the figures come from, as a Kedro dataset."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from kedro.io import AbstractDataset, DatasetError

from viticast.contracts.columns import SOURCES
from viticast.contracts.declared import DeclarationError, read_declared
from viticast.sources import fetch
from viticast.sources.addresses import require_no_secret
from viticast.sources.connections import Connection, read_connection
from viticast.sources.credentials import Credentials
from viticast.sources.delivery import Origin
from viticast.sources.fetched import Fetched
from viticast.sources.tables import TableRegistry

KINDS = {"sample": "files", "embrapa": "files", "api": "api", "database": "database"}
"""Source -> kind of its connection file."""

ADDRESSES = {
    "sample": "<folder>",
    "embrapa": "<folder or http address>",
    "api": "<http address>",
    "database": "<SQLAlchemy URL, e.g. sqlite:///figures.db>",
}


@dataclass(frozen=True)
class FigureSource:
    """A source that waits to be asked for its figures.

    Attributes:
        name: sample, embrapa, api or database.
        url: A folder, an http address or a SQLAlchemy URL, without secrets.
        connection_file: The YAML file that says how the source is asked and understood.
        credentials: Its secrets.
        given: Other run parameters that choose the source, as they were given.
    """

    name: str
    url: str
    connection_file: str
    credentials: Credentials = field(default_factory=Credentials, repr=False)
    given: tuple[tuple[str, str], ...] = ()

    @cached_property
    def connection(self) -> Connection:
        """How the source is asked and understood.

        Raises:
            DeclarationError: The file is not there, is no YAML, has a wrong entry or is for another kind of source.
        """
        connection = read_connection(_parsed(self.connection_file), self.connection_file)
        if connection.kind != KINDS[self.name]:
            raise DeclarationError(
                f"{self.connection_file} is for a source of the kind {connection.kind}, not {KINDS[self.name]} as the "
                f"source {self.name} is. Remedy: give another file: --params connection=<file>"
            )
        return connection

    @property
    def is_synthetic(self) -> bool:
        """True for figures that say nothing about Brazil: the generated sample, and what a connection declares so."""
        connection = self.connection
        return self.name == "sample" or (connection.kind != "files" and connection.is_synthetic)

    @property
    def origin(self) -> Origin:
        """Where its figures come from, and how they are understood."""
        return Origin(self.name, self.url, self.is_synthetic, self.connection, self.given)

    def fetch(self, tables: TableRegistry) -> tuple[Fetched, ...]:
        """The bytes of every table, of every vintage that the source holds; or why there are none."""
        return fetch(self.url, tables, self.connection, self.credentials)


class FigureSourceDataset(AbstractDataset[None, FigureSource]):
    """Names the source of a run; a node asks it for the figures.

    Args:
        source: sample, embrapa, api or database.
        url: A folder, an http address or a SQLAlchemy URL; the source's usual one without it.
        default_urls: Source -> its usual address, null for none.
        connection: The YAML file that says how the source is asked and understood.
        credentials: As `sources.credentials.Credentials`; what is null or empty is not given.
        given: Other run parameters that choose the source -> their value, null where they were not given.
        metadata: Ignored by Kedro; kedro-viz reads the layer here.
    """

    def __init__(
        self,
        *,
        source: str,
        default_urls: Mapping[str, str | None],
        connection: str,
        url: str | None = None,
        credentials: Mapping[str, str | None] | None = None,
        given: Mapping[str, str | None] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self._source = source
        self._url = url or default_urls.get(source)
        self._connection = connection
        self._credentials = {name: value for name, value in (credentials or {}).items() if value}
        self._given = tuple((name, value) for name, value in (given or {}).items() if value)
        self.metadata = metadata

    def load(self) -> FigureSource:
        """The source and its address.

        Raises:
            CredentialsError: The address has a secret in it: whoever loads the source may show its address.
        """
        if self._source not in SOURCES:
            raise DatasetError(f"source '{self._source}' is unknown. Use one of: {', '.join(SOURCES)}")
        if self._url is None:
            raise DatasetError(
                f"source '{self._source}' has no usual address. Give one: "
                f'kedro run --params "source={self._source},source_url={ADDRESSES[self._source]}"'
            )
        require_no_secret(str(self._url))
        credentials = read_declared(Credentials, self._credentials, "the credentials of figure_source")
        return FigureSource(self._source, str(self._url), self._connection, credentials, self._given)

    def save(self, data: None) -> None:
        """A source is only read."""
        raise DatasetError("a source of figures is only read")

    def _describe(self) -> dict[str, Any]:
        return {"source": self._source, "connection": self._connection}


def _parsed(file: str) -> Any:  # noqa: ANN401 - whatever the YAML holds
    try:
        return yaml.safe_load(Path(file).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise DeclarationError(
            f"the connection file {file} cannot be read: {error}. Remedy: name one with --params connection=<file>; "
            "conf/base/connections has the ones to begin with"
        ) from error
    except yaml.YAMLError as error:
        raise DeclarationError(f"{file} is no YAML: {error}. Remedy: correct the file") from error
