import socket
import traceback

import boto3
import pytest
from botocore import UNSIGNED
from botocore import exceptions as sdk
from botocore.config import Config

from viticast.lake import errors
from viticast.lake.aws.failures import naming_errors


def refuse(code, message="no", operation="GetTables"):
    return sdk.ClientError({"Error": {"Code": code, "Message": message}}, operation)


def named(error, service="glue", doing="list the tables of viticast_real"):
    with pytest.raises(errors.ServiceError) as caught, naming_errors(service, doing):
        raise error
    return caught.value


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("NoSuchBucket", errors.BucketMissingError),
        ("AccessDenied", errors.AccessDeniedError),
        ("AccessDeniedException", errors.AccessDeniedError),
        ("403", errors.AccessDeniedError),
        ("ThrottlingException", errors.ThrottledError),
        ("SlowDown", errors.ThrottledError),
        ("TooManyRequestsException", errors.ThrottledError),
        ("ExpiredToken", errors.CredentialsError),
        ("ExpiredTokenException", errors.CredentialsError),
        ("InvalidClientTokenId", errors.CredentialsError),
        ("UnrecognizedClientException", errors.CredentialsError),
        ("SignatureDoesNotMatch", errors.CredentialsError),
        ("RequestTimeTooSkewed", errors.CredentialsError),
        ("InternalServiceException", errors.ServiceError),
        ("SomethingNew", errors.ServiceError),
    ],
)
def test_a_refusal_is_named_with_what_was_done_and_what_was_asked(code, kind):
    error = named(refuse(code))
    assert type(error) is kind
    assert str(error).startswith("Glue could not list the tables of viticast_real: GetTables was refused")
    assert code in str(error)


def test_an_action_that_is_not_allowed_is_told_as_the_service_told_it():
    words = "User: arn:aws:iam::123456789012:user/a is not authorized to perform: kms:GenerateDataKey on resource: k"
    error = named(refuse("AccessDenied", words, "PutObject"), "s3", "write s3://bucket/name")
    assert "Allow kms:GenerateDataKey to the credentials" in str(error)
    assert words in str(error)


@pytest.mark.parametrize(
    ("service", "operation", "action"),
    [
        ("s3", "HeadObject", "s3:GetObject"),
        ("s3", "ListObjectsV2", "s3:ListBucket"),
        ("s3", "PutObject", "s3:PutObject"),
        ("glue", "StartCrawler", "glue:StartCrawler"),
        ("athena", "StartQueryExecution", "athena:StartQueryExecution"),
    ],
)
def test_an_action_that_nobody_told_follows_from_the_operation(service, operation, action):
    assert f"Allow {action} to the credentials" in str(named(refuse("AccessDenied", "Denied", operation), service))


def test_what_was_signed_is_told_nowhere():
    words = "The canonical string should have been 'POST x-amz-security-token:TOKEN-OF-SOMEBODY'"
    error = named(refuse("SignatureDoesNotMatch", words))
    assert "TOKEN-OF-SOMEBODY" not in "".join(traceback.format_exception(error))


def test_the_cause_of_every_other_refusal_is_chained():
    cause = refuse("ThrottlingException")
    assert named(cause).__cause__ is cause


def test_words_of_several_lines_become_one():
    assert "(SomethingNew: one two)" in str(named(refuse("SomethingNew", "one\n  two")))


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (sdk.NoCredentialsError(), errors.CredentialsError, "aws sts get-caller-identity"),
        (sdk.ProfileNotFound(profile="winery"), errors.CredentialsError, "winery"),
        (sdk.UnauthorizedSSOTokenError(), errors.CredentialsError, "AWS_PROFILE"),
        (sdk.EndpointConnectionError(endpoint_url="http://a"), errors.UnreachableError, "http://a"),
        (sdk.ConnectionClosedError(endpoint_url="http://a"), errors.UnreachableError, "HTTPS_PROXY"),
        (sdk.ReadTimeoutError(endpoint_url="http://a"), errors.UnreachableError, "Run again"),
        (sdk.ConnectTimeoutError(endpoint_url="http://a"), errors.UnreachableError, "Run again"),
        (sdk.NoRegionError(), errors.ServiceError, "AWS_REGION"),
        (sdk.ParamValidationError(report="too long"), errors.ServiceError, "too long"),
    ],
)
def test_what_fails_before_the_service_answers_is_named(error, kind, words):
    caught = named(error)
    assert type(caught) is kind
    assert words in str(caught)


def test_words_of_a_program_that_gives_credentials_are_not_told():
    error = named(sdk.CredentialRetrievalError(provider="custom-process", error_msg="SECRET-OF-SOMEBODY"))
    assert "SECRET-OF-SOMEBODY" not in "".join(traceback.format_exception(error))


@pytest.mark.parametrize(
    "kind", [sdk.EndpointConnectionError, sdk.ConnectionClosedError, sdk.ReadTimeoutError, sdk.HTTPClientError]
)
def test_an_address_is_told_without_what_could_be_a_secret(kind):
    address = "http://user:SECRET/OF@SOMEBODY@host:4566/bucket/key?X-Amz-Signature=SECRET"
    error = named(kind(endpoint_url=address, error=address))
    assert "http://***@host:4566/bucket/key?***" in str(error)
    said = "".join(traceback.format_exception(error))
    assert "SECRET" not in said
    assert "user" not in said


def test_other_errors_pass():
    with pytest.raises(KeyError), naming_errors("s3", "read"):
        raise KeyError("a")


def test_a_port_where_nobody_listens_is_unreachable():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    config = Config(retries={"total_max_attempts": 1}, signature_version=UNSIGNED)
    glue = boto3.session.Session(region_name="eu-west-1").client("glue", endpoint_url=address, config=config)
    with pytest.raises(errors.UnreachableError, match=address), naming_errors("glue", "list tables"):
        glue.get_tables(DatabaseName="viticast")
