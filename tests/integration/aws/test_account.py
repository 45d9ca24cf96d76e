"""What the other tests on AWS take for granted of the local one."""

import boto3
import pytest
from tests.local_aws.account import AwsAccount

pytestmark = pytest.mark.aws


@pytest.mark.parametrize("attempt", ["first", "second"])
def test_a_test_begins_with_one_empty_bucket(aws: AwsAccount, attempt: str) -> None:
    assert aws.keys() == []
    assert [found["Name"] for found in boto3.client("s3").list_buckets()["Buckets"]] == [aws.bucket]
    aws.put(f"{attempt}.txt", b"left behind")
