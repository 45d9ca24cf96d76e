"""A small lake, the same in a folder under DuckDB and in the bucket under Glue and Athena."""

from pathlib import Path

import pandas as pd
from tests.contracts.conftest import frame_of
from tests.local_aws.account import AwsAccount

from viticast.contracts.lake import LAKE_TABLES
from viticast.lake.aws.athena import AthenaEngine, AthenaOptions
from viticast.lake.catalog import DuckDBCatalog
from viticast.lake.engine import DuckDBEngine
from viticast.lake.table import LakeTable

DATABASE = "small"
HIVE = {"bool": "boolean", "int64": "bigint", "float64": "double"}
USUAL = {"bool": True, "int64": 1, "float64": 0.5}


def options(account: AwsAccount, **more: object) -> AthenaOptions:
    """How the tests ask Athena."""
    settings = {
        "database": DATABASE,
        "work_group": "primary",
        "staging": f"s3://{account.bucket}/staging",
        "poll_seconds": 0.02,
    }
    return AthenaOptions(**settings | more)


def on_aws(account: AwsAccount, frames: dict[str, pd.DataFrame], **more: object) -> AthenaEngine:
    """Puts tables into the bucket and into Glue."""
    account.client("glue").create_database(DatabaseInput={"Name": DATABASE})
    for name, frame in frames.items():
        _make_table(account, name, frame)
    return AthenaEngine(options(account, **more))


def on_duckdb(folder: Path, frames: dict[str, pd.DataFrame]) -> DuckDBEngine:
    """Puts tables into a folder and into DuckDB."""
    for name, frame in frames.items():
        LakeTable(str(folder), name, LAKE_TABLES[name].partition_by, "changed").write(frame)
    database = str(folder / "lake.duckdb")
    DuckDBCatalog(str(folder), database).register(dict.fromkeys(frames))
    return DuckDBEngine(database)


def sample(table: str, **columns: list[object]) -> pd.DataFrame:
    """Rows of a table of the lake: what is not given is the same in each row."""
    schema = LAKE_TABLES[table].model.to_schema().columns
    length = len(next(iter(columns.values())))
    usual = {name: _usual(str(column.dtype)) for name, column in schema.items()}
    rows = [usual | {name: values[row] for name, values in columns.items()} for row in range(length)]
    return frame_of(LAKE_TABLES[table].model, rows)


def _usual(kind: str) -> object:
    return pd.Timestamp("2024-04-01 12:30") if kind.startswith("datetime") else USUAL.get(kind, "text")


def _make_table(account: AwsAccount, name: str, frame: pd.DataFrame) -> None:
    keys = list(LAKE_TABLES[name].partition_by)
    location = f"s3://{account.bucket}/lake/{name}"
    storage = {
        "Columns": [
            {"Name": column, "Type": "timestamp" if kind.kind == "M" else HIVE.get(str(kind), "string")}
            for column, kind in frame.dtypes.items()
            if column not in keys
        ],
        "Location": location,
        "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
        "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"},
    }
    table = {
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"classification": "parquet", "EXTERNAL": "TRUE"},
        "PartitionKeys": [{"Name": key, "Type": "string"} for key in keys],
        "StorageDescriptor": storage,
    }
    glue = account.client("glue")
    glue.create_table(DatabaseName=DATABASE, TableInput=table)
    for values, rows in frame.groupby(keys):
        folder = "/".join(f"{key}={value}" for key, value in zip(keys, values, strict=True))
        account.put(f"lake/{name}/{folder}/part-0.parquet", rows.drop(columns=keys).to_parquet(index=False))
        partition = {"Values": list(values), "StorageDescriptor": storage | {"Location": f"{location}/{folder}"}}
        glue.create_partition(DatabaseName=DATABASE, TableName=name, PartitionInput=partition)
