"""Fixtures of the local AWS: one server for each process of tests, empty for each test."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.local_aws.account import AwsAccount
from tests.local_aws.process import LocalAwsServer, server_python
from tests.local_aws.proxy import Proxy

USER = "viticast"
MakeUser = Callable[[Mapping[str, Any]], AwsAccount]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks every test that asks for the local AWS, so that `make test` runs none of them by mistake."""
    for item in items:
        if "aws_python" in getattr(item, "fixturenames", ()):
            item.add_marker("aws")


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
    account = empty_account(aws_server, aws_proxy)
    lead_to(account, monkeypatch)
    return account


@pytest.fixture(scope="session")
def guarded_aws(aws_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalAwsServer, Proxy]]:
    """A second local AWS, which checks signatures and policies, and its proxy."""
    folder = tmp_path_factory.mktemp("guarded_aws")
    with LocalAwsServer(aws_python, folder, authorization=True) as server, Proxy(server.port) as proxy:
        yield server, proxy


@pytest.fixture
def aws_user(guarded_aws: tuple[LocalAwsServer, Proxy], monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeUser]:
    """Makes an account, empty but for one bucket, and a user in it who may do what a policy says.

    The environment of this process has the user's credentials from then on; `AwsAccount.client` is still root.
    """
    # Here, as every process of tests imports this module, and few of them ask AWS.
    from viticast.lake.aws.clients import forget_clients  # noqa: PLC0415

    forget_clients()

    def make(policy: Mapping[str, Any]) -> AwsAccount:
        account = empty_account(*guarded_aws)
        iam = account.client("iam")
        iam.create_user(UserName=USER)
        iam.put_user_policy(UserName=USER, PolicyName="given", PolicyDocument=json.dumps(policy))
        key = iam.create_access_key(UserName=USER)["AccessKey"]
        of_user = replace(account, access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"])
        lead_to(of_user, monkeypatch)
        return of_user

    yield make
    forget_clients()


def empty_account(server: LocalAwsServer, proxy: Proxy) -> AwsAccount:
    """Forgets what was in the server and in its proxy, and makes a bucket."""
    server.reset()
    proxy.clear()
    account = AwsAccount(server, proxy.endpoint, through=proxy)
    account.client("s3").create_bucket(Bucket=account.bucket)
    return account


@contextmanager
def leading_to(account: AwsAccount) -> Iterator[None]:
    """Leads this process to the account, for a fixture that serves more than one test."""
    # Here, as every process of tests imports this module, and few of them ask AWS.
    from viticast.lake.aws.clients import forget_clients  # noqa: PLC0415

    forget_clients()
    with pytest.MonkeyPatch.context() as patch:
        lead_to(account, patch)
        yield
    forget_clients()


def lead_to(account: AwsAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the environment of this process lead any SDK to the account, and to nobody's own."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in account.environment.items():
        monkeypatch.setenv(name, value)
