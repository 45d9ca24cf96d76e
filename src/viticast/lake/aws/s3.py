"""Files of the lake in a bucket: each write is refused by S3 itself where another writer came first."""

import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from botocore import exceptions as sdk

from viticast.lake.aws.clients import client
from viticast.lake.aws.failures import NO_CONNECTION, error_code, name_error, naming_errors
from viticast.lake.aws.settings import setting
from viticast.lake.errors import ServiceError
from viticast.lake.storage.base import Item, Result, Storage
from viticast.lake.storage.opening import S3
from viticast.lake.writers import STALE_SUFFIX

PARALLEL = 16
"""So many objects are read or written at once; the client keeps more connections than that."""

DOWNLOADS = 4
"""So often an object is asked for whose bytes break off: the SDK repeats a request, but reads no answer twice."""

ROUNDS = 10
"""So often a write begins anew because another writer came first."""

KMS = "aws:kms"

PAUSE_SECONDS = 0.05
"""Between two rounds, times their number."""

MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
"""What S3 answers where there is no such object."""

LOST = frozenset({"412", "PreconditionFailed", "409", "ConditionalRequestConflict", "NoSuchKey"})
"""What S3 answers where the object is not, or no longer, what the writer takes it for; or is being written now."""

_BROKEN_OFF = (*NO_CONNECTION, sdk.FlexibleChecksumError)
"""What reading an answer raises whose bytes did not all come, or came wrong."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Found:
    """An object as it was when it was read."""

    content: bytes
    etag: str


class S3Storage(Storage):
    """Objects of a bucket, under a prefix; S3 shows an object only when the whole of it has arrived.

    No access list is ever sent: who may read is for the bucket to say.

    Args:
        root: `s3://bucket/prefix`, or `s3://bucket`.

    Raises:
        ValueError: It names no bucket.
    """

    def __init__(self, root: str) -> None:
        self._bucket, _, prefix = root.removeprefix(S3).partition("/")
        if not self._bucket:
            raise ValueError(f"{root} names no bucket: {S3}<bucket>/<prefix>")
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self.root = f"{S3}{self._bucket}/{self._prefix}".rstrip("/")

    def exists(self, name: str) -> bool:
        """True if an object of this name is there."""
        key = f"{self._prefix}{name}"
        # Not by HEAD: its answers have no body, so that no fault could be told from another, nor a missing bucket from
        # a missing object. Of keys with one beginning the shortest is listed first.
        with naming_errors("s3", f"look for {self.path(name)}"):
            answer = self._client.list_objects_v2(Bucket=self._bucket, Prefix=key, MaxKeys=1)
        return any(entry["Key"] == key for entry in answer.get("Contents", ()))

    def read(self, name: str) -> bytes:
        """The object's bytes.

        Raises:
            FileNotFoundError: It is not there.
            ServiceError: Or one of its kinds: S3 did not give it.
        """
        found = self._find(name)
        if found is None:
            raise FileNotFoundError(f"{self.path(name)} is not there")
        return found.content

    def glob(self, pattern: str) -> list[str]:
        """Names under the root that match, sorted; only what begins as the pattern does is listed."""
        matching = _expression(pattern)
        fixed = pattern.partition("*")[0]
        names = (key.removeprefix(self._prefix) for key in self._keys(f"{self._prefix}{fixed}"))
        return sorted(name for name in names if matching.fullmatch(name) and STALE_SUFFIX not in name)

    def write_once(self, name: str, content: bytes, is_whole: Callable[[bytes], bool] | None = None) -> bool:
        """Writes an object whose name says what is in it; of several writers the first one's stays."""

        def stays(existing: bytes) -> bool:
            if is_whole is None or existing == content or is_whole(existing):
                return True
            logger.warning("%s was damaged and is written anew", self.path(name))
            return False

        return self._write(name, content, stays)

    def write_changed(self, name: str, content: bytes) -> bool:
        """Writes an object unless it already holds these bytes."""
        return self._write(name, content, lambda existing: existing == content)

    def each(self, act: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Reads or writes many objects, several at once."""
        with ThreadPoolExecutor(PARALLEL, thread_name_prefix="s3") as pool:
            yield from pool.map(act, items)

    @property
    def _client(self) -> Any:  # noqa: ANN401 - boto3 makes the class at run time
        return client("s3")

    def _object(self, name: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": f"{self._prefix}{name}"}

    def _keys(self, prefix: str) -> Iterator[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
        with naming_errors("s3", f"list {S3}{self._bucket}/{prefix}"):
            for page in pages:
                yield from (entry["Key"] for entry in page.get("Contents", ()))

    def _write(self, name: str, content: bytes, stays: Callable[[bytes], bool]) -> bool:
        """Writes over exactly what was looked at; whenever another writer came first, looks again."""
        for number in range(ROUNDS):
            found = self._find(name)
            if found is not None and stays(found.content):
                return False
            if self._put(name, content, over=found):
                return True
            time.sleep(PAUSE_SECONDS * number)
        raise ServiceError(
            f"S3 could not write {self.path(name)}: other runs wrote it {ROUNDS} times meanwhile. "
            "Run again when they have ended"
        )

    def _find(self, name: str) -> _Found | None:
        for _ in range(DOWNLOADS):
            try:
                return self._download(name)
            except _BROKEN_OFF as error:
                broken = error
        raise name_error(broken, "s3", f"read {self.path(name)}") from broken

    def _download(self, name: str) -> _Found | None:
        with naming_errors("s3", f"read {self.path(name)}"):
            try:
                answer = self._client.get_object(**self._object(name))
            except sdk.ClientError as error:
                if error_code(error) in MISSING:
                    return None
                raise
        return _Found(answer["Body"].read(), answer["ETag"])

    def _put(self, name: str, content: bytes, over: _Found | None) -> bool:
        """True if the object was written; False if it is not, or no longer, what it was to be written over."""
        condition = {"IfNoneMatch": "*"} if over is None else {"IfMatch": over.etag}
        with naming_errors("s3", f"write {self.path(name)}"):
            try:
                self._client.put_object(**self._object(name), Body=content, **condition, **_encryption())
            except sdk.ClientError as error:
                if error_code(error) in LOST:
                    return False
                raise
        return True


def _encryption() -> dict[str, str]:
    """How an object is to be encrypted; nothing is said where the bucket does it by itself."""
    kind, key = setting("encryption"), setting("kms_key")
    if kind in {None, "bucket"}:
        return {}
    return {"ServerSideEncryption": str(kind)} | ({"SSEKMSKeyId": key} if key and kind == KMS else {})


def _expression(pattern: str) -> re.Pattern[str]:
    """The pattern as a regular expression over whole names."""
    parts = re.split(r"(\*\*/|\*)", pattern)
    meaning = {"**/": "(?:.*/)?", "*": "[^/]*"}
    return re.compile("".join(meaning.get(part) or re.escape(part) for part in parts))
