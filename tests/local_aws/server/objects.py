"""The objects of ministack's S3, read without HTTP, in the account and region of the request that is served."""

import hashlib
import os
import tempfile
from functools import cache
from pathlib import Path
from urllib.parse import urlparse

import pyarrow as pa
import pyarrow.parquet as pq
from ministack.services import s3


class ObjectError(Exception):
    """S3 refuses what the crawler or the query engine asks for."""


def split_address(address: str) -> tuple[str, str]:
    """`s3://bucket/key` -> (bucket, key)."""
    parts = urlparse(address)
    return parts.netloc, parts.path.lstrip("/")


def as_folder(address: str) -> str:
    """An address or a key that ends with a slash, but for the root of a bucket."""
    return address if not address or address.endswith("/") else f"{address}/"


def bucket_exists(bucket: str) -> bool:
    """Whether the account has the bucket."""
    return bucket in s3._buckets


def list_keys(bucket: str, prefix: str) -> list[str]:
    """Keys under a prefix, sorted, but for those that Hive and Trino take no notice of."""
    found = s3._buckets.get(bucket)
    if found is None:
        raise ObjectError(f"The specified bucket does not exist: {bucket}")
    keys = [key for key in list(found["objects"]) if key.startswith(prefix)]
    return sorted(key for key in keys if not _is_hidden(key[len(prefix) :]))


def write_object(bucket: str, key: str, data: bytes, content_type: str = "application/octet-stream") -> None:
    """Puts an object."""
    headers = {"content-type": content_type, "content-length": str(len(data))}
    status, _, body = s3._put_object(bucket, key, data, headers)
    if status >= 300:
        raise ObjectError(f"cannot write s3://{bucket}/{key}: {body[:200]!r}")


def local_copy(bucket: str, key: str) -> Path:
    """A file with the bytes of an object, made once for each content: old objects cost a query nothing but a look."""
    tag = s3._buckets[bucket]["objects"][key]["etag"]
    path = _folder() / hashlib.sha256(f"{bucket}/{key}/{tag}".encode()).hexdigest()
    if not path.exists():
        data: bytes = s3._get_object_data(bucket, key)
        fresh = path.with_suffix(f".{os.urandom(8).hex()}")
        fresh.write_bytes(data)
        fresh.replace(path)
    return path


@cache
def parquet_metadata(path: Path) -> tuple[pa.Schema, int]:
    """Schema and number of rows of a file.

    Raises:
        pyarrow.ArrowInvalid: The file is not Parquet.
    """
    with pq.ParquetFile(path) as file:
        return file.schema_arrow, file.metadata.num_rows


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="objects-"))


def _is_hidden(relative: str) -> bool:
    return relative.endswith("/") or any(part.startswith(("_", ".")) for part in relative.split("/"))
