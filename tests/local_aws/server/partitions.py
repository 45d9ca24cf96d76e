"""Partitions of the Glue catalog: expressions, pages and limits, which ministack does not know."""

from collections.abc import Sequence
from typing import Any

import duckdb
from ministack.services import glue
from tests.local_aws.server.crawls import Request, Response, answer, error
from tests.local_aws.server.hive_types import duckdb_of_hive

TABLES_A_PAGE = 100
PARTITIONS_A_PAGE = 1000
PARTITIONS_A_BATCH = 100

_batch_create_partition = glue._batch_create_partition
_create_partition = glue._create_partition


def get_tables(data: Request) -> Response:
    """GetTables, page by page."""
    if data["DatabaseName"] not in glue._databases:
        return error("EntityNotFoundException", f"Database {data['DatabaseName']} not found.")
    tables = [table for key, table in glue._tables.items() if key.startswith(f"{data['DatabaseName']}/")]
    tables.sort(key=lambda table: str(table["Name"]))
    return _page("TableList", tables, data, TABLES_A_PAGE)


def get_partitions(data: Request) -> Response:
    """GetPartitions, page by page, of those that fulfil an expression."""
    table = glue._tables.get(_key(data))
    if table is None:
        return _missing(data)
    partitions = glue._partitions.get(_key(data), [])
    if data.get("Expression"):
        try:
            partitions = matching(table["PartitionKeys"], partitions, data["Expression"])
        except duckdb.Error as refused:
            return error("InvalidInputException", f"Unsupported expression '{data['Expression']}': {refused}")
    if data.get("ExcludeColumnSchema"):
        partitions = [_without_columns(partition) for partition in partitions]
    return _page("Partitions", partitions, data, PARTITIONS_A_PAGE)


def batch_create_partition(data: Request) -> Response:
    """BatchCreatePartition, of a table that exists, and no more than AWS takes at a time."""
    if _key(data) not in glue._tables:
        return _missing(data)
    if len(data["PartitionInputList"]) > PARTITIONS_A_BATCH:
        return error(
            "ValidationException",
            "1 validation error detected: Value at 'partitionInputList' failed to satisfy constraint: "
            f"Member must have length less than or equal to {PARTITIONS_A_BATCH}",
        )
    return _batch_create_partition(data)  # type: ignore[no-any-return]


def create_partition(data: Request) -> Response:
    """CreatePartition, of a table that exists."""
    return _create_partition(data) if _key(data) in glue._tables else _missing(data)


def matching(keys: Sequence[dict[str, str]], partitions: Sequence[Any], condition: str) -> list[Any]:
    """The partitions whose values fulfil a condition.

    Args:
        keys: the table's partition columns.
        partitions: of that table.
        condition: on the partition columns, as SQL.

    Raises:
        duckdb.Error: The condition cannot be computed.
    """
    if not partitions:
        return []
    columns = "".join(f', "{key["Name"]}" {duckdb_of_hive(key["Type"])}' for key in keys)
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.execute(f"CREATE TABLE partitions (place INTEGER{columns})")
        marks = ", ".join("?" * (len(keys) + 1))
        rows = [[place, *partition["Values"]] for place, partition in enumerate(partitions)]
        connection.executemany(f"INSERT INTO partitions VALUES ({marks})", rows)  # noqa: S608
        query = f"SELECT place FROM partitions WHERE {condition} ORDER BY place"  # noqa: S608
        found = connection.execute(query).fetchall()
    return [partitions[place] for (place,) in found]


def _page(name: str, found: Sequence[Any], data: Request, most: int) -> Response:
    first = int(data.get("NextToken") or 0)
    end = first + min(most, data.get("MaxResults") or most)
    more = {"NextToken": str(end)} if end < len(found) else {}
    return answer({name: list(found[first:end]), **more})


def _without_columns(partition: Request) -> Request:
    storage = {name: value for name, value in partition["StorageDescriptor"].items() if name != "Columns"}
    return partition | {"StorageDescriptor": storage}


def _key(data: Request) -> str:
    return f"{data['DatabaseName']}/{data['TableName']}"


def _missing(data: Request) -> Response:
    return error("EntityNotFoundException", f"Table {data['TableName']} not found.")


def install() -> None:
    """Lets ministack answer with the functions of this module."""
    glue._get_tables, glue._get_partitions = get_tables, get_partitions
    glue._batch_create_partition, glue._create_partition = batch_create_partition, create_partition
