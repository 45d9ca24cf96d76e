"""The proxy counts what an SDK asks for, and lets go wrong what a test asks for."""

import io
from collections import Counter
from typing import Any

import boto3
import pytest
from botocore.client import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from tests.local_aws.account import AwsAccount
from tests.local_aws.calls import Call
from tests.local_aws.faults import (
    DENIED,
    EXPIRED,
    INTERNAL_ERROR,
    THROTTLED,
    UNAVAILABLE,
    UNKNOWN_KEY,
    CutAnswer,
    CutUpload,
    Delay,
    Interruption,
    Refusal,
)

pytestmark = pytest.mark.aws


def client(service: str, attempts: int = 1, **options: Any) -> Any:
    """A client that finds its way by the environment."""
    return boto3.client(service, config=Config(retries={"mode": "standard", "total_max_attempts": attempts}, **options))


def test_calls_are_counted_by_action(aws: AwsAccount) -> None:
    s3 = client("s3")
    with aws.proxy.counting() as counted:
        s3.put_object(Bucket=aws.bucket, Key="a b/ç=1.txt", Body=b"text")
        s3.head_object(Bucket=aws.bucket, Key="a b/ç=1.txt")
        s3.get_object(Bucket=aws.bucket, Key="a b/ç=1.txt")["Body"].read()
        s3.copy_object(Bucket=aws.bucket, Key="copy", CopySource={"Bucket": aws.bucket, "Key": "a b/ç=1.txt"})
        s3.list_objects_v2(Bucket=aws.bucket)
        s3.list_objects(Bucket=aws.bucket)
        s3.head_bucket(Bucket=aws.bucket)
        s3.get_bucket_encryption(Bucket=aws.bucket)
        s3.delete_object(Bucket=aws.bucket, Key="copy")
        s3.delete_objects(Bucket=aws.bucket, Delete={"Objects": [{"Key": "copy"}]})
        client("glue").get_databases()
        client("athena").list_work_groups()
        client("sts").get_caller_identity()
        client("iam").list_roles()
    s3_actions = (
        "PutObject HeadObject GetObject CopyObject ListObjectsV2 ListObjects HeadBucket GetBucketEncryption "
        "DeleteObject DeleteObjects"
    )
    expected = Counter({("s3", action): 1 for action in s3_actions.split()})
    expected += Counter([("glue", "GetDatabases"), ("athena", "ListWorkGroups")])
    expected += Counter([("sts", "GetCallerIdentity"), ("iam", "ListRoles")])
    assert counted == expected
    assert aws.proxy.count("s3") == 10
    put = aws.proxy.calls("s3", "PutObject")[0]
    assert (put.resource, put.status, put.sent) == (f"{aws.bucket}/a b/ç=1.txt", 200, 4)
    assert aws.proxy.calls("s3", "GetObject")[0].received == 4


def test_an_upload_in_parts_is_counted_part_by_part(aws: AwsAccount) -> None:
    body = bytes(range(256)) * (1 << 15)
    client("s3").upload_fileobj(io.BytesIO(body + b"end"), aws.bucket, "large")
    assert aws.get("large") == body + b"end"
    assert aws.proxy.counts() == {
        ("s3", "CreateMultipartUpload"): 1,
        ("s3", "UploadPart"): 2,
        ("s3", "CompleteMultipartUpload"): 1,
    }


def test_calls_of_the_test_itself_are_not_counted(aws: AwsAccount) -> None:
    aws.put("a", b"1")
    assert aws.keys() == ["a"]
    assert aws.proxy.calls() == []


def test_what_the_proxy_counts_is_forgotten_between_tests(aws: AwsAccount) -> None:
    assert aws.proxy.calls() == []
    aws.proxy.fail(DENIED, times=None)


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (THROTTLED, 503, "SlowDown"),
        (DENIED, 403, "AccessDenied"),
        (EXPIRED, 400, "ExpiredToken"),
        (UNKNOWN_KEY, 403, "InvalidAccessKeyId"),
        (UNAVAILABLE, 503, "ServiceUnavailable"),
        (INTERNAL_ERROR, 500, "InternalError"),
    ],
    ids=lambda value: getattr(value, "reason", None),
)
def test_s3_refuses_in_its_own_words(aws: AwsAccount, fault: Refusal, status: int, code: str) -> None:
    aws.proxy.fail(fault, "s3", "PutObject")
    with pytest.raises(ClientError) as raised:
        client("s3").put_object(Bucket=aws.bucket, Key="a", Body=b"text")
    response = raised.value.response
    assert (response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]) == (status, code)
    assert response["Error"]["Message"]
    assert aws.keys() == []


def test_a_refused_head_has_a_status_only(aws: AwsAccount) -> None:
    aws.proxy.fail(DENIED, "s3", "HeadObject")
    with pytest.raises(ClientError) as raised:
        client("s3").head_object(Bucket=aws.bucket, Key="a")
    assert raised.value.response["Error"]["Code"] == "403"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (THROTTLED, "ThrottlingException"),
        (DENIED, "AccessDeniedException"),
        (EXPIRED, "ExpiredTokenException"),
        (UNKNOWN_KEY, "UnrecognizedClientException"),
        (UNAVAILABLE, "ServiceUnavailableException"),
        (INTERNAL_ERROR, "InternalServiceException"),
    ],
    ids=lambda value: getattr(value, "reason", None),
)
@pytest.mark.parametrize(("service", "action"), [("glue", "GetDatabases"), ("athena", "ListWorkGroups")])
def test_glue_and_athena_refuse_in_json(aws: AwsAccount, fault: Refusal, code: str, service: str, action: str) -> None:
    aws.proxy.fail(fault, service)
    operation = {"GetDatabases": "get_databases", "ListWorkGroups": "list_work_groups"}[action]
    with pytest.raises(ClientError) as raised:
        getattr(client(service), operation)()
    assert raised.value.response["Error"]["Code"] == code
    assert raised.value.response["Error"]["Message"]


