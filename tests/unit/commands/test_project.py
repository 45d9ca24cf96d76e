"""Commands read the environment that is asked for, and say what it lacks."""

import os

import pytest
from kedro.framework.project import configure_project

from viticast.commands.project import configuration, open_lake
from viticast.lake.aws.settings import MissingSettingsError


@pytest.fixture(autouse=True)
def project(project_root, monkeypatch):
    configure_project("viticast")
    monkeypatch.chdir(project_root)
    for name in [name for name in os.environ if name.startswith("VITICAST_") or name == "KEDRO_ENV"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_REGION", "sa-east-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "sa-east-1")


@pytest.mark.parametrize("named", ["--env", "KEDRO_ENV"])
def test_an_environment_that_lacks_settings_is_refused(monkeypatch, named):
    if named == "KEDRO_ENV":
        monkeypatch.setenv("KEDRO_ENV", "aws")
    with pytest.raises(MissingSettingsError, match=r"(?s)VITICAST_AWS_BUCKET.*VITICAST_AWS_ROLE"):
        configuration("sample", "aws" if named == "--env" else None)


def test_the_lake_of_the_environment_is_in_its_bucket(monkeypatch):
    monkeypatch.setenv("VITICAST_AWS_BUCKET", "a-bucket")
    monkeypatch.setenv("VITICAST_AWS_ROLE", "a-role")
    monkeypatch.setenv("VITICAST_SOURCE", "embrapa")
    assert open_lake(env="aws").root == "s3://a-bucket/viticast/embrapa/02_lake"
    assert open_lake("sample", "aws").root == "s3://a-bucket/viticast/sample/02_lake"


def test_the_embedded_default_needs_none():
    assert configuration("sample", "base")["globals"]["data_path"] == "data"
