"""The lake's catalog as a Kedro dataset: saving registers partitions, loading describes tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from kedro.io import AbstractDataset, DatasetError

if TYPE_CHECKING:
    from viticast.lake.cataloged import LakeCatalog, Registration

CatalogRequest = Mapping[str, "Registration"]
"""{"tables": table -> its partitions of this run, each as partition column -> value; None for all of its files}"""
CatalogDescription = list[dict[str, Any]]
"""For each table what `lake.cataloged.CatalogedTable` says"""


class LakeCatalogDataset(AbstractDataset[CatalogRequest, CatalogDescription]):
    """Makes tables of the lake queryable.

    Args:
        path: Folder of the lake.
        engine: `{type: duckdb, filepath: <file of views>}`, or for Glue

            - `type: glue`
            - `mechanism`: `crawler` for tables that a crawler finds, `partitions` for those that a run names.
            - `database`: of the Glue Data Catalog.
            - `tables`: that this catalog answers for, and a crawler looks into; by default all of the lake.
            - `athena`: the engine that counts rows, as `viticast.datasets.lake_query` takes it.
            - `crawler`, `role`, `crawl_timeout_seconds` (1800): of the crawler.
        metadata: Ignored by Kedro; kedro-viz reads the layer here.
    """

    def __init__(self, *, path: str, engine: dict[str, Any], metadata: dict[str, Any] | None = None) -> None:
        self._path = path
        self._engine = engine
        self.metadata = metadata

    def save(self, data: CatalogRequest) -> None:
        """Registers the partitions; what is known already stays."""
        self._catalog().register(data["tables"])

    def load(self) -> CatalogDescription:
        """Describes the tables that are registered."""
        return [asdict(table) for table in self._catalog().describe()]

    def _catalog(self) -> LakeCatalog:
        # What an engine needs is loaded where it is asked: Kedro makes every dataset of the catalog, and a run of
        # ingestion has no use for thirty megabytes of DuckDB or of Amazon's SDK.
        match self._engine.get("type"):
            case "duckdb":
                from viticast.lake.catalog import DuckDBCatalog  # noqa: PLC0415

                return DuckDBCatalog(self._path, self._engine["filepath"])
            case "glue":
                return _glue_catalog(self._path, self._engine)
            case kind:
                raise DatasetError(f"catalog {kind!r} is unknown; known: duckdb, glue")

    def _describe(self) -> dict[str, Any]:
        return {"path": self._path, "engine": self._engine}


def _glue_catalog(path: str, settings: dict[str, Any]) -> LakeCatalog:
    from viticast.contracts.lake import LAKE_TABLES  # noqa: PLC0415
    from viticast.datasets.lake_query import make_engine  # noqa: PLC0415
    from viticast.lake.aws.crawler import Crawler, CrawlerOptions  # noqa: PLC0415
    from viticast.lake.aws.database import GlueDatabase  # noqa: PLC0415
    from viticast.lake.aws.glue import CrawledPartitions, GlueCatalog, Mechanism, NamedPartitions  # noqa: PLC0415

    database = GlueDatabase(settings["database"], path)
    tables = settings.get("tables", list(LAKE_TABLES))
    mechanism: Mechanism
    match settings.get("mechanism"):
        case "crawler":
            options = CrawlerOptions(
                name=settings["crawler"],
                database=database.name,
                role=settings["role"],
                lake=database.lake,
                targets=tuple(database.location(table) for table in tables),
                timeout_seconds=settings.get("crawl_timeout_seconds", CrawlerOptions.timeout_seconds),
            )
            mechanism = CrawledPartitions(database, Crawler(options))
        case "partitions":
            mechanism = NamedPartitions(database)
        case kind:
            raise DatasetError(f"mechanism {kind!r} of a catalog is unknown; known: crawler, partitions")
    # A row for each table: a page of an answer is there sooner than a file.
    engine = make_engine({**settings["athena"], "unload": False})
    return GlueCatalog(database, mechanism, engine, tables)
