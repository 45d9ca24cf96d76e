"""Which storage an address means."""

from viticast.lake.storage.base import Storage
from viticast.lake.storage.local import LocalStorage

S3 = "s3://"

PROTOCOL = "://"


def is_local(address: str) -> bool:
    """True for a path, or an address of a file, of this machine."""
    return PROTOCOL not in address or address.startswith("file://")


def open_storage(root: str) -> Storage:
    """The storage at an address.

    Args:
        root: A path, or `s3://bucket/prefix`.

    Raises:
        ValueError: The address is of another kind.
    """
    if is_local(root):
        return LocalStorage(root)
    if root.startswith(S3):
        # Loaded where it is needed: the SDK weighs tens of megabytes, which a run on this machine does not pay for.
        from viticast.lake.aws.s3 import S3Storage  # noqa: PLC0415

        return S3Storage(root)
    raise ValueError(f"{root} is no place that the lake can be in. Give a path, or {S3}<bucket>/<prefix>")


def open_file(address: str) -> tuple[Storage, str]:
    """The storage that a file is in, and its name there.

    Raises:
        ValueError: The address is neither a path nor one of S3.
    """
    folder, _, name = address.rpartition("/")
    return open_storage(folder or "."), name
