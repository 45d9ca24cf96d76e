"""The local AWS crawls: it finds what is in the bucket, and fails where a test asks it to."""

import time

import boto3
import pytest
from botocore.exceptions import ClientError
from tests.integration.aws.lake_tables import (
    CRAWLER,
    DATABASE,
    LOG_ONLY,
    NEW_FOLDERS,
    columns,
    crawl,
    last_crawl,
    make_crawler,
    partitions,
    put_rows,
)
from tests.local_aws.account import AwsAccount

pytestmark = pytest.mark.aws


def test_a_crawl_finds_tables_columns_and_partitions(aws: AwsAccount) -> None:
    put_rows(aws, "kind=red/year=2023/part.parquet", litres=[1.5, 2.0], name=["a", None], rows=[1, 2])
    put_rows(aws, "kind=ros%C3%A9/year=2024/part.parquet", litres=[3.0], name=["b"], rows=[3])
    make_crawler(aws)
    assert crawl()["Status"] == "SUCCEEDED"
    assert columns() == {"litres": "double", "name": "string", "rows": "bigint"}
    assert partitions() == [["red", "2023"], ["rosé", "2024"]]
    table = boto3.client("glue").get_table(DatabaseName=DATABASE, Name="wine")["Table"]
    assert [(key["Name"], key["Type"]) for key in table["PartitionKeys"]] == [("kind", "string"), ("year", "string")]
    assert table["StorageDescriptor"]["Location"] == f"s3://{aws.bucket}/lake/wine/"


def test_a_crawl_finds_more_partitions_than_glue_takes_at_once(aws: AwsAccount) -> None:
    for year in range(1900, 2001):
        put_rows(aws, f"year={year}/part.parquet", litres=[1.0])
    make_crawler(aws)
    crawl()
    assert partitions() == [[str(year)] for year in range(1900, 2001)]


def test_the_next_crawl_finds_new_columns_and_partitions(aws: AwsAccount) -> None:
    put_rows(aws, "year=2023/part.parquet", litres=[1])
    make_crawler(aws)
    crawl()
    put_rows(aws, "year=2024/part.parquet", litres=[1.5], grapes=["a"])
    crawl()
    assert columns() == {"litres": "double", "grapes": "string"}
    assert partitions() == [["2023"], ["2024"]]


def test_a_crawler_that_only_logs_leaves_the_columns(aws: AwsAccount) -> None:
    put_rows(aws, "year=2023/part.parquet", litres=[1.0])
    make_crawler(aws, SchemaChangePolicy=LOG_ONLY)
    crawl()
    put_rows(aws, "year=2024/part.parquet", litres=[1.5], grapes=["a"])
    crawl()
    assert columns() == {"litres": "double"}
    assert partitions() == [["2023"], ["2024"]]


def test_partitions_inherit_the_columns_of_the_table_if_asked(aws: AwsAccount) -> None:
    put_rows(aws, "year=2023/part.parquet", litres=[1.0], grapes=["a"])
    put_rows(aws, "year=2024/part.parquet", litres=[1.0])
    inherit = '{"Version": 1.0, "CrawlerOutput": {"Partitions": {"AddOrUpdateBehavior": "InheritFromTable"}}}'
    make_crawler(aws, Configuration=inherit)
    crawl()
    found = boto3.client("glue").get_partitions(DatabaseName=DATABASE, TableName="wine")["Partitions"]
    assert [len(partition["StorageDescriptor"]["Columns"]) for partition in found] == [2, 2]


def test_known_folders_are_not_read_again(aws: AwsAccount) -> None:
    put_rows(aws, "year=2023/part.parquet", litres=[1.0])
    make_crawler(aws, **NEW_FOLDERS)
    crawl()
    boto3.client("glue").delete_partition(DatabaseName=DATABASE, TableName="wine", PartitionValues=["2023"])
    put_rows(aws, "year=2023/other.parquet", litres=[2.0])
    put_rows(aws, "year=2024/part.parquet", litres=[3.0])
    crawl()
    assert partitions() == [["2024"]]


