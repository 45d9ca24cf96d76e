"""Compares what the catalog found with what the contracts promise, before anything is queried."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from viticast.contracts.lake import LAKE_TABLES, LakeTableContract

ENGINE_TYPES = {
    "string[pyarrow]": {"VARCHAR", "STRING"},
    "int64": {"BIGINT"},
    "float64": {"DOUBLE"},
    "bool": {"BOOLEAN"},
    "datetime64[ns]": {"TIMESTAMP", "TIMESTAMP_NS"},
}
"""pandas type -> names that the engines give to it."""


class CatalogMismatchError(ValueError):
    """The catalog does not show the tables that the contracts promise."""


def check_catalog(found: Sequence[Mapping[str, Any]], expected: Sequence[str]) -> pd.DataFrame:
    """Compares tables, columns, types and partition columns.

    Args:
        found: Tables as `lake.catalog.CatalogedTable` describes them.
        expected: Names of the tables that must be there.

    Returns:
        table_name, column_name, engine_type, is_partition, partitions, rows: one row for each column of each table.

    Raises:
        CatalogMismatchError: Names every difference.
    """
    by_name = {table["name"]: table for table in found}
    differences = [f"{name}: the catalog does not have it" for name in expected if name not in by_name]
    for name, contract in LAKE_TABLES.items():
        if name in by_name:
            differences += [f"{name}: {problem}" for problem in _differences(by_name[name], contract)]
    if differences:
        raise CatalogMismatchError(
            "the catalog and the contracts disagree:\n- "
            + "\n- ".join(differences)
            + "\nDelete the table's folder in the lake and run again, or correct the contract in viticast/contracts."
        )
    return _record(found)


def _differences(table: Mapping[str, Any], contract: LakeTableContract) -> list[str]:
    columns: Mapping[str, str] = table["columns"]
    schema = contract.model.to_schema().columns
    out = [f"column {name} is missing" for name in schema if name not in columns]
    out += [f"column {name} is not in the contract" for name in columns if name not in schema]
    if list(table["partition_columns"]) != list(contract.partition_by):
        out.append(f"partitioned by {list(table['partition_columns'])}, not by {list(contract.partition_by)}")
    for name, column in schema.items():
        wanted = ENGINE_TYPES[str(column.dtype)]
        if name in columns and columns[name].upper() not in wanted:
            out.append(f"column {name} is {columns[name]}, not {' or '.join(sorted(wanted))}")
    return out


def _record(found: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    rows = [
        {
            "table_name": table["name"],
            "column_name": column,
            "engine_type": engine_type,
            "is_partition": column in table["partition_columns"],
            "partitions": table["partitions"],
            "rows": table["rows"],
        }
        for table in found
        for column, engine_type in table["columns"].items()
    ]
    return pd.DataFrame(rows)
