"""The local AWS queries: SQL over what the catalog knows, in Athena's ways of answering and of failing."""

import io
import time
from typing import Any

import boto3
import numpy as np
import pandas as pd
import pytest
from botocore.exceptions import ClientError
from tests.integration.aws.lake_tables import (
    crawl,
    execution,
    failure,
    make_crawler,
    put_rows,
    rows,
    start,
)
from tests.local_aws.account import AwsAccount

pytestmark = pytest.mark.aws


@pytest.fixture
def wine(aws: AwsAccount) -> AwsAccount:
    """A table of three partitions, one of them without a column, all in the catalog."""
    put_rows(aws, "year=2022/part.parquet", litres=[1, 2], name=["a", None])
    put_rows(aws, "year=2023/part.parquet", litres=[3, 4], name=["", 'say "b", c'])
    put_rows(aws, "year=2024/part.parquet", litres=[5])
    make_crawler(aws)
    assert crawl()["Status"] == "SUCCEEDED"
    return aws


def test_a_query_reads_values_marks_and_partitions(wine: AwsAccount) -> None:
    assert rows(wine, "SELECT year, litres, name FROM wine ORDER BY litres") == [
        ["2022", "1", "a"],
        ["2022", "2", None],
        ["2023", "3", ""],
        ["2023", "4", 'say "b", c'],
        ["2024", "5", None],
    ]


def test_trino_functions_and_integer_division_hold(wine: AwsAccount) -> None:
    days = "date_diff('day', DATE '2024-01-01', DATE '2024-01-31')"
    sql = f"SELECT sum(litres) / 2, approx_distinct(year), {days} FROM wine"  # noqa: S608
    assert rows(wine, sql) == [["7", "3", "30"]]


def test_a_partition_that_is_not_registered_is_not_seen(wine: AwsAccount) -> None:
    put_rows(wine, "year=2025/part.parquet", litres=[6])
    assert rows(wine, "SELECT count(*) FROM wine") == [["5"]]
    crawl()
    assert rows(wine, "SELECT count(*) FROM wine") == [["6"]]


def test_the_result_is_a_csv_that_tells_a_null_from_an_empty_text(wine: AwsAccount) -> None:
    query = start(wine, "SELECT name FROM wine WHERE litres IN (2, 3) ORDER BY litres")
    execution(query)
    assert wine.get(f"results/{query}.csv") == b'"name"\n\n""\n'


def test_parameters_are_bound_as_literals(wine: AwsAccount) -> None:
    sql = "SELECT litres FROM wine WHERE year IN (?, ?) AND name <> '?' ORDER BY litres"
    assert rows(wine, sql, "'2023'", "'20''24'") == [["3"], ["4"]]
    with pytest.raises(ClientError, match="expected 2 but found 1"):
        start(wine, sql, "'2023'")


def unloaded(wine: AwsAccount, query: str) -> list[pd.DataFrame]:
    manifest = execution(query)["Statistics"]["DataManifestLocation"]
    keys = wine.get(manifest.removeprefix(f"s3://{wine.bucket}/")).decode().split()
    return [pd.read_parquet(io.BytesIO(wine.get(key.removeprefix(f"s3://{wine.bucket}/")))) for key in keys]


def test_an_unload_writes_parquet_in_no_order(wine: AwsAccount) -> None:
    select = "SELECT year, litres FROM wine ORDER BY litres"
    query = start(wine, f"UNLOAD ({select}) TO 's3://{wine.bucket}/unloaded/' WITH (format = 'PARQUET')")
    parts = unloaded(wine, query)
    assert len(parts) == 2
    litres = pd.concat(parts)["litres"].tolist()
    assert litres != sorted(litres)
    assert sorted(litres) == [1, 2, 3, 4, 5]


def test_an_unload_of_no_rows_writes_no_file(wine: AwsAccount) -> None:
    select = "SELECT * FROM wine WHERE year = '1'"
    sql = f"UNLOAD ({select}) TO 's3://{wine.bucket}/unloaded/' WITH (format = 'PARQUET')"
    assert unloaded(wine, start(wine, sql)) == []
    assert wine.keys("unloaded/") == []


def test_an_unload_wants_an_empty_place(wine: AwsAccount) -> None:
    sql = f"UNLOAD (SELECT 1 one) TO 's3://{wine.bucket}/lake/' WITH (format = 'PARQUET')"
    assert failure(wine, sql).startswith("HIVE_PATH_ALREADY_EXISTS")


