"""Compares what the catalog found with what the contracts promise, before anything is queried."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from viticast.contracts.lake import LAKE_TABLES, LakeTableContract
from viticast.lake.cataloged import REMEDY

ENGINE_TYPES = {
    "string[pyarrow]": {"VARCHAR", "STRING"},
    "int64": {"BIGINT"},
    "float64": {"DOUBLE"},
    "bool": {"BOOLEAN"},
    "datetime64[ns]": {"TIMESTAMP", "TIMESTAMP_NS"},
}
"""pandas type -> names that the engines give to it."""

GLUE_TYPES = {
    "string[pyarrow]": "string",
    "int64": "bigint",
    "float64": "double",
    "bool": "boolean",
    "datetime64[ns]": "timestamp",
}
"""pandas type -> what a column of it is in the Glue Data Catalog; one of the names above."""


class CatalogMismatchError(ValueError):
    """The catalog does not show the tables that the contracts promise."""


def check_catalog(found: Sequence[Mapping[str, Any]], expected: Sequence[str]) -> pd.DataFrame:
    """Compares tables, columns, types and partition columns.

    Args:
        found: Tables as `lake.cataloged.CatalogedTable` describes them.
        expected: Names of the tables that must be there.

    Returns:
        table_name, column_name, engine_type, is_partition, partitions, rows: one row for each column of each table.

    Raises:
        CatalogMismatchError: Names every difference.
    """
    by_name = {table["name"]: table for table in found}
    missing = [f"{name}: the catalog does not have it. Run again" for name in expected if name not in by_name]
    require_conformity([table for table in found if table["name"] in LAKE_TABLES], missing)
    return _record(found)


def require_conformity(found: Sequence[Mapping[str, Any]], missing: Sequence[str] = ()) -> None:
    """Compares tables of the lake with their contracts.

    Args:
        found: Tables as `lake.cataloged.CatalogedTable` describes them.
        missing: What is to be told beside the differences.

    Raises:
        CatalogMismatchError: Names every difference and what to do.
    """
    by_name = {table["name"]: _differences(table, LAKE_TABLES[table["name"]]) for table in found}
    differences = [*missing, *(f"{name}: {one}" for name, several in by_name.items() for one in several)]
    if differences:
        remedies = [f"{table['name']}: {table.get('remedy', REMEDY)}" for table in found if by_name[table["name"]]]
        raise CatalogMismatchError(
            "the catalog and the contracts disagree:\n- "
            + "\n- ".join(differences)
            + "".join(f"\n{remedy}, or correct the contract in viticast/contracts." for remedy in remedies)
        )


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