def test_a_denial_names_the_action_as_a_policy_does(aws: AwsAccount) -> None:
    aws.proxy.fail(DENIED, "s3", "ListObjectsV2")
    with pytest.raises(ClientError, match="not authorized to perform: s3:ListBucket on"):
        client("s3").list_objects_v2(Bucket=aws.bucket)


def test_iam_refuses_in_xml(aws: AwsAccount) -> None:
    aws.proxy.fail(DENIED, "iam")
    with pytest.raises(ClientError, match="iam:ListRoles") as raised:
        client("iam").list_roles()
    assert raised.value.response["Error"]["Code"] == "AccessDenied"


def test_a_fault_strikes_the_calls_that_were_named_and_no_other(aws: AwsAccount) -> None:
    aws.proxy.fail(DENIED, "s3", "PutObject", resource="lake/", nth=2, times=1)
    s3, denied = client("s3"), []
    for key in ("raw/1", "lake/1", "raw/2", "lake/2", "lake/3"):
        try:
            s3.put_object(Bucket=aws.bucket, Key=key, Body=b"text")
        except ClientError:
            denied.append(key)
    assert denied == ["lake/2"]
    assert [call.fault for call in aws.proxy.calls()] == ["", "", "", "denied", ""]


def test_the_sdk_gets_over_a_throttle(aws: AwsAccount) -> None:
    aws.proxy.fail(THROTTLED, "s3", "PutObject", times=1)
    client("s3", attempts=3).put_object(Bucket=aws.bucket, Key="a", Body=b"text")
    assert aws.get("a") == b"text"
    assert aws.proxy.count("s3", "PutObject") == 2


@pytest.mark.parametrize("after", [0, 1, 70_000])
def test_an_upload_that_is_cut_leaves_no_object(aws: AwsAccount, after: int) -> None:
    aws.proxy.fail(CutUpload(after), "s3", "PutObject")
    with pytest.raises(ConnectionClosedError):
        client("s3").put_object(Bucket=aws.bucket, Key="a", Body=b"x" * 200_000)
    assert aws.keys() == []
    assert aws.proxy.calls()[0].sent == after


def test_an_answer_that_is_cut_leaves_the_object(aws: AwsAccount) -> None:
    aws.proxy.fail(CutAnswer(), "s3", "PutObject")
    with pytest.raises(ConnectionClosedError):
        client("s3").put_object(Bucket=aws.bucket, Key="a", Body=b"text")
    assert aws.get("a") == b"text"


def test_a_repeated_write_once_meets_itself_after_a_lost_answer(aws: AwsAccount) -> None:
    aws.proxy.fail(CutAnswer(), "s3", "PutObject")
    with pytest.raises(ClientError) as raised:
        client("s3", attempts=2).put_object(Bucket=aws.bucket, Key="a", Body=b"text", IfNoneMatch="*")
    assert raised.value.response["Error"]["Code"] == "PreconditionFailed"


def test_a_download_can_be_cut(aws: AwsAccount) -> None:
    aws.put("a", b"x" * 200_000)
    aws.proxy.fail(CutAnswer(100_000), "s3", "GetObject")
    body = client("s3").get_object(Bucket=aws.bucket, Key="a")["Body"]
    with pytest.raises(Exception, match="IncompleteRead"):
        body.read()


def test_a_delay_outlasts_the_time_that_a_client_waits(aws: AwsAccount) -> None:
    aws.proxy.fail(Delay(1.0), "glue")
    with pytest.raises(ReadTimeoutError):
        client("glue", read_timeout=0.2).get_databases()


@pytest.mark.parametrize("carried_out", [False, True])
def test_something_may_happen_before_or_after_a_call_is_carried_out(aws: AwsAccount, carried_out: bool) -> None:
    happened: list[Call] = []
    aws.proxy.fail(Interruption(happened.append, carried_out), "s3", "PutObject")
    with pytest.raises(ConnectionClosedError):
        client("s3").put_object(Bucket=aws.bucket, Key="a", Body=b"text")
    assert [call.resource for call in happened] == [f"{aws.bucket}/a"]
    assert aws.keys() == (["a"] if carried_out else [])


def test_conditional_writes_hold_through_the_proxy(aws: AwsAccount) -> None:
    s3 = client("s3")
    tag = s3.put_object(Bucket=aws.bucket, Key="a", Body=b"1", IfNoneMatch="*")["ETag"]
    for condition in ({"IfNoneMatch": "*"}, {"IfMatch": '"0123456789abcdef0123456789abcdef"'}):
        with pytest.raises(ClientError) as raised:
            s3.put_object(Bucket=aws.bucket, Key="a", Body=b"2", **condition)
        assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 412
    s3.put_object(Bucket=aws.bucket, Key="a", Body=b"2", IfMatch=tag)
    assert aws.get("a") == b"2"
