"""A small table in the bucket, and what Glue and Athena make of it."""

import io
import time
from typing import Any

import boto3
import pandas as pd
from tests.local_aws.account import AwsAccount

DATABASE = "lake"
CRAWLER = "lake"
ROLE = "arn:aws:iam::000000000000:role/crawler"
LOG_ONLY = {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"}
NEW_FOLDERS = {"RecrawlPolicy": {"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"}, "SchemaChangePolicy": LOG_ONLY}
ENDED = {"SUCCEEDED", "FAILED", "CANCELLED"}


def put_rows(aws: AwsAccount, key: str, **columns: Any) -> None:
    """Puts a Parquet file into the table `lake/wine`."""
    sink = io.BytesIO()
    pd.DataFrame(columns).to_parquet(sink, index=False)
    aws.put(f"lake/wine/{key}", sink.getvalue())


def make_crawler(aws: AwsAccount, **more: Any) -> None:
    """Makes a crawler of that table."""
    targets = {"S3Targets": [{"Path": f"s3://{aws.bucket}/lake/wine/"}]}
    boto3.client("glue").create_crawler(Name=CRAWLER, Role=ROLE, DatabaseName=DATABASE, Targets=targets, **more)


def crawl(wait: float = 10.0) -> dict[str, Any]:
    """Crawls to the end; gives LastCrawl."""
    glue = boto3.client("glue")
    glue.start_crawler(Name=CRAWLER)
    return last_crawl(wait)


def last_crawl(wait: float = 10.0) -> dict[str, Any]:
    """LastCrawl when the crawler is ready again."""
    glue = boto3.client("glue")
    end = time.monotonic() + wait
    while (crawler := glue.get_crawler(Name=CRAWLER)["Crawler"])["State"] != "READY":
        assert time.monotonic() < end, crawler
        time.sleep(0.02)
    found: dict[str, Any] = crawler["LastCrawl"]
    return found


def columns() -> dict[str, str]:
    """The table's columns in the catalog, without those of its partitions."""
    table = boto3.client("glue").get_table(DatabaseName=DATABASE, Name="wine")["Table"]
    return {column["Name"]: column["Type"] for column in table["StorageDescriptor"]["Columns"]}


def partitions(**options: Any) -> list[list[str]]:
    """Values of the table's partitions."""
    pages = boto3.client("glue").get_paginator("get_partitions")
    found = pages.paginate(DatabaseName=DATABASE, TableName="wine", **options)
    return [partition["Values"] for page in found for partition in page["Partitions"]]


def start(aws: AwsAccount, sql: str, *parameters: str, **more: Any) -> str:
    """Starts a query; gives its id."""
    given = {"ExecutionParameters": list(parameters)} if parameters else {}
    return str(
        boto3.client("athena").start_query_execution(
            QueryString=sql,
            QueryExecutionContext={"Database": DATABASE},
            ResultConfiguration={"OutputLocation": f"s3://{aws.bucket}/results/"},
            **given,
            **more,
        )["QueryExecutionId"]
    )


def execution(query: str, wait: float = 10.0) -> dict[str, Any]:
    """The query when it has ended."""
    athena = boto3.client("athena")
    end = time.monotonic() + wait
    while True:
        found: dict[str, Any] = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]
        if found["Status"]["State"] in ENDED:
            return found
        assert time.monotonic() < end, found
        time.sleep(0.02)


def rows(aws: AwsAccount, sql: str, *parameters: str) -> list[list[str | None]]:
    """What a query answers, as text."""
    query = start(aws, sql, *parameters)
    status = execution(query)["Status"]
    assert status["State"] == "SUCCEEDED", status
    answer = boto3.client("athena").get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"]
    return [[cell.get("VarCharValue") for cell in row["Data"]] for row in answer[1:]]


def failure(aws: AwsAccount, sql: str, *parameters: str) -> str:
    """Why a query fails."""
    status = execution(start(aws, sql, *parameters))["Status"]
    assert status["State"] == "FAILED", status
    return str(status["StateChangeReason"])
