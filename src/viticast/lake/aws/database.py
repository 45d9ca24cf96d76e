"""A database of the Glue Data Catalog, of which only the tables of one lake are read and written."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from viticast.contracts.lake import LAKE_TABLES, LakeTableContract
from viticast.lake.aws.clients import client
from viticast.lake.aws.failures import AGAIN, error_code, naming_errors
from viticast.lake.aws.waiting import NOT_FOUND, once_settled
from viticast.lake.cataloged import Partition
from viticast.lake.conformity import GLUE_TYPES, CatalogMismatchError
from viticast.lake.errors import ServiceError
from viticast.lake.partitions import partition_path

logger = logging.getLogger(__name__)

EXISTS = "AlreadyExistsException"
CREATED_AT_ONCE = 100
READ_AT_ONCE = 1000
"""Partitions of one request, as many as Glue takes."""

_PARQUET: Mapping[str, Any] = {
    "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    "SerdeInfo": {
        "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
        "Parameters": {"serialization.format": "1"},
    },
    "Compressed": False,
    "NumberOfBuckets": -1,
    "BucketColumns": [],
    "SortColumns": [],
    "StoredAsSubDirectories": False,
}
"""What Glue's own crawler writes of a folder of Parquet files."""

GlueTable = Mapping[str, Any]
"""A table as Glue describes it."""


