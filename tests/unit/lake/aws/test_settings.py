"""Settings of AWS: from the environment, checked all at once."""

import json
import os

import pytest

from viticast.lake.aws.settings import AwsSettings, MissingSettingsError, export_settings, require_settings, setting
from viticast.lake.service_environment import prepare_environment

LEAST = {
    "VITICAST_SOURCE": "sample",
    "VITICAST_AWS_BUCKET": "a-bucket",
    "VITICAST_AWS_ROLE": "crawler",
    "AWS_REGION": "sa-east-1",
}


@pytest.fixture
def no_profile(monkeypatch, tmp_path):
    """An SDK without a region: only what the test sets."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "VITICAST_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    return tmp_path / "config"


def test_what_is_not_said_has_a_default():
    settings = AwsSettings.from_environment(LEAST)
    assert settings.model_dump() == {
        "source": "sample",
        "bucket": "a-bucket",
        "prefix": "viticast",
        "role": "crawler",
        "database": "viticast",
        "crawler": "viticast",
        "work_group": "primary",
        "staging": "s3://a-bucket/viticast-athena",
        "encryption": "bucket",
        "kms_key": None,
        "region": "sa-east-1",
        "endpoint": None,
    }


def test_what_is_said_is_taken():
    given = LEAST | {
        "VITICAST_AWS_PREFIX": "deep/down",
        "VITICAST_AWS_ROLE": "arn:aws:iam::123456789012:role/service-role/crawler",
        "VITICAST_AWS_STAGING": "s3://other/answers",
        "VITICAST_AWS_ENCRYPTION": "aws:kms",
        "VITICAST_AWS_KMS_KEY": "arn:aws:kms:sa-east-1:123456789012:key/1234abcd",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
    }
    settings = AwsSettings.from_environment(given)
    assert settings.model_dump(by_alias=True).items() >= given.items()


def test_a_source_of_the_parameters_replaces_that_of_the_environment():
    assert AwsSettings.from_environment(LEAST, source="embrapa").source == "embrapa"
    without = {name: value for name, value in LEAST.items() if name != "VITICAST_SOURCE"}
    assert AwsSettings.from_environment(without, source="api").source == "api"


def test_everything_that_is_missing_is_listed_at_once(no_profile):
    with pytest.raises(MissingSettingsError) as raised:
        require_settings(environ={})
    lines = [line for line in str(raised.value).splitlines() if line.startswith("- ")]
    assert [line.split()[1] for line in lines] == [
        "VITICAST_SOURCE",
        "VITICAST_AWS_BUCKET",
        "VITICAST_AWS_ROLE",
        "AWS_REGION",
    ]
    assert all(" is missing: " in line and len(line.split(": ", 1)[1]) > 20 for line in lines)


def test_a_variable_without_text_is_missing():
    with pytest.raises(MissingSettingsError, match="VITICAST_AWS_BUCKET is missing"):
        AwsSettings.from_environment(LEAST | {"VITICAST_AWS_BUCKET": ""})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VITICAST_SOURCE", "samples"),
        ("VITICAST_AWS_BUCKET", "s3://a-bucket"),
        ("VITICAST_AWS_BUCKET", "A_Bucket"),
        ("VITICAST_AWS_PREFIX", "/viticast/"),
        ("VITICAST_AWS_PREFIX", "a//b"),
        ("VITICAST_AWS_PREFIX", "a\n"),
        ("VITICAST_AWS_DATABASE", "Viti-cast"),
        ("VITICAST_AWS_CRAWLER", "my crawler"),
        ("VITICAST_AWS_ROLE", "arn:aws:iam::1:role/crawler"),
        ("VITICAST_AWS_WORK_GROUP", "a/b"),
        ("VITICAST_AWS_BUCKET", "a..bucket"),
        ("VITICAST_AWS_BUCKET", "a.-bucket"),
        ("VITICAST_AWS_BUCKET", "a-.bucket"),
        ("VITICAST_AWS_BUCKET", "192.168.5.4"),
        ("VITICAST_AWS_PREFIX", "."),
        ("VITICAST_AWS_PREFIX", "a/../b"),
        ("VITICAST_AWS_STAGING", "a-bucket/answers"),
        ("VITICAST_AWS_STAGING", "s3://other/answers/"),
        ("VITICAST_AWS_STAGING", "s3://other/"),
        ("VITICAST_AWS_STAGING", "s3://other/a/.."),
        ("VITICAST_AWS_STAGING", "s3://10.0.0.1/answers"),
        ("VITICAST_AWS_ENCRYPTION", "AES-256"),
        ("AWS_REGION", "Brazil"),
    ],
)
def test_a_malformed_setting_is_told_with_what_it_should_be(name, value):
    with pytest.raises(MissingSettingsError) as raised:
        AwsSettings.from_environment(LEAST | {name: value})
    described = {field.alias: field.description for field in AwsSettings.model_fields.values()}
    [line] = [line for line in str(raised.value).splitlines() if line.startswith("- ")]
    assert line == f"- {name} cannot be {value!r}: {described[name]}"


def test_an_address_with_a_slash_at_its_end_is_told_so():
    with pytest.raises(MissingSettingsError, match="without a slash at its end"):
        AwsSettings.from_environment(LEAST | {"VITICAST_AWS_STAGING": "s3://a-bucket/answers/"})


@pytest.mark.parametrize(
    ("staging", "reason"),
    [
        ("s3://a-bucket/deep/down", "is the lake, s3://a-bucket/deep/down: the crawler would take Athena's answers"),
        ("s3://a-bucket/deep/down/sample/02_lake/vintages", "is inside the lake, s3://a-bucket/deep/down: the crawler"),
        (
            "s3://a-bucket/deep",
            "is above the lake, s3://a-bucket/deep/down: what clears it of old answers would delete",
        ),
        ("s3://a-bucket", "is above the lake, s3://a-bucket/deep/down: what clears it of old answers would delete"),
    ],
)
def test_answers_that_would_lie_among_figures_are_refused(staging, reason):
    given = LEAST | {"VITICAST_AWS_PREFIX": "deep/down", "VITICAST_AWS_STAGING": staging}
    with pytest.raises(MissingSettingsError) as raised:
        AwsSettings.from_environment(given)
    [line] = [line for line in str(raised.value).splitlines() if line.startswith("- ")]
    assert line.startswith(f"- VITICAST_AWS_STAGING {reason}")
    assert line.endswith("Give an address outside, or none: s3://a-bucket/deep/down-athena")


@pytest.mark.parametrize(
    "staging", ["s3://a-bucket/deep/down-athena", "s3://a-bucket/deep/do", "s3://a-bucket/answers", "s3://a-bucket-2"]
)
def test_answers_beside_the_lake_are_taken(staging):
    given = LEAST | {"VITICAST_AWS_PREFIX": "deep/down", "VITICAST_AWS_STAGING": staging}
    assert AwsSettings.from_environment(given).staging == staging


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VITICAST_AWS_BUCKET", "my.own-bucket.1"),
        ("VITICAST_AWS_BUCKET", "1.2.3"),
        ("VITICAST_AWS_PREFIX", "a/..b/c.d"),
    ],
)
def test_names_that_look_odd_but_are_none_of_those_are_taken(name, value):
    assert value in AwsSettings.from_environment(LEAST | {name: value}).model_dump().values()


def test_an_address_with_a_password_is_not_repeated():
    with pytest.raises(MissingSettingsError, match="AWS_ENDPOINT_URL is malformed") as raised:
        AwsSettings.from_environment(LEAST | {"AWS_ENDPOINT_URL": "http://user:hunter2@127.0.0.1"})
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize("encryption", [{}, {"VITICAST_AWS_ENCRYPTION": "AES256"}])
def test_a_key_that_would_encrypt_nothing_is_refused(encryption):
    with pytest.raises(MissingSettingsError, match="VITICAST_AWS_KMS_KEY needs VITICAST_AWS_ENCRYPTION=aws:kms"):
        AwsSettings.from_environment(LEAST | encryption | {"VITICAST_AWS_KMS_KEY": "alias/lake"})


def test_missing_malformed_and_contradictory_come_in_one_message():
    given = {"VITICAST_SOURCE": "x", "VITICAST_AWS_ROLE": "r", "VITICAST_AWS_KMS_KEY": "k"}
    with pytest.raises(MissingSettingsError) as raised:
        AwsSettings.from_environment(given)
    lines = [line for line in str(raised.value).splitlines() if line.startswith("- ")]
    assert [line.split()[1] for line in lines] == ["VITICAST_SOURCE", "VITICAST_AWS_BUCKET", "VITICAST_AWS_KMS_KEY"]


@pytest.mark.parametrize("variable", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_either_variable_names_the_region(no_profile, variable):
    given = {name: value for name, value in LEAST.items() if name != "AWS_REGION"} | {variable: "eu-west-1"}
    assert require_settings(environ=given).region == "eu-west-1"


def test_the_profile_of_the_sdk_may_name_the_region(no_profile):
    given = {name: value for name, value in LEAST.items() if name != "AWS_REGION"}
    with pytest.raises(MissingSettingsError, match="AWS_REGION is missing"):
        require_settings(environ=given)
    no_profile.write_text("[default]\nregion = eu-west-1\n")
    assert require_settings(environ=given).region is None


def test_a_profile_that_is_not_there_has_no_region(no_profile, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    given = {name: value for name, value in LEAST.items() if name != "AWS_REGION"}
    with pytest.raises(MissingSettingsError, match="AWS_REGION is missing"):
        require_settings(environ=given)


def test_the_region_is_told_to_an_sdk_that_reads_another_variable():
    environ = {"AWS_REGION": "sa-east-1", "AWS_DEFAULT_REGION": "us-east-1"}
    export_settings(AwsSettings.from_environment(LEAST), environ)
    assert environ == {"AWS_REGION": "sa-east-1", "AWS_DEFAULT_REGION": "sa-east-1"}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"VITICAST_AWS_ENCRYPTION": "AES256"}, {"ServerSideEncryption": "AES256"}),
        ({"VITICAST_AWS_ENCRYPTION": "aws:kms"}, {"ServerSideEncryption": "aws:kms"}),
        (
            {"VITICAST_AWS_ENCRYPTION": "aws:kms", "VITICAST_AWS_KMS_KEY": "k"},
            {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "k"},
        ),
    ],
)
def test_mlflow_encrypts_as_the_lake_does_unless_it_was_told_otherwise(given, told):
    settings = AwsSettings.from_environment(LEAST | given)
    environ = {}
    export_settings(settings, environ)
    assert json.loads(environ["MLFLOW_S3_UPLOAD_EXTRA_ARGS"]) == told
    environ = {"MLFLOW_S3_UPLOAD_EXTRA_ARGS": "{}"}
    export_settings(settings, environ)
    assert environ["MLFLOW_S3_UPLOAD_EXTRA_ARGS"] == "{}"


def test_one_setting_is_read_whatever_the_others_are():
    assert setting("bucket", {}) is None
    assert setting("source", {}) is None
    assert setting("prefix", {}) == "viticast"
    assert setting("staging", {}) is None
    assert setting("staging", {"VITICAST_AWS_BUCKET": "b"}) == "s3://b/viticast-athena"
    assert setting("region", {"AWS_DEFAULT_REGION": "x"}) == "x"
    assert setting("bucket", {"VITICAST_AWS_BUCKET": "NOT CHECKED"}) == "NOT CHECKED"


def test_a_setting_that_there_is_not_is_an_error():
    with pytest.raises(KeyError, match="buckett"):
        setting("buckett", {})


@pytest.mark.parametrize("env", [None, "base", "local"])
def test_no_other_environment_needs_anything(no_profile, env):
    prepare_environment(env, None)


def test_the_environment_is_checked_and_told_to_the_sdk(no_profile, monkeypatch):
    with pytest.raises(MissingSettingsError):
        prepare_environment("aws", "sample")
    for name, value in LEAST.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    prepare_environment("aws", None)
    assert os.environ["AWS_DEFAULT_REGION"] == "sa-east-1"
