"""The catalog of the lake on AWS: the Glue Data Catalog, which Athena reads."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from viticast.contracts.lake import LAKE_TABLES
from viticast.lake.aws.crawler import Crawler
from viticast.lake.aws.database import GlueDatabase, GlueTable
from viticast.lake.cataloged import CatalogedTable, Partition, Registration
from viticast.lake.conformity import require_conformity
from viticast.lake.errors import CrawlFailedError
from viticast.lake.query import QueryEngine

logger = logging.getLogger(__name__)


class Mechanism(Protocol):
    """How partitions become known to Glue."""

    def register(self, tables: Registration) -> None:
        """Makes these partitions known."""
        ...


class CrawledPartitions:
    """Tables and partitions as a crawler finds them.

    Args:
        database: Where they are looked up.
        crawler: What finds them.
    """

    def __init__(self, database: GlueDatabase, crawler: Crawler) -> None:
        self.database = database
        self.crawler = crawler

    def register(self, tables: Registration) -> None:
        """Crawls until every partition is known: new folders first, then all of them.

        A crawl of new folders makes no table, and finds nothing that an earlier one was stopped at.

        Raises:
            CatalogMismatchError: A table of the name is of other files, or the crawler of the name is somebody else's.
            CrawlFailedError: A crawl failed, or left partitions out.
            ServiceError: Glue refuses something.
        """
        self.database.ensure()
        # Beside a table of other files the crawler would make one of another name.
        self.database.tables(list(tables))
        self.crawler.crawl()
        missing = self._missing(tables)
        if missing:
            logger.warning("not found among the new folders, looking into all: %s", "; ".join(missing))
            self.crawler.crawl(everything=True)
            missing = self._missing(tables)
        if missing:
            raise CrawlFailedError(
                f"the crawler {self.crawler.options.name} left out {'; '.join(missing)}. Its log says why: "
                "aws logs tail /aws-glue/crawlers. Files that are not as the others of their table are left out"
            )

    def _missing(self, tables: Registration) -> list[str]:
        known = self.database.tables(list(tables))
        out = [f"the table {name}" for name in tables if name not in known]
        for name in known:
            partitions = self.database.missing_partitions(name, tables[name] or [])
            out += [f"{name} {dict(partition)}" for partition in partitions]
        return out


class NamedPartitions:
    """Tables as their contracts say, and only the partitions that are named: those of a run that came to its end.

    Args:
        database: Where they are made known.
    """

    def __init__(self, database: GlueDatabase) -> None:
        self.database = database

    def register(self, tables: Registration) -> None:
        """Makes the tables that are missing, then the partitions.

        Raises:
            ValueError: The partitions of a table are not named.
            CatalogMismatchError: A table is of other files, or not as its contract says.
            ServiceError: Glue refuses something.
        """
        named = {name: _require_named(name, partitions) for name, partitions in tables.items()}
        self.database.ensure()
        known = self.database.tables(list(tables))
        require_conformity([_outline(table, self.database) for table in known.values()])
        for name, partitions in named.items():
            if name not in known:
                self.database.create_table(name)
            new = self.database.add_partitions(name, partitions)
            logger.info("Glue: %s.%s: %d new partitions of %d", self.database.name, name, new, len(partitions))


class GlueCatalog:
    """The tables of one lake in a database of Glue.

    Args:
        database: The database.
        mechanism: How partitions become known.
        engine: What counts rows.
        tables: The tables that this catalog answers for.
    """

    def __init__(
        self, database: GlueDatabase, mechanism: Mechanism, engine: QueryEngine, tables: Sequence[str]
    ) -> None:
        self.database = database
        self.mechanism = mechanism
        self.engine = engine
        self.tables = tuple(tables)
        if unknown := sorted(set(self.tables) - set(LAKE_TABLES)):
            raise ValueError(f"the lake has no tables {unknown}; it has {sorted(LAKE_TABLES)}")

    def register(self, tables: Registration) -> None:
        """Makes these partitions queryable, beside those that are already.

        Raises:
            ValueError: A table is none that this catalog answers for.
            CatalogMismatchError: Glue has another table of the name.
            ServiceError: Glue refuses something, or a crawl did not succeed.
        """
        if foreign := sorted(set(tables) - set(self.tables)):
            raise ValueError(f"the catalog answers for {sorted(self.tables)}, not for {foreign}")
        self.mechanism.register(tables)

    def describe(self) -> list[CatalogedTable]:
        """Those of the catalog's tables that Glue knows, by name.

        Raises:
            CatalogMismatchError: A table of that name is of other files, or not as its contract says.
            ServiceError: Glue or Athena refuses something.
        """
        known = self.database.tables(self.tables)
        outlines = [_outline(known[name], self.database) for name in sorted(known)]
        # Before anything is asked of a table that Athena might read wrongly, or not at all.
        require_conformity(outlines)
        rows = self._count_rows([outline["name"] for outline in outlines])
        return [
            CatalogedTable(
                **outline,
                partitions=self.database.count_partitions(outline["name"]),
                rows=rows[outline["name"]],
            )
            for outline in outlines
        ]

    def _count_rows(self, names: Sequence[str]) -> dict[str, int]:
        if not names:
            return {}
        # Names of contracts, not text of somebody's.
        counts = (f"SELECT '{name}' AS table_name, count(*) AS row_count FROM {name}" for name in names)  # noqa: S608
        frame = self.engine.query(" UNION ALL ".join(counts), {}).frame
        return {str(name): int(count) for name, count in zip(frame["table_name"], frame["row_count"], strict=True)}


def _outline(table: GlueTable, database: GlueDatabase) -> dict[str, Any]:
    """What Glue says of a table itself."""
    keys = table.get("PartitionKeys", [])
    columns: Sequence[Mapping[str, str]] = [*table["StorageDescriptor"].get("Columns", []), *keys]
    return {
        "name": table["Name"],
        "columns": {column["Name"]: column["Type"] for column in columns},
        "partition_columns": tuple(column["Name"] for column in keys),
        "remedy": database.remedy(table["Name"]),
    }


def _require_named(name: str, partitions: Sequence[Partition] | None) -> Sequence[Partition]:
    if partitions is None:
        raise ValueError(f"{name}: its partitions must be named; only a crawler finds them")
    return partitions
