"""The lake's catalog as a Kedro dataset: saving registers tables, loading describes them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from kedro.io import AbstractDataset, DatasetError

if TYPE_CHECKING:
    from viticast.lake.catalog import LakeCatalog

CatalogRequest = dict[str, list[str]]
"""{"tables": names of the tables to register}"""
CatalogDescription = list[dict[str, Any]]
"""For each table: name, columns, partition_columns, partitions, rows"""


class LakeCatalogDataset(AbstractDataset[CatalogRequest, CatalogDescription]):
    """Makes tables of the lake queryable.

    Args:
        path: Folder of the lake.
        engine: `{type: duckdb, filepath: <file of views>}`.
        metadata: Ignored by Kedro; kedro-viz reads the layer here.
    """

    def __init__(self, *, path: str, engine: dict[str, Any], metadata: dict[str, Any] | None = None) -> None:
        self._path = path
        self._engine = engine
        self.metadata = metadata

    def save(self, data: CatalogRequest) -> None:
        """Registers the tables; those that are known already stay."""
        self._catalog().register(data["tables"])

    def load(self) -> CatalogDescription:
        """Describes every table that is registered."""
        return [asdict(table) for table in self._catalog().describe()]

    def _catalog(self) -> LakeCatalog:
        if self._engine.get("type") != "duckdb":
            raise DatasetError(f"catalog {self._engine.get('type')!r} is unknown; known: duckdb")
        # Thirty megabytes that a run of ingestion has no use for: Kedro makes every dataset of the catalog.
        from viticast.lake.catalog import DuckDBCatalog  # noqa: PLC0415

        return DuckDBCatalog(self._path, self._engine["filepath"])

    def _describe(self) -> dict[str, Any]:
        return {"path": self._path, "engine": self._engine}
