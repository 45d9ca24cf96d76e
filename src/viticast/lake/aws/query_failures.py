"""Queries that did not succeed, as the errors of the lake."""

import re
from collections.abc import Iterator

from botocore.exceptions import BotoCoreError, ClientError

from viticast.lake.aws.failures import AGAIN, error_code, error_words, name_error
from viticast.lake.errors import (
    AccessDeniedError,
    BucketMissingError,
    QueryCancelledError,
    QueryFailedError,
    ServiceError,
    TableMissingError,
    ThrottledError,
)
from viticast.lake.storage import DamagedFileError

REMEDY = "Run: kedro run --env=aws --pipelines=ingestion,cataloging"

_OF_S3 = frozenset({"GetObject", "HeadObject", "HeadBucket", "ListObjectsV2"})
"""Operations with which answers are read."""

_SAID: tuple[tuple[str, type[ServiceError], str], ...] = (
    (r"TABLE_NOT_FOUND|SCHEMA_NOT_FOUND|EntityNotFoundException", TableMissingError, REMEDY),
    (
        r"PERMISSION_DENIED|Access ?Denied|[Ii]nsufficient (?:Lake Formation )?permission",
        AccessDeniedError,
        "Allow the credentials of this run to read the lake and to write the staging location (deploy/aws has the "
        "policy), and look whether Lake Formation denies it.",
    ),
    (
        r"SlowDown|reduce your request rate|Rate exceeded|TooManyRequests|Throttl",
        ThrottledError,
        "Wait some minutes and run again.",
    ),
)
"""What Athena says of a failure -> what it is, and what to do."""

_DAMAGE = re.compile(r"HIVE_BAD_DATA|HIVE_CANNOT_OPEN_SPLIT|HIVE_CURSOR_ERROR|Invalid data")
_OBJECT = re.compile(r"s3://[^\s,;)'\"\]]+[^\s,;)'\"\].:]")


def name_failure(state: str | None, words: str | None, query_id: str | None) -> ServiceError | DamagedFileError:
    """The error for a query that came to a bad end.

    Args:
        state: FAILED or CANCELLED.
        words: What Athena says of it.
        query_id: Under which Athena's history has it.
    """
    said = " ".join((words or "Athena says no reason").split())
    if state == "CANCELLED":
        return QueryCancelledError(
            f"Athena's query {query_id} was cancelled: {said}. If it scanned more than its work group allows, raise "
            f"that limit (deploy/aws); if somebody stopped it, run again."
        )
    for pattern, error, remedy in _SAID:
        if re.search(pattern, said):
            return error(f"Athena's query {query_id} failed: {said}. {remedy}")
    if _DAMAGE.search(said):
        # After what was denied and throttled, which are found as files are opened too.
        return DamagedFileError(_damage(said, query_id))
    return QueryFailedError(f"Athena's query {query_id} failed: {said}. {AGAIN}")


def name_refusal(error: BaseException, doing: str) -> ServiceError:
    """The error for a call of PyAthena that failed, by what the SDK said below it.

    Args:
        error: PyAthena's, or one of what it reads with.
        doing: As it goes on after "could not".
    """
    refused = next((cause for cause in _causes(error) if isinstance(cause, ClientError | BotoCoreError)), None)
    if isinstance(refused, ClientError):
        return _refusal(refused, doing)
    if refused is not None:
        return name_error(refused, "athena", doing)
    return QueryFailedError(f"Athena could not {doing}: {' '.join(str(error).split())}. {AGAIN}")


def _refusal(error: ClientError, doing: str) -> ServiceError:
    words = error_words(error)
    if error_code(error) == "InvalidRequestException":
        if "output bucket" in words:
            return BucketMissingError(
                f"Athena could not {doing}: {words}. Set VITICAST_AWS_STAGING to a place in a bucket that is there."
            )
        return QueryFailedError(
            f"Athena could not {doing}: {words}. If it names the work group, set VITICAST_AWS_WORK_GROUP to one that "
            "is there and enabled."
        )
    return name_error(error, "s3" if error.operation_name in _OF_S3 else "athena", doing)


def _damage(said: str, query_id: str | None) -> str:
    found = _OBJECT.search(said)
    what = found[0] if found else "an object of the lake"
    return (
        f"{what} is damaged: Athena's query {query_id} failed: {said}. Put an older version back: aws s3api "
        "list-object-versions shows them, and deploy/aws/README.md says how. Without one, delete the object and run "
        f"again what wrote it, with the same files: {REMEDY.removeprefix('Run: ')}"
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