@pytest.mark.parametrize(
    ("where", "years"),
    [
        ("year = '2023'", {2023}),
        ("year IN ('2022', '2024') AND litres > 1", {2022, 2024}),
        ("w.year > '2022'", {2023, 2024}),
        ("litres > 4", {2022, 2023, 2024}),
        ("year = '2022' OR litres = 5", {2022, 2023, 2024}),
    ],
)
def test_only_the_partitions_that_a_query_names_are_scanned(wine: AwsAccount, where: str, years: set[int]) -> None:
    found = execution(start(wine, f"SELECT litres FROM wine w WHERE {where}"))  # noqa: S608
    s3 = wine.client("s3")
    sizes = {
        year: s3.head_object(Bucket=wine.bucket, Key=f"lake/wine/year={year}/part.parquet")["ContentLength"]
        for year in years
    }
    assert found["Statistics"]["DataScannedInBytes"] == sum(sizes.values())


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT * FROM beer", "TABLE_NOT_FOUND"),
        ("SELECT * FROM cellar.wine", "SCHEMA_NOT_FOUND"),
        ("SELECT grapes FROM wine", "COLUMN_NOT_FOUND"),
        ("SELECT no_such(litres) FROM wine", "FUNCTION_NOT_FOUND"),
        ("DROP VIEW wine", "NOT_SUPPORTED"),
    ],
)
def test_a_query_fails_in_the_words_of_athena(wine: AwsAccount, sql: str, code: str) -> None:
    assert failure(wine, sql).startswith(code)


def test_a_file_of_another_type_than_the_table_is_refused(wine: AwsAccount) -> None:
    put_rows(wine, "year=2024/part.parquet", litres=["five"])
    assert failure(wine, "SELECT litres FROM wine").startswith("HIVE_BAD_DATA: Field litres's type STRING")
    wine.put("lake/wine/year=2024/part.parquet", b"broken")
    assert failure(wine, "SELECT litres FROM wine").startswith("HIVE_BAD_DATA: Not valid Parquet file")


@pytest.mark.parametrize(
    ("sql", "more", "words"),
    [
        ("SELECT FROM WHERE", {}, "mismatched input"),
        ("SELECT 1", {"WorkGroup": "nobodys"}, "WorkGroup nobodys is not found"),
        ("SELECT 1", {"ResultConfiguration": {"OutputLocation": "s3://nobodys/"}}, "output bucket nobodys"),
    ],
)
def test_some_queries_are_refused_before_they_start(
    aws: AwsAccount, sql: str, more: dict[str, Any], words: str
) -> None:
    location = {"ResultConfiguration": {"OutputLocation": f"s3://{aws.bucket}/results/"}}
    with pytest.raises(ClientError, match=words):
        boto3.client("athena").start_query_execution(QueryString=sql, **(location | more))


def test_a_work_group_limits_what_a_query_scans(wine: AwsAccount) -> None:
    configuration = {"BytesScannedCutoffPerQuery": 10_000_000}
    boto3.client("athena").create_work_group(Name="small", Configuration=configuration)
    put_rows(wine, "year=2022/more.parquet", litres=np.random.default_rng(0).integers(10**18, size=1_400_000))
    status = execution(start(wine, "SELECT max(litres) FROM wine", WorkGroup="small"))["Status"]
    assert (status["State"], status["StateChangeReason"]) == ("CANCELLED", "Bytes scanned limit was exceeded")


def test_queries_fail_where_a_test_asks_for_it(wine: AwsAccount) -> None:
    wine.server.let("query", "fails", "GENERIC_INTERNAL_ERROR: a worker is gone", containing="FROM wine")
    assert rows(wine, "SELECT 1") == [["1"]]
    assert failure(wine, "SELECT count(*) FROM wine") == "GENERIC_INTERNAL_ERROR: a worker is gone"
    assert rows(wine, "SELECT count(*) FROM wine") == [["5"]]


def test_a_query_that_never_ends_can_be_stopped(wine: AwsAccount) -> None:
    wine.server.let("query", "never ends")
    query = start(wine, "SELECT 1")
    athena = boto3.client("athena")
    time.sleep(0.3)
    assert athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]["State"] == "RUNNING"
    athena.stop_query_execution(QueryExecutionId=query)
    assert execution(query)["Status"]["State"] == "CANCELLED"


def test_a_long_query_is_really_interrupted(wine: AwsAccount) -> None:
    numbers = ", ".join(f"UNNEST(sequence(1, 99999)) AS {name}({name}x)" for name in "abc")
    query = start(wine, f"SELECT sum(ax * bx + cx) FROM {numbers}")  # noqa: S608
    time.sleep(0.3)
    boto3.client("athena").stop_query_execution(QueryExecutionId=query)
    assert execution(query)["Status"]["State"] == "CANCELLED"
    assert rows(wine, "SELECT 1") == [["1"]]


def test_a_query_can_be_cancelled_by_somebody_else(wine: AwsAccount) -> None:
    wine.server.let("query", "is cancelled", "Query was cancelled by user", seconds=0.2)
    status = execution(start(wine, "SELECT 1"))["Status"]
    assert (status["State"], status["StateChangeReason"]) == ("CANCELLED", "Query was cancelled by user")
