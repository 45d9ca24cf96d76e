"""Fixtures of the local AWS: one server for each process of tests, empty for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.local_aws.account import AwsAccount
from tests.local_aws.process import LocalAwsServer, server_python
from tests.local_aws.proxy import Proxy


@pytest.fixture(scope="session")
def aws_python() -> Path:
    """The interpreter of the local AWS; without it the test is skipped, and says so."""
    python = server_python()
    if python is None:
        pytest.skip("THE LOCAL AWS IS NOT SET UP, this test checks nothing: run make test-aws")
    return python


@pytest.fixture(scope="session")
def aws_server(aws_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAwsServer]:
    """A local AWS without authorization, for as long as this process of tests runs."""
    with LocalAwsServer(aws_python, tmp_path_factory.mktemp("local_aws")) as server:
        yield server


@pytest.fixture(scope="session")
def aws_proxy(aws_server: LocalAwsServer) -> Iterator[Proxy]:
    """The proxy before the local AWS; its address stays, so that a cached client stays usable."""
    with Proxy(aws_server.port) as proxy:
        yield proxy


@pytest.fixture
def aws(aws_server: LocalAwsServer, aws_proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> AwsAccount:
    """An empty local AWS with one bucket; the environment of this process leads to it."""
    aws_server.reset()
    aws_proxy.clear()
    account = AwsAccount(aws_server, aws_proxy.endpoint, through=aws_proxy)
    account.client("s3").create_bucket(Bucket=account.bucket)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in account.environment.items():
        monkeypatch.setenv(name, value)
    return account
