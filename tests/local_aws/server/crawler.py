"""A Glue crawler that reads the Parquet files of its targets and writes tables and partitions into the catalog.

It groups files more simply than AWS does: one table for each folder whose subfolders are `key=value`.
"""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
from ministack.services import glue
from tests.local_aws.server.hive_types import hive_of_arrow, widen
from tests.local_aws.server.objects import as_folder, list_keys, local_copy, parquet_metadata, split_address

log = logging.getLogger(__name__)

PARQUET = {
    "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    "SerdeInfo": {
        "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
        "Parameters": {"serialization.format": "1"},
    },
}
PARTITIONS_A_BATCH = 100
Columns = dict[str, str]


@dataclass
class FoundTable:
    """A folder of Parquet files.

    Attributes:
        bucket: of the files.
        folder: key of the table's folder, with a slash at its end.
        keys: names of the partition columns.
        columns: name -> type, of all files that were read, without the partition columns.
        partitions: values -> (folder, columns of that folder).
        rows: of the files that were read.
    """

    bucket: str
    folder: str
    keys: list[str] = field(default_factory=list)
    columns: Columns = field(default_factory=dict)
    partitions: dict[tuple[str, ...], tuple[str, Columns]] = field(default_factory=dict)
    rows: int = 0

    @property
    def name(self) -> str:
        """Name of the folder as the catalog can hold it."""
        base = self.folder.rstrip("/").rpartition("/")[2] or self.bucket
        return re.sub(r"[^a-z0-9_]", "_", base.lower())

    def add(self, folder: str, schema: pa.Schema, rows: int) -> None:
        """Takes down one file."""
        pairs = [part.partition("=") for part in folder[len(self.folder) :].rstrip("/").split("/") if part]
        self.keys = [name.lower() for name, _, _ in pairs]
        columns = {column.name.lower(): hive_of_arrow(column.type) for column in schema}
        columns = {name: kind for name, kind in columns.items() if name not in self.keys}
        for name, kind in columns.items():
            self.columns[name] = widen(self.columns.get(name, kind), kind)
        if pairs:
            self.partitions.setdefault(tuple(unquote(value) for _, _, value in pairs), (folder, columns))
        self.rows += rows


@dataclass
class Crawled:
    """What a crawl did, as the crawler's metrics tell it."""

    created: int = 0
    updated: int = 0
    folders: set[str] = field(default_factory=set)


def crawl(crawler: Mapping[str, Any], known: set[str]) -> Crawled:
    """Reads the targets and writes the catalog.

    Args:
        crawler: as GetCrawler gives it.
        known: folders that earlier crawls read; those are left alone if the crawler reads new folders only.

    Returns:
        What was done, and all folders that are known now.
    """
    if crawler["DatabaseName"] not in glue._databases:
        glue._create_database({"DatabaseInput": {"Name": crawler["DatabaseName"]}})
    new_only = crawler["RecrawlPolicy"].get("RecrawlBehavior") == "CRAWL_NEW_FOLDERS_ONLY"
    done = Crawled(folders=set(known))
    for target in crawler["Targets"].get("S3Targets", []):
        for table in find_tables(target["Path"], known if new_only else set(), done.folders):
            _catalog(crawler, table, done)
    return done


def find_tables(address: str, known: set[str], seen: set[str]) -> Iterator[FoundTable]:
    """The tables under an address, from the files of folders that are not known; adds all folders to those seen."""
    bucket, prefix = split_address(as_folder(address))
    tables: dict[str, FoundTable] = {}
    for key in list_keys(bucket, prefix):
        folder = key[: key.rfind("/") + 1]
        if f"{bucket}/{folder}" in known:
            continue
        seen.add(f"{bucket}/{folder}")
        root = prefix + _table_folder(folder[len(prefix) :])
        try:
            schema, rows = parquet_metadata(local_copy(bucket, key))
        except pa.ArrowInvalid:
            log.warning("s3://%s/%s is no Parquet file: left out", bucket, key)
            continue
        tables.setdefault(root, FoundTable(bucket, root)).add(folder, schema, rows)
    yield from tables.values()


def _table_folder(relative: str) -> str:
    """The part of a folder's path before its first `key=value`."""
    parts = relative.split("/")
    first = next((place for place, part in enumerate(parts) if "=" in part), len(parts) - 1)
    return "".join(f"{part}/" for part in parts[:first])


def _catalog(crawler: Mapping[str, Any], found: FoundTable, done: Crawled) -> None:
    """Writes one table and its new partitions."""
    database, name = crawler["DatabaseName"], crawler["TablePrefix"] + found.name
    present = glue._tables.get(f"{database}/{name}")
    if present is None:
        glue._create_table({"DatabaseName": database, "TableInput": _table_input(crawler, name, found)})
        done.created += 1
    elif crawler["SchemaChangePolicy"].get("UpdateBehavior", "UPDATE_IN_DATABASE") == "UPDATE_IN_DATABASE":
        columns = {column["Name"]: column["Type"] for column in present["StorageDescriptor"]["Columns"]}
        if not found.columns.items() <= columns.items():
            found.columns = columns | found.columns
            glue._update_table({"DatabaseName": database, "TableInput": _table_input(crawler, name, found)})
            done.updated += 1
    _catalog_partitions(crawler, glue._tables[f"{database}/{name}"], found)


def _catalog_partitions(crawler: Mapping[str, Any], table: Mapping[str, Any], found: FoundTable) -> None:
    output = json.loads(crawler["Configuration"] or "{}").get("CrawlerOutput", {})
    inherits = output.get("Partitions", {}).get("AddOrUpdateBehavior") == "InheritFromTable"
    storage = table["StorageDescriptor"]
    partitions = [
        {
            "Values": list(values),
            "Parameters": dict(table["Parameters"]),
            "StorageDescriptor": storage
            | {"Location": f"s3://{found.bucket}/{folder}"}
            | ({} if inherits else {"Columns": _as_columns(columns)}),
        }
        for values, (folder, columns) in found.partitions.items()
    ]
    request = {"DatabaseName": table["DatabaseName"], "TableName": table["Name"]}
    for start in range(0, len(partitions), PARTITIONS_A_BATCH):
        # The answer names those that are there already; they stay as they are.
        glue._batch_create_partition(request | {"PartitionInputList": partitions[start : start + PARTITIONS_A_BATCH]})


def _table_input(crawler: Mapping[str, Any], name: str, found: FoundTable) -> dict[str, Any]:
    return {
        "Name": name,
        "Owner": "owner",
        "TableType": "EXTERNAL_TABLE",
        "PartitionKeys": [{"Name": key, "Type": "string"} for key in found.keys],
        "Parameters": {
            "classification": "parquet",
            "typeOfData": "file",
            "compressionType": "none",
            "recordCount": str(found.rows),
            "UPDATED_BY_CRAWLER": crawler["Name"],
            "CrawlerSchemaSerializerVersion": "1.0",
            "CrawlerSchemaDeserializerVersion": "1.0",
        },
        "StorageDescriptor": PARQUET
        | {
            "Columns": _as_columns(found.columns),
            "Location": f"s3://{found.bucket}/{found.folder}",
            "Compressed": False,
            "NumberOfBuckets": -1,
            "BucketColumns": [],
            "SortColumns": [],
            "StoredAsSubDirectories": False,
        },
    }


def _as_columns(columns: Columns) -> list[dict[str, str]]:
    return [{"Name": name, "Type": kind} for name, kind in columns.items()]
