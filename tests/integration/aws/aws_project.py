"""A throw-away project that runs with `--env aws`, and what the local AWS then shows of it."""

import io
import subprocess
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner
from kedro.framework.startup import bootstrap_project
from tests.integration.connector_runs import ROOT
from tests.local_aws.account import AwsAccount
from tests.pipelines.project_runs import SMALL, clean_environment, keep_tables, make_project

from viticast.cli import cli
from viticast.contracts.lake import LAKE_TABLES
from viticast.lake.errors import TableMissingError

CRAWLER_ROLE = "arn:aws:iam::000000000000:role/viticast-crawler"
FEW = ("ProcessaMesa", "ImpSuco")
"""Groups with every mark, and countries with two measures."""
TABLE_INPUT = ("Name", "TableType", "Parameters", "PartitionKeys")
PARTITION_INPUT = ("Values", "Parameters")
UNSTEADY = ("fetched_at", "address")
"""Columns that say when and from which folder something came."""


class AwsProject:
    """A project, and the account that it runs in.

    Args:
        folder: Where it is made; MLflow's store of runs lies there too.
        account: Bucket, endpoint and keys.
        tables: Those that it knows; all without them.
        small: True for a small backtest.
        prefix: Of everything in the bucket, and of the names in Glue.

    Attributes:
        overrides: Environment variables that a test sets otherwise.
    """

    def __init__(
        self, folder: Path, account: AwsAccount, tables: Sequence[str] = (), *, small: bool = True, prefix: str = "lake"
    ) -> None:
        self.folder = make_project(folder, ROOT)
        self.account = account
        self.prefix = prefix
        self.overrides: dict[str, str] = {}
        # Another environment than `local` does not see conf/local: what the test wants small must lie in base.
        (self.folder / "conf" / "local" / "parameters_modeling.yml").unlink()
        if small:
            (self.folder / "conf" / "base" / "parameters_modeling.yml").write_text(SMALL)
        if tables:
            keep_tables(self.folder, tables)

    @property
    def environment(self) -> dict[str, str]:
        """What a shell would have exported."""
        return self.account.environment | {
            "VITICAST_AWS_BUCKET": self.account.bucket,
            "VITICAST_AWS_PREFIX": self.prefix,
            "VITICAST_AWS_DATABASE": self.prefix,
            "VITICAST_AWS_CRAWLER": self.prefix,
            "VITICAST_AWS_ROLE": CRAWLER_ROLE,
            "MLFLOW_TRACKING_URI": f"sqlite:///{self.folder}/mlflow.db",
            **self.overrides,
        }

    def start(self, source: str, url: Path | str | None = None, pipelines: str = "") -> "subprocess.Popen[str]":
        """Starts `kedro run --env aws` as a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "kedro", *_arguments(source, url, pipelines)],
            cwd=self.folder,
            env=clean_environment() | self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, source: str, url: Path | str | None = None, pipelines: str = "") -> "Ended":
        """Runs it to its end, in this process: without the seconds of a start."""
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.folder)
            metadata = bootstrap_project(self.folder)
            done = CliRunner(env=self.environment).invoke(cli, _arguments(source, url, pipelines), obj=metadata)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            return Ended(done.exit_code, f"{done.output}\n{''.join(traceback.format_exception(done.exception))}")
        return Ended(done.exit_code, done.output)

    def take_over(self, other: "AwsProject", source: str) -> None:
        """Begins with all that another project has in S3 and in Glue."""
        s3, glue, bucket = self.account.client("s3"), self.account.client("glue"), self.account.bucket
        for key in self.account.keys(f"{other.prefix}/"):
            moved = self.prefix + key.removeprefix(other.prefix)
            s3.copy_object(Bucket=bucket, Key=moved, CopySource={"Bucket": bucket, "Key": key})
        theirs, ours = f"{other.prefix}_{source}", f"{self.prefix}_{source}"
        glue.create_database(DatabaseInput={"Name": ours})
        for table in glue.get_tables(DatabaseName=theirs)["TableList"]:
            glue.create_table(DatabaseName=ours, TableInput=self._moved(other, table, TABLE_INPUT))
            pages = glue.get_paginator("get_partitions").paginate(DatabaseName=theirs, TableName=table["Name"])
            for page in pages:
                inputs = [self._moved(other, partition, PARTITION_INPUT) for partition in page["Partitions"]]
                glue.batch_create_partition(DatabaseName=ours, TableName=table["Name"], PartitionInputList=inputs)

    def _moved(self, other: "AwsProject", described: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
        kept = {name: described[name] for name in names if name in described}
        storage = described["StorageDescriptor"]
        location = storage["Location"].replace(f"/{other.prefix}/", f"/{self.prefix}/", 1)
        return kept | {"StorageDescriptor": {**storage, "Location": location}}

    def objects(self) -> dict[str, tuple[str, str]]:
        """Key -> version and hash of every object of the lake: not of MLflow's, nor of Athena's results."""
        client = self.account.client("s3")
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=self.account.bucket, Prefix=f"{self.prefix}/")
        listed = (found for page in pages for found in page.get("Contents", []))
        kept = (found for found in listed if not found["Key"].startswith(f"{self.prefix}/mlflow/"))
        return {found["Key"]: (str(found["LastModified"]), found["ETag"]) for found in kept}

    def table(self, source: str, name: str) -> pd.DataFrame | None:
        """What Athena shows of a table, sorted; None if it does not know it."""
        from viticast.lake.aws.athena import AthenaEngine, AthenaOptions  # noqa: PLC0415

        engine = AthenaEngine(
            AthenaOptions(
                database=f"{self.prefix}_{source}",
                work_group="primary",
                staging=f"s3://{self.account.bucket}/looked-at",
            )
        )
        try:
            return steady(engine.query(f"SELECT * FROM {name}", {}).frame)  # noqa: S608 - a name of the contracts
        except TableMissingError:
            return None

    def shown(self, source: str) -> dict[str, pd.DataFrame | None]:
        """What Athena would show of every table, which is what lies in its registered partitions; without the queries.

        `test_runs.py` and the tests of the local Athena ask it in earnest.
        """
        glue, database = self.account.client("glue"), f"{self.prefix}_{source}"
        names = [table["Name"] for table in glue.get_tables(DatabaseName=database)["TableList"]]
        return {name: self._registered(database, name) if name in names else None for name in LAKE_TABLES}

    def _registered(self, database: str, name: str) -> pd.DataFrame:
        glue, bucket = self.account.client("glue"), self.account.bucket
        described = glue.get_table(DatabaseName=database, Name=name)["Table"]
        keys, columns = described["PartitionKeys"], described["StorageDescriptor"]["Columns"]
        pages = glue.get_paginator("get_partitions").paginate(DatabaseName=database, TableName=name)
        frames = []
        for partition in (partition for page in pages for partition in page["Partitions"]):
            folder = partition["StorageDescriptor"]["Location"].removeprefix(f"s3://{bucket}/")
            values = dict(zip([key["Name"] for key in keys], partition["Values"], strict=True))
            frames += [
                pd.read_parquet(io.BytesIO(self.account.get(key))).assign(**values) for key in self.account.keys(folder)
            ]
        if not frames:
            return pd.DataFrame(columns=[column["Name"] for column in [*columns, *keys]])
        return steady(pd.concat(frames, ignore_index=True))

    def tables(self, source: str) -> dict[str, pd.DataFrame | None]:
        """What Athena shows of every table."""
        return {name: self.table(source, name) for name in LAKE_TABLES}


def _arguments(source: str, url: Path | str | None, pipelines: str) -> list[str]:
    given = f"source={source}" + (f",source_url={url}" if url else "")
    return ["run", "--env", "aws", "--params", given, *([f"--pipelines={pipelines}"] if pipelines else [])]


@dataclass(frozen=True)
class Ended:
    """A run that has ended.

    Attributes:
        status: Exit status; minus the signal that ended the process.
        output: All that it printed.
    """

    status: int
    output: str

    @property
    def error(self) -> str:
        """The message that it ended with; nothing if it ended well."""
        _, found, message = self.output.partition("Error: ")
        return message if found else ""


def ended(process: "subprocess.Popen[str]") -> Ended:
    """Waits for a process."""
    output, _ = process.communicate()
    return Ended(process.returncode, output)


def steady(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows in an order of their own, without what says when and from where."""
    kept = frame[[name for name in sorted(frame.columns) if name not in UNSTEADY]]
    texts = {name: "str" for name in kept.columns if kept[name].dtype == object}
    exact = [name for name in kept.columns if kept[name].dtype.kind != "f"]
    return kept.astype(texts).sort_values(exact, ignore_index=True)


def assert_equal(one: Mapping[str, pd.DataFrame | None], other: Mapping[str, pd.DataFrame | None]) -> None:
    """Two lakes show the same: keys exactly, figures to a billionth."""
    assert sorted(one) == sorted(other)
    for name, problem in differences(one, other):
        raise AssertionError(f"{name}: {problem}")


def differences(
    one: Mapping[str, pd.DataFrame | None], other: Mapping[str, pd.DataFrame | None]
) -> Iterator[tuple[str, str]]:
    """Tables that differ, and how."""
    for name in one:
        ours, theirs = one[name], other[name]
        if ours is None or theirs is None:
            if ours is not theirs:
                yield name, "only one of them has it"
            continue
        try:
            pd.testing.assert_frame_equal(ours, theirs, rtol=1e-9, atol=0, check_dtype=False, obj=name)
        except AssertionError as error:
            yield name, str(error)
