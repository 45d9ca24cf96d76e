"""How partitions are named: folders of the kind `column=value`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote


def partition_folder(column: str, value: str) -> str:
    """Name of one folder; whatever a folder's name may not hold is quoted as in an address."""
    # A slash in a value would open a folder of its own.
    return f"{column}={quote(value, safe='')}"


def partition_path(partition_by: Sequence[str], values: Mapping[str, str]) -> str:
    """Folders of one partition below its table's, without a slash at either end.

    Args:
        partition_by: The table's partition columns, in the order of the folders.
        values: Partition column -> value.
    """
    return "/".join(partition_folder(column, values[column]) for column in partition_by)


def partitions_of(partition_by: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """The partitions that rows lie in, each once.

    Args:
        partition_by: The table's partition columns.
        rows: Records with at least these columns.
    """
    values = dict.fromkeys(tuple(str(row[column]) for column in partition_by) for row in rows)
    return [dict(zip(partition_by, one, strict=True)) for one in values]
