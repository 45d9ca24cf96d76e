"""What a test gets of the local AWS: addresses, environment, a bucket, and clients that are not counted."""

from dataclasses import dataclass, field
from typing import Any

from tests.local_aws.process import ACCESS_KEY, REGION, SECRET_KEY, LocalAwsServer
from tests.local_aws.proxy import Proxy

BUCKET = "viticast-test"


@dataclass(frozen=True)
class AwsAccount:
    """The local AWS of one test, empty but for one bucket.

    Attributes:
        server: the process behind it.
        endpoint: where the SDK of the code under test goes.
        bucket: a bucket that exists.
        access_key: of the identity that the code under test has.
        secret_key: of the same.
        through: the proxy that listens at the endpoint, if it is not the server itself.
    """

    server: LocalAwsServer
    endpoint: str
    bucket: str = BUCKET
    access_key: str = ACCESS_KEY
    secret_key: str = SECRET_KEY
    through: Proxy | None = None
    _clients: dict[str, Any] = field(default_factory=dict)

    @property
    def proxy(self) -> Proxy:
        """What listens at the endpoint; it counts, and injects faults."""
        if self.through is None:
            raise ValueError("This account is reached without a proxy.")
        return self.through

    @property
    def environment(self) -> dict[str, str]:
        """Variables that lead any SDK to the local AWS; the `aws` fixture has set them for the test's own process."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            # Nothing of the developer's own account may reach a test.
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "NO_PROXY": "127.0.0.1,localhost",
        }

    def client(self, service: str) -> Any:
        """A client of the test itself: as root, past the proxy, so that it is neither counted nor disturbed."""
        # Here, as every process of tests imports this module, and few of them ask AWS.
        import boto3  # noqa: PLC0415

        if service not in self._clients:
            self._clients[service] = boto3.client(
                service,
                endpoint_url=self.server.endpoint,
                aws_access_key_id=ACCESS_KEY,
                aws_secret_access_key=SECRET_KEY,
                region_name=REGION,
            )
        return self._clients[service]

    def put(self, key: str, body: bytes) -> None:
        """Puts an object into the bucket."""
        self.client("s3").put_object(Bucket=self.bucket, Key=key, Body=body)

    def get(self, key: str) -> bytes:
        """The bytes of an object of the bucket."""
        found: bytes = self.client("s3").get_object(Bucket=self.bucket, Key=key)["Body"].read()
        return found

    def keys(self, prefix: str = "") -> list[str]:
        """Keys of the bucket, sorted."""
        pages = self.client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return [found["Key"] for page in pages for found in page.get("Contents", [])]