def test_a_failed_crawl_knows_no_folder(aws: AwsAccount) -> None:
    put_rows(aws, "year=2023/part.parquet", litres=[1.0])
    make_crawler(aws, **NEW_FOLDERS)
    aws.server.let("crawl", "fails", "Insufficient Lake Formation permission(s)")
    failed = crawl()
    assert (failed["Status"], failed["ErrorMessage"]) == ("FAILED", "Insufficient Lake Formation permission(s)")
    assert crawl()["Status"] == "SUCCEEDED"
    assert partitions() == [["2023"]]


def test_new_folders_only_wants_a_crawler_that_only_logs(aws: AwsAccount) -> None:
    with pytest.raises(ClientError, match="LOG DeleteBehavior"):
        make_crawler(aws, RecrawlPolicy=NEW_FOLDERS["RecrawlPolicy"])


def test_what_is_hidden_or_no_parquet_makes_no_partition(aws: AwsAccount) -> None:
    put_rows(aws, "year=2023/part.parquet", litres=[1.0])
    put_rows(aws, "_temporary/year=2024/part.parquet", litres=[1.0])
    aws.put("lake/wine/year=2025/notes.txt", b"not Parquet")
    make_crawler(aws)
    crawl()
    assert partitions() == [["2023"]]


def test_a_crawl_that_runs_is_not_started_again(aws: AwsAccount) -> None:
    put_rows(aws, "year=2023/part.parquet", litres=[1.0])
    make_crawler(aws)
    aws.server.let("crawl", "never ends")
    glue = boto3.client("glue")
    glue.start_crawler(Name=CRAWLER)
    for call in (glue.start_crawler, glue.update_crawler):
        with pytest.raises(glue.exceptions.CrawlerRunningException):
            call(Name=CRAWLER)
    time.sleep(0.5)
    assert glue.get_crawler(Name=CRAWLER)["Crawler"]["State"] == "RUNNING"
    glue.stop_crawler(Name=CRAWLER)
    assert last_crawl()["Status"] == "CANCELLED"
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_table(DatabaseName=DATABASE, Name="wine")


def test_a_crawl_can_be_cancelled_by_somebody_else_and_take_its_time(aws: AwsAccount) -> None:
    make_crawler(aws)
    aws.server.let("crawl", "is cancelled", containing="other")
    aws.server.let("crawl", "is cancelled", containing=CRAWLER, seconds=0.4)
    began = time.monotonic()
    assert crawl()["Status"] == "CANCELLED"
    assert time.monotonic() - began >= 0.4
    assert crawl()["Status"] == "SUCCEEDED"


def test_a_bucket_that_is_gone_fails_the_crawl(aws: AwsAccount) -> None:
    targets = {"S3Targets": [{"Path": "s3://nobodys/lake/"}]}
    boto3.client("glue").create_crawler(Name=CRAWLER, Role="crawler", DatabaseName=DATABASE, Targets=targets)
    failed = crawl()
    assert failed["Status"] == "FAILED"
    assert "nobodys" in failed["ErrorMessage"]


def test_the_catalog_answers_in_pages(aws: AwsAccount) -> None:
    for year in range(2020, 2025):
        put_rows(aws, f"year={year}/part.parquet", litres=[1.0])
    make_crawler(aws)
    crawl()
    aws.proxy.clear()
    assert partitions(PaginationConfig={"PageSize": 2}) == [[str(year)] for year in range(2020, 2025)]
    assert aws.proxy.count("glue", "GetPartitions") == 3
    assert partitions(Expression="year >= '2022' AND year <> '2023'") == [["2022"], ["2024"]]


def test_a_batch_of_partitions_has_a_limit_and_wants_a_table(aws: AwsAccount) -> None:
    glue = boto3.client("glue")
    put_rows(aws, "year=2023/part.parquet", litres=[1.0])
    make_crawler(aws)
    crawl()
    many = [{"Values": [str(year)]} for year in range(101)]
    with pytest.raises(ClientError, match="less than or equal to 100"):
        glue.batch_create_partition(DatabaseName=DATABASE, TableName="wine", PartitionInputList=many)
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.batch_create_partition(DatabaseName=DATABASE, TableName="beer", PartitionInputList=many[:1])
