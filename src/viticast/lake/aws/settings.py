"""What the environment `aws` needs to know: one list of environment variables, and one error for all that is wrong."""

import json
import os
import re
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from viticast.contracts.columns import SOURCES
from viticast.lake.errors import ServiceError
from viticast.lake.service_environment import AWS

Encryption = Literal["bucket", "AES256", "aws:kms"]

BUCKET = r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
KEY = r"[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*"
NO_BUCKET = re.compile(r"\.\.|\.-|-\.|^\d+\.\d+\.\d+\.\d+$")
"""What S3 has no bucket of, beside what `BUCKET` says."""


class MissingSettingsError(ServiceError):
    """Environment variables are missing or malformed; the message lists all of them."""


def _variable(name: str, description: str, **more: Any) -> Any:  # noqa: ANN401 - as pydantic's own Field
    return Field(alias=name, description=description, **more)


class AwsSettings(BaseModel):
    """Where in Amazon's cloud the lake is, and who asks.

    Each field has the name of its environment variable as its alias. Credentials are no settings: the SDK finds them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = _variable(
        "VITICAST_SOURCE",
        f"where the figures come from: {', '.join(SOURCES)}; --params source=<name> of kedro run, or --source of the "
        "other commands, does as well",
        pattern=rf"^(?:{'|'.join(SOURCES)})$",
    )
    bucket: str = _variable(
        "VITICAST_AWS_BUCKET",
        "name of the bucket that has the lake, as S3 allows them, without s3://",
        pattern=f"^{BUCKET}$",
    )
    prefix: str = _variable(
        "VITICAST_AWS_PREFIX",
        "what all keys of the lake begin with, without slashes around it, and without . and .. as parts",
        default="viticast",
        pattern=f"^{KEY}$",
    )
    role: str = _variable(
        "VITICAST_AWS_ROLE",
        "role that the crawler reads the bucket as: its ARN, or its name",
        pattern=r"^(?:arn:[a-z-]+:iam::\d{12}:role/)?[A-Za-z0-9_+=,.@/-]+$",
    )
    database: str = _variable(
        "VITICAST_AWS_DATABASE",
        "Glue database, lower case; each source has one of its own, <database>_<source>",
        default="viticast",
        pattern=r"^[a-z][a-z0-9_]{0,200}$",
    )
    crawler: str = _variable(
        "VITICAST_AWS_CRAWLER",
        "Glue crawler; each source has one of its own, <crawler>-<source>",
        default="viticast",
        pattern=r"^[A-Za-z0-9_-]{1,200}$",
    )
    work_group: str = _variable(
        "VITICAST_AWS_WORK_GROUP",
        "Athena work group that bounds and accounts for the queries",
        default="primary",
        pattern=r"^[A-Za-z0-9._-]{1,128}$",
    )
    staging: str | None = _variable(
        "VITICAST_AWS_STAGING",
        "s3:// address outside the lake, without a slash at its end, where Athena leaves its answers; nothing there is "
        "needed after a run. "
        "Without it: s3://<bucket>/<prefix>-athena",
        default=None,
        pattern=f"^s3://{BUCKET}(?:/{KEY})?$",
    )
    encryption: Encryption = _variable(
        "VITICAST_AWS_ENCRYPTION",
        f"how objects are encrypted: {', '.join(get_args(Encryption))}; `bucket` is what the bucket does by itself",
        default="bucket",
    )
    kms_key: str | None = _variable(
        "VITICAST_AWS_KMS_KEY",
        "key of aws:kms: its id, ARN or alias; the account's own key for S3 without it",
        default=None,
        pattern=r"^[A-Za-z0-9_:/-]+$",
    )
    region: str | None = _variable(
        "AWS_REGION",
        "region of bucket and services; AWS_DEFAULT_REGION or the SDK's profile does as well",
        default=None,
        pattern=r"^[a-z]{2}(?:-[a-z0-9]+)+$",
    )
    endpoint: str | None = _variable(
        "AWS_ENDPOINT_URL",
        "http address of something else that answers as AWS does, for tests",
        default=None,
        pattern=r"^https?://[^@\s]+$",
        # It may have a password in it.
        repr=False,
    )

    @field_validator("bucket")
    @classmethod
    def _require_bucket(cls, name: str) -> str:
        if NO_BUCKET.search(name):
            raise ValueError("S3 has no buckets of such a name")
        return name

    @field_validator("prefix")
    @classmethod
    def _require_key(cls, key: str) -> str:
        # Programs take them for folders, and S3 for names.
        if {".", ".."} & set(key.split("/")):
            raise ValueError("a key with . or .. as a part")
        return key

    @field_validator("staging")
    @classmethod
    def _require_address(cls, address: str | None) -> str | None:
        if address is not None:
            bucket, _, key = address.removeprefix("s3://").partition("/")
            cls._require_bucket(bucket)
            cls._require_key(key)
        return address

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None, *, source: str | None = None) -> "AwsSettings":
        """Reads and checks all variables.

        Args:
            environ: Those of the process without it. A variable without text counts as missing.
            source: Replaces `VITICAST_SOURCE`.

        Raises:
            MissingSettingsError: Lists every variable that is missing or malformed.
        """
        given = _given(os.environ if environ is None else environ, source)
        if problems := _problems(given):
            raise _error(problems)
        return cls.model_validate(given)


def require_settings(source: str | None = None, environ: Mapping[str, str] | None = None) -> AwsSettings:
    """Checks that the environment has all that a run needs, before anything is asked of a service.

    Args:
        source: What `--params source` says; it replaces `VITICAST_SOURCE`.
        environ: Environment variables, those of the process without it.

    Raises:
        MissingSettingsError: Lists every variable that is missing or malformed.
    """
    given = _given(os.environ if environ is None else environ, source)
    problems = _problems(given)
    if "AWS_REGION" not in given and not _profile_has_region():
        problems.append(f"AWS_REGION is missing: {AwsSettings.model_fields['region'].description}")
    if problems:
        raise _error(problems)
    return AwsSettings.model_validate(given)


def setting(name: str, environ: Mapping[str, str] | None = None) -> str | None:
    """One setting, unchecked: what the environment says, else its default; None if there is neither.

    Configuration is read before a run knows whether it has all it needs, and by commands that need none of it.

    Args:
        name: A field of `AwsSettings`.
        environ: Environment variables, those of the process without it.

    Raises:
        KeyError: There is no such setting.
    """
    field = AwsSettings.model_fields[name]
    given = _given(os.environ if environ is None else environ, None)
    return given.get(str(field.alias), None if field.is_required() else field.default)


def export_settings(settings: AwsSettings, environ: MutableMapping[str, str]) -> None:
    """Tells other users of the SDK what they would not find, in this process and those it starts.

    Python's SDK is the one that does not read AWS_REGION; MLflow encrypts what it uploads only if it is told to.

    Args:
        settings: Have the region and the encryption.
        environ: Is changed; how MLflow uploads stays as it is if somebody has said it.
    """
    if settings.region is not None:
        environ["AWS_DEFAULT_REGION"] = settings.region
    if settings.encryption != "bucket":
        key = {"SSEKMSKeyId": settings.kms_key} if settings.kms_key else {}
        arguments = json.dumps({"ServerSideEncryption": settings.encryption, **key})
        environ.setdefault("MLFLOW_S3_UPLOAD_EXTRA_ARGS", arguments)


def _given(environ: Mapping[str, str], source: str | None) -> dict[str, str]:
    """Variable -> its text, where it has one."""
    names = [str(field.alias) for field in AwsSettings.model_fields.values()]
    given = {name: environ[name] for name in names if environ.get(name)}
    if source is not None:
        given["VITICAST_SOURCE"] = source
    if "AWS_REGION" not in given and environ.get("AWS_DEFAULT_REGION"):
        given["AWS_REGION"] = environ["AWS_DEFAULT_REGION"]
    if "VITICAST_AWS_STAGING" not in given and (lake := _lake(given)):
        given["VITICAST_AWS_STAGING"] = _default_staging(lake)
    return given


def _problems(given: Mapping[str, str]) -> list[str]:
    """Everything that is missing, malformed or against each other; a line for each."""
    problems = [*_conflicts(given)]
    try:
        AwsSettings.model_validate(given)
    except ValidationError as error:
        problems = [*_malformed(error), *problems]
    return problems


def _malformed(error: ValidationError) -> Iterator[str]:
    described = {field.alias: field for field in AwsSettings.model_fields.values()}
    wrong = {str(problem["loc"][0]): problem for problem in error.errors()}
    for name, problem in wrong.items():
        if name == "VITICAST_AWS_STAGING" and {"VITICAST_AWS_BUCKET", "VITICAST_AWS_PREFIX"} & set(wrong):
            # It was made of those.
            continue
        field = described[name]
        if problem["type"] == "missing":
            state = "is missing"
        else:
            state = f"cannot be {problem['input']!r}" if field.repr else "is malformed"
        yield f"{name} {state}: {field.description}"


def _conflicts(given: Mapping[str, str]) -> Iterator[str]:
    if "VITICAST_AWS_KMS_KEY" in given and given.get("VITICAST_AWS_ENCRYPTION") != "aws:kms":
        yield "VITICAST_AWS_KMS_KEY needs VITICAST_AWS_ENCRYPTION=aws:kms, or nothing is encrypted with the key"
    staging, lake = given.get("VITICAST_AWS_STAGING"), _lake(given)
    if staging is None or lake is None or staging == _default_staging(lake):
        return
    ours, theirs = f"{lake.rstrip('/')}/", f"{staging.rstrip('/')}/"
    if theirs.startswith(ours):
        where = "is" if theirs == ours else "is inside"
        yield (
            f"VITICAST_AWS_STAGING {where} the lake, {lake}: the crawler would take Athena's answers for figures. "
            f"Give an address outside, or none: {_default_staging(lake)}"
        )
    elif ours.startswith(theirs):
        yield (
            f"VITICAST_AWS_STAGING is above the lake, {lake}: what clears it of old answers would delete the lake. "
            f"Give an address outside, or none: {_default_staging(lake)}"
        )


def _lake(given: Mapping[str, str]) -> str | None:
    """Address of everything that is kept, if there is a bucket."""
    if "VITICAST_AWS_BUCKET" not in given:
        return None
    prefix = given.get("VITICAST_AWS_PREFIX", AwsSettings.model_fields["prefix"].default)
    return f"s3://{given['VITICAST_AWS_BUCKET']}/{prefix}"


def _default_staging(lake: str) -> str:
    return f"{lake}-athena"


def _profile_has_region() -> bool:
    # Loaded only where no variable names the region: a tenth of a second.
    import botocore.session  # noqa: PLC0415
    from botocore.exceptions import ProfileNotFound  # noqa: PLC0415

    try:
        return botocore.session.Session().get_config_variable("region") is not None
    except ProfileNotFound:
        return False


def _error(problems: list[str]) -> MissingSettingsError:
    listed = "".join(f"\n- {problem}" for problem in problems)
    return MissingSettingsError(
        f"--env {AWS} needs settings from the environment that are missing or wrong:{listed}\n"
        "Set them, and run again; conf/README.md lists all of them."
    )