class GlueDatabase:
    """The tables of one lake in Glue; what else the database has is left alone.

    Args:
        name: Name of the database.
        lake: Address of the lake, `s3://bucket/folder`.
    """

    def __init__(self, name: str, lake: str) -> None:
        self.name = name
        self.lake = lake.rstrip("/")

    def location(self, table: str) -> str:
        """Address of a table's folder."""
        return f"{self.lake}/{table}/"

    def remedy(self, table: str) -> str:
        """What makes a table of Glue anew."""
        return (
            f"Delete it (aws glue delete-table --database-name {self.name} --name {table}; no file is deleted) and run "
            f"again; partitions of earlier runs come back by MSCK REPAIR TABLE {table} in Athena"
        )

    def ensure(self) -> None:
        """Makes the database if it is not there.

        Raises:
            ServiceError: It cannot be looked at or made.
        """
        with naming_errors("glue", f"make the database {self.name}"):
            glue = client("glue")
            try:
                glue.get_database(Name=self.name)
            except ClientError as error:
                if error_code(error) != NOT_FOUND:
                    raise
            else:
                return
            # Neither permissions nor a location: those are what the account's settings say, Lake Formation's included.
            wanted = {"Name": self.name, "Description": f"The lake of viticast under {self.lake}"}
            _unless_there(lambda: glue.create_database(DatabaseInput=wanted))
            logger.info("Glue: made the database %s", self.name)

    def tables(self, names: Sequence[str]) -> dict[str, GlueTable]:
        """Those of the tables that Glue knows, by name.

        Raises:
            CatalogMismatchError: A table of that name is of other files.
            ServiceError: Glue cannot be asked.
        """
        with naming_errors("glue", f"list the tables of {self.name}"):
            found = {table["Name"]: table for table in self._all_tables() if table["Name"] in names}
        for name, table in found.items():
            location = str(table.get("StorageDescriptor", {}).get("Location", ""))
            if location.rstrip("/") != self.location(name).rstrip("/"):
                raise CatalogMismatchError(
                    f"{self.name}.{name} is a table of {location or 'no files'}, not of {self.location(name)}. Set "
                    f"VITICAST_AWS_DATABASE to another database, or take that table away: {self.remedy(name)}"
                )
        return found

    def create_table(self, name: str) -> None:
        """Makes a table as its contract says; one that was made meanwhile stays.

        Raises:
            ServiceError: It cannot be made.
        """
        contract = LAKE_TABLES[name]
        wanted = {
            "Name": name,
            "Description": " ".join((contract.model.__doc__ or "").split("\n")[0].split()),
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {"classification": "parquet", "typeOfData": "file", "compressionType": "none"},
            "PartitionKeys": [{"Name": column, "Type": "string"} for column in contract.partition_by],
            "StorageDescriptor": self._storage(contract, self.location(name)),
        }
        glue = client("glue")
        with naming_errors("glue", f"make the table {self.name}.{name}"):
            _unless_there(lambda: once_settled(lambda: glue.create_table(DatabaseName=self.name, TableInput=wanted)))
        logger.info("Glue: made the table %s.%s", self.name, name)

    def add_partitions(self, name: str, partitions: Sequence[Partition]) -> int:
        """Makes partitions known; those that are known stay as they are.

        Returns:
            How many are new.

        Raises:
            ServiceError: One cannot be made known.
        """
        contract = LAKE_TABLES[name]
        refused: list[Mapping[str, Any]] = []
        for several in _batches(partitions, CREATED_AT_ONCE):
            inputs = [self._partition(name, contract, values) for values in several]
            refused += self._create_partitions(name, inputs)
        if others := [one for one in refused if one["ErrorDetail"].get("ErrorCode") != EXISTS]:
            detail = others[0]["ErrorDetail"]
            raise ServiceError(
                f"Glue could not make {len(others)} partitions of {self.name}.{name} known, first "
                f"{others[0]['PartitionValues']}: {detail.get('ErrorCode')}: {detail.get('ErrorMessage')}. {AGAIN}"
            )
        return len(partitions) - len(refused)

    def missing_partitions(self, name: str, partitions: Sequence[Partition]) -> list[Partition]:
        """Those of the partitions that Glue does not know.

        Raises:
            ServiceError: Glue cannot be asked.
        """
        contract = LAKE_TABLES[name]
        known: set[tuple[str, ...]] = set()
        with naming_errors("glue", f"look up partitions of {self.name}.{name}"):
            for several in _batches(partitions, READ_AT_ONCE):
                known |= set(self._known(name, [_values(contract, partition) for partition in several]))
        return [partition for partition in partitions if _values(contract, partition) not in known]

    def count_partitions(self, name: str) -> int:
        """How many partitions of a table Glue knows.

        Raises:
            ServiceError: Glue cannot be asked.
        """
        with naming_errors("glue", f"list the partitions of {self.name}.{name}"):
            pages = (
                client("glue")
                .get_paginator("get_partitions")
                .paginate(DatabaseName=self.name, TableName=name, ExcludeColumnSchema=True)
            )
            return sum(len(page["Partitions"]) for page in pages)

    def _all_tables(self) -> Iterator[GlueTable]:
        pages = client("glue").get_paginator("get_tables").paginate(DatabaseName=self.name)
        try:
            for page in pages:
                yield from page["TableList"]
        except ClientError as error:
            if error_code(error) != NOT_FOUND:
                raise

    def _known(self, name: str, wanted: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
        left = [{"Values": list(values)} for values in wanted]
        # Glue may leave some of a request undone and name them; those that are not there it names never or always.
        while left:
            answer = client("glue").batch_get_partition(DatabaseName=self.name, TableName=name, PartitionsToGet=left)
            yield from (tuple(found["Values"]) for found in answer["Partitions"])
            undone = answer.get("UnprocessedKeys", [])
            left = undone if len(undone) < len(left) else []

    def _create_partitions(self, name: str, inputs: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        glue = client("glue")
        with naming_errors("glue", f"make partitions of {self.name}.{name} known"):
            answer = once_settled(
                lambda: glue.batch_create_partition(
                    DatabaseName=self.name, TableName=name, PartitionInputList=list(inputs)
                )
            )
        return list(answer.get("Errors", []))

    def _partition(self, name: str, contract: LakeTableContract, values: Partition) -> Mapping[str, Any]:
        named = list(_values(contract, values))
        location = f"{self.location(name)}{partition_path(contract.partition_by, values)}/"
        return {"Values": named, "StorageDescriptor": self._storage(contract, location)}

    def _storage(self, contract: LakeTableContract, location: str) -> Mapping[str, Any]:
        return {**_PARQUET, "Columns": _columns(contract), "Location": location}


def _columns(contract: LakeTableContract) -> list[dict[str, str]]:
    """The columns that are in the files, with Glue's types."""
    schema = contract.model.to_schema().columns
    return [
        {"Name": name, "Type": GLUE_TYPES[str(column.dtype)]}
        for name, column in schema.items()
        if name not in contract.partition_by
    ]


def _values(contract: LakeTableContract, partition: Partition) -> tuple[str, ...]:
    if sorted(partition) != sorted(contract.partition_by):
        raise ValueError(f"a partition is named by {sorted(contract.partition_by)}, not by {sorted(partition)}")
    return tuple(partition[column] for column in contract.partition_by)


def _batches(partitions: Sequence[Partition], size: int) -> Iterator[Sequence[Partition]]:
    return (partitions[start : start + size] for start in range(0, len(partitions), size))


def _unless_there(make: Callable[[], object]) -> None:
    """Makes something, unless another run has made it meanwhile."""
    try:
        make()
    except ClientError as error:
        if error_code(error) != EXISTS:
            raise
