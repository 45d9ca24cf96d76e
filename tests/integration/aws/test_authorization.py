"""The local AWS refuses what a user's policy does not allow, in the words of each service."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from tests.local_aws.fixtures import MakeUser

from viticast.lake.aws.clients import client

pytestmark = pytest.mark.aws


def allowing(*actions: str) -> dict[str, Any]:
    """A policy that allows actions on everything."""
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}


def test_a_user_may_do_what_the_policy_says_and_nothing_else(aws_user: MakeUser) -> None:
    account = aws_user(allowing("s3:PutObject", "glue:GetDatabases"))
    s3, glue = client("s3"), client("glue")
    s3.put_object(Bucket=account.bucket, Key="a", Body=b"text")
    glue.get_databases()
    with pytest.raises(ClientError, match="s3:GetObject") as raised:
        s3.get_object(Bucket=account.bucket, Key="a")
    assert raised.value.response["Error"]["Code"] == "AccessDenied"
    with pytest.raises(ClientError, match="glue:CreateDatabase") as raised:
        glue.create_database(DatabaseInput={"Name": "lake"})
    assert raised.value.response["Error"]["Code"] == "AccessDeniedException"
    assert account.get("a") == b"text"
    assert account.proxy.counts()["s3", "GetObject"] == 1


def test_each_user_of_a_test_has_the_policy_of_its_own(aws_user: MakeUser) -> None:
    account = aws_user(allowing("s3:ListBucket"))
    assert boto3.client("s3").list_objects_v2(Bucket=account.bucket)["KeyCount"] == 0
    with pytest.raises(ClientError, match="AccessDenied"):
        boto3.client("s3").put_object(Bucket=account.bucket, Key="a", Body=b"text")


def test_a_signature_of_somebody_else_is_refused(aws_user: MakeUser) -> None:
    account = aws_user(allowing("s3:*"))
    stranger = boto3.client("s3", aws_access_key_id=account.access_key, aws_secret_access_key="guessed")  # noqa: S106
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        stranger.list_objects_v2(Bucket=account.bucket)
