"""A lake in the local AWS with one row in each partition, and what Glue and Athena know of it."""

from typing import Any

import pandas as pd
from tests.local_aws.account import AwsAccount

from viticast.contracts.lake import LAKE_TABLES
from viticast.lake.aws.athena import AthenaEngine, AthenaOptions
from viticast.lake.aws.crawler import Crawler, CrawlerOptions
from viticast.lake.aws.database import GlueDatabase
from viticast.lake.aws.glue import CrawledPartitions, GlueCatalog, NamedPartitions
from viticast.lake.table import LakeTable

DATABASE = "viticast_sample"
CRAWLER = "viticast-sample"
ROLE = "arn:aws:iam::000000000000:role/crawler"

VALUES = {"string[pyarrow]": "a", "int64": 1, "float64": 0.5, "bool": True}
MOMENT = pd.Timestamp("2024-05-06 07:08:09.123456")


def lake(aws: AwsAccount) -> str:
    """Address of the lake."""
    return f"s3://{aws.bucket}/viticast/sample/02_lake"


def rows(table: str, **partition: str) -> pd.DataFrame:
    """One row as the table's contract has it, in this partition."""
    schema = LAKE_TABLES[table].model.to_schema().columns
    frame = pd.DataFrame({name: [VALUES.get(str(column.dtype), MOMENT)] for name, column in schema.items()})
    moments = [name for name, column in schema.items() if str(column.dtype).startswith("datetime")]
    return frame.astype(dict.fromkeys(moments, "datetime64[us]")).assign(**partition)


def write(aws: AwsAccount, table: str, **partition: str) -> dict[str, str]:
    """Writes one partition, as a run does; gives it back."""
    LakeTable(lake(aws), table, LAKE_TABLES[table].partition_by, "changed").write(rows(table, **partition))
    return partition


def engine() -> AthenaEngine:
    """Athena on the lake's database."""
    return AthenaEngine(
        AthenaOptions(database=DATABASE, work_group="primary", staging="s3://viticast-test/viticast-athena")
    )


def crawler(aws: AwsAccount, *tables: str, **more: Any) -> Crawler:
    """A crawler of these tables."""
    targets = tuple(f"{lake(aws)}/{table}/" for table in tables)
    return Crawler(CrawlerOptions(CRAWLER, DATABASE, ROLE, lake(aws), targets, **more))


def crawled(aws: AwsAccount, *tables: str, **more: Any) -> GlueCatalog:
    """A catalog whose partitions a crawler finds."""
    database = GlueDatabase(DATABASE, lake(aws))
    return GlueCatalog(database, CrawledPartitions(database, crawler(aws, *tables, **more)), engine(), tables)


def named(aws: AwsAccount, *tables: str) -> GlueCatalog:
    """A catalog whose partitions are named."""
    database = GlueDatabase(DATABASE, lake(aws))
    return GlueCatalog(database, NamedPartitions(database), engine(), tables)


def settings(aws: AwsAccount) -> dict[str, Any]:
    """The crawler as Glue has it."""
    found: dict[str, Any] = aws.client("glue").get_crawler(Name=CRAWLER)["Crawler"]
    return found


def locations(aws: AwsAccount, table: str) -> dict[tuple[str, ...], str]:
    """Values -> location of the partitions that Glue knows."""
    found = aws.client("glue").get_partitions(DatabaseName=DATABASE, TableName=table)["Partitions"]
    return {tuple(one["Values"]): one["StorageDescriptor"]["Location"] for one in found}
