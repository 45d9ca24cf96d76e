"""What the SDK raises, as the errors of the lake: what was done, what went wrong, what to do next."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from botocore import exceptions as sdk

from viticast.lake.errors import (
    AccessDeniedError,
    BucketMissingError,
    CredentialsError,
    ServiceError,
    ThrottledError,
    UnreachableError,
)
from viticast.lake.masking import masked

AGAIN = "Run again; what is there already is not made twice."

NO_CREDENTIALS = (
    sdk.NoCredentialsError,
    sdk.PartialCredentialsError,
    sdk.CredentialRetrievalError,
    sdk.ProfileNotFound,
    sdk.UnknownCredentialError,
    sdk.TokenRetrievalError,
    sdk.NoAuthTokenError,
    sdk.SSOError,
    sdk.LoginError,
)
NO_CONNECTION = (
    sdk.ConnectionError,
    sdk.HTTPClientError,
    sdk.IncompleteReadError,
)

_ALLOWING = {
    "HeadObject": "s3:GetObject",
    "HeadBucket": "s3:ListBucket",
    "ListObjectsV2": "s3:ListBucket",
    "UploadPart": "s3:PutObject",
    "CreateMultipartUpload": "s3:PutObject",
    "CompleteMultipartUpload": "s3:PutObject",
}
"""Operations of S3 that are allowed by an action of another name."""

_ACTION = re.compile(r"not authorized to perform: ([\w-]+:\w+)")


@dataclass(frozen=True)
class _Kind:
    """One kind of fault.

    Attributes:
        error: What is raised.
        codes: What the services call it.
        remedy: The next step; `{action}` is what was not allowed.
        quoted: Whether the service's words are told; those about a wrong signature repeat what was signed.
    """

    error: type[ServiceError]
    codes: frozenset[str]
    remedy: str
    quoted: bool = True


_KINDS = (
    _Kind(
        BucketMissingError,
        frozenset({"NoSuchBucket", "AllAccessDisabled"}),
        "Set VITICAST_AWS_BUCKET to a bucket that is there, or make it: deploy/aws/README.md.",
    ),
    _Kind(
        AccessDeniedError,
        frozenset(
            {
                "AccessDenied",
                "AccessDeniedException",
                "AuthorizationError",
                "Forbidden",
                "UnauthorizedOperation",
                "KMS.AccessDeniedException",
                "403",
            }
        ),
        "Allow {action} to the credentials of this run (deploy/aws has the policy), and look whether a policy of the "
        "bucket, its key or Lake Formation denies it.",
    ),
    _Kind(
        CredentialsError,
        frozenset(
            {
                "ExpiredToken",
                "ExpiredTokenException",
                "TokenRefreshRequired",
                "RequestExpired",
                "InvalidToken",
                "InvalidClientTokenId",
                "InvalidAccessKeyId",
                "UnrecognizedClientException",
                "UnrecognizedClient",
                "IncompleteSignature",
                "InvalidSignatureException",
                "SignatureDoesNotMatch",
                "MissingAuthenticationToken",
                "MissingAuthenticationTokenException",
                "AuthFailure",
                "OptInRequired",
            }
        ),
        "Log in anew (aws sso login, or new AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN), see that "
        "`aws sts get-caller-identity` answers, and run again.",
        quoted=False,
    ),
    _Kind(
        CredentialsError,
        frozenset({"RequestTimeTooSkewed", "RequestInTheFuture"}),
        "Set the clock of this machine, and run again.",
        quoted=False,
    ),
    _Kind(
        ThrottledError,
        frozenset(
            {
                "Throttling",
                "ThrottlingException",
                "ThrottledException",
                "RequestThrottled",
                "RequestThrottledException",
                "SlowDown",
                "TooManyRequestsException",
                "RequestLimitExceeded",
                "BandwidthLimitExceeded",
                "LimitExceededException",
                "PriorRequestNotComplete",
                "ProvisionedThroughputExceededException",
                "503",
                "429",
            }
        ),
        "Wait some minutes and run again, or ask Amazon for a higher quota.",
    ),
    _Kind(
        ServiceError,
        frozenset({"PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "301"}),
        "The bucket is in another region: set AWS_REGION to it.",
    ),
)
_OTHER = _Kind(ServiceError, frozenset(), AGAIN)


@contextmanager
def naming_errors(service: str, doing: str) -> Iterator[None]:
    """Turns what the SDK raises into the errors of the lake.

    Args:
        service: s3, glue or athena.
        doing: What is done, as it goes on after "could not": `read s3://bucket/name`.

    Raises:
        ServiceError: Or one of its kinds, if the block raised an error of the SDK.
    """
    try:
        yield
    except (sdk.ClientError, sdk.BotoCoreError) as error:
        named = name_error(error, service, doing)
        if isinstance(named, CredentialsError) or masked(str(error)) != str(error):
            # The SDK's error has the service's words, which may repeat a token, or an address with a password in it; a
            # chain would print them.
            raise named from None
        raise named from error


def name_error(error: Exception, service: str, doing: str) -> ServiceError:
    """The error of the lake for one of the SDK.

    Args:
        error: The SDK's: a ClientError or a BotoCoreError.
        service: s3, glue or athena.
        doing: What was done, as it goes on after "could not".
    """
    if isinstance(error, sdk.ClientError):
        return _refusal(error, service, doing)
    return _local_failure(error, service, doing)


def error_code(error: sdk.ClientError) -> str:
    """What the service calls the fault, such as EntityNotFoundException."""
    return str(error.response.get("Error", {}).get("Code", ""))


def error_words(error: sdk.ClientError) -> str:
    """What the service says of the fault, in one line."""
    return " ".join(str(error.response.get("Error", {}).get("Message", "")).split())


def _refusal(error: sdk.ClientError, service: str, doing: str) -> ServiceError:
    code = error_code(error)
    words = error_words(error)
    kind = next((kind for kind in _KINDS if code in kind.codes), _OTHER)
    said = f"{code}: {words}" if kind.quoted and words else code
    remedy = kind.remedy.format(action=_action(service, error.operation_name, words))
    return kind.error(f"{_could_not(service, doing)}: {error.operation_name} was refused ({said}). {remedy}")


def _local_failure(error: Exception, service: str, doing: str) -> ServiceError:
    start = _could_not(service, doing)
    # An address in the place of AWS may come from the SDK's own files too, which nobody here has checked.
    words = masked(" ".join(str(error).split()))
    if isinstance(error, NO_CREDENTIALS):
        # Its own words name a profile or a file; a program that gives credentials may have said anything.
        said = type(error).__name__
        if isinstance(error, sdk.NoCredentialsError | sdk.PartialCredentialsError | sdk.ProfileNotFound):
            said = masked(str(error))
        return CredentialsError(
            f"{start}: {said}. Give the SDK credentials: AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
            "or a role of this machine; `aws sts get-caller-identity` must answer."
        )
    if isinstance(error, NO_CONNECTION):
        return UnreachableError(
            f"{start}: {words}. Look at the network, a proxy (HTTPS_PROXY) and AWS_ENDPOINT_URL if it is set. {AGAIN}"
        )
    if isinstance(error, sdk.NoRegionError | sdk.InvalidRegionError):
        return ServiceError(f"{start}: {error} Set AWS_REGION to the region of the bucket.")
    return ServiceError(f"{start}: {words}. {AGAIN}")


def _could_not(service: str, doing: str) -> str:
    return f"{_NAMES.get(service, service)} could not {doing}"


def _action(service: str, operation: str, words: str) -> str:
    """The action of IAM that was not allowed: the service often says so itself, as for a key or a role."""
    said = _ACTION.search(words)
    return said.group(1) if said else _ALLOWING.get(operation, f"{service}:{operation}")


_NAMES: Mapping[str, str] = {"s3": "S3", "glue": "Glue", "athena": "Athena"}
