"""Where the figures come from, as a Kedro dataset."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kedro.io import AbstractDataset, DatasetError

from viticast.contracts.columns import SOURCES
from viticast.sources import fetch
from viticast.sources.fetched import FetchedFile
from viticast.sources.tables import TableRegistry

CONNECTED = ("sample", "embrapa")
"""Sources whose files can be fetched."""


@dataclass(frozen=True)
class FigureSource:
    """A source that waits to be asked for its files.

    Attributes:
        name: sample, embrapa, api or database.
        url: A folder or an http address.
    """

    name: str
    url: str

    @property
    def is_synthetic(self) -> bool:
        """True for the generated sample, whose figures say nothing about Brazil."""
        return self.name == "sample"

    def fetch(self, tables: TableRegistry) -> tuple[FetchedFile, ...]:
        """The bytes of every table, of every vintage that the source holds."""
        return fetch(self.url, tables)


class SourceFilesDataset(AbstractDataset[None, FigureSource]):
    """Names the source of a run; a node asks it for the files.

    Args:
        source: sample, embrapa, api or database.
        url: A folder or an http address; the source's usual one without it.
        default_urls: Source -> its usual address.
        metadata: Ignored by Kedro; kedro-viz reads the layer here.
    """

    def __init__(
        self,
        *,
        source: str,
        default_urls: Mapping[str, str],
        url: str | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self._source = source
        self._url = url or default_urls.get(source)
        self.metadata = metadata

    def load(self) -> FigureSource:
        """The source and its address."""
        if self._source not in SOURCES:
            raise DatasetError(f"source '{self._source}' is unknown. Use one of: {', '.join(CONNECTED)}")
        if self._source not in CONNECTED:
            raise DatasetError(
                f"source '{self._source}' has no connector in this version. Use one of: {', '.join(CONNECTED)}; "
                "embrapa reads a folder of CSV files or an address that serves them"
            )
        if self._url is None:
            raise DatasetError(
                f"source '{self._source}' has no usual address. Give one: "
                f"kedro run --params source={self._source},source_url=<folder or address>"
            )
        return FigureSource(self._source, self._url)

    def save(self, data: None) -> None:
        """A source is only read."""
        raise DatasetError("a source of figures is only read")

    def _describe(self) -> dict[str, Any]:
        return {"source": self._source, "url": self._url}
