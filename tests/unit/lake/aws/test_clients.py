import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from viticast.lake.aws.clients import client, forget_clients
from viticast.lake.errors import CredentialsError, ServiceError

VARIABLES = ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL")


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    forget_clients()
    yield
    forget_clients()


def test_threads_share_one_client_of_a_service():
    with ThreadPoolExecutor(8) as threads:
        clients = set(threads.map(lambda _: client("glue"), range(16)))
    assert len(clients) == 1
    assert client("s3") not in clients


def test_a_client_asks_five_times_at_most_and_says_who_it_is():
    config = client("glue").meta.config
    assert config.retries == {"mode": "standard", "total_max_attempts": 5}
    assert (config.connect_timeout, config.read_timeout) == (10, 60)
    assert "viticast" in config.user_agent


def test_a_client_follows_the_environment_when_the_old_ones_are_let_go(monkeypatch):
    assert client("athena").meta.endpoint_url == "http://127.0.0.1:9"
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:10")
    assert client("athena").meta.endpoint_url == "http://127.0.0.1:9"
    forget_clients()
    assert client("athena").meta.endpoint_url == "http://127.0.0.1:10"


def test_a_missing_region_is_named(monkeypatch):
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(ServiceError, match="AWS_REGION"):
        client("athena")


def test_a_missing_profile_is_named(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "winery")
    with pytest.raises(CredentialsError, match="winery"):
        client("glue")


def test_an_address_that_is_none_is_named(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "127.0.0.1:4566")
    with pytest.raises(ServiceError, match="AWS_ENDPOINT_URL"):
        client("glue")


def test_the_embedded_lake_loads_no_sdk():
    program = (
        "import sys, viticast.lake.catalog, viticast.datasets.lake_catalog, viticast.datasets.lake_query;"
        "sys.exit(bool({'boto3', 'botocore', 'pyathena', 's3fs'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
