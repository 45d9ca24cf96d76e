"""Clients of the services, one for each process."""

import os
import threading
from functools import cache
from typing import Any, Literal

import boto3
from botocore.config import Config

from viticast.lake.aws.failures import naming_errors
from viticast.lake.errors import ServiceError
from viticast.lake.masking import masked

Service = Literal["s3", "glue", "athena"]

PARALLEL_CONNECTIONS = 32
"""More than what asks one service at a time; the SDK's own ten would make threads wait for each other."""

CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 5},
    connect_timeout=10,
    read_timeout=60,
    max_pool_connections=PARALLEL_CONNECTIONS,
    user_agent_extra="viticast",
)
"""How the SDK behaves, for every client of this project."""
_making = threading.Lock()


def client(service: Service) -> Any:  # noqa: ANN401 - boto3 makes the class at run time
    """The process's client of a service; credentials, region and address by the SDK's own chain.

    Raises:
        CredentialsError: The profile that the environment names is not there.
        ServiceError: There is no region, or the address of the service is none.
    """
    with _making:
        # Connections must not be shared with a process that was forked.
        return _client(service, os.getpid())


def forget_clients() -> None:
    """Lets go of all clients, so that the next ones read the environment anew."""
    with _making:
        _client.cache_clear()


@cache
def _client(service: Service, process: int) -> Any:  # noqa: ANN401 - the process is part of the key
    with naming_errors(service, "be asked"):
        try:
            return boto3.session.Session().client(service, config=CONFIG)
        except ValueError as error:
            # The SDK's error for an address without http:// is no error of the SDK's kind.
            raise ServiceError(f"{service}: {masked(str(error))}. Correct AWS_ENDPOINT_URL.") from None
