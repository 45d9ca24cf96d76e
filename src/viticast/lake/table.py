"""One table of the lake: a folder of Hive partitions, one Parquet file in each."""

import io
import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Literal
from urllib.parse import quote, unquote

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from viticast.contracts.columns import Table
from viticast.lake.storage import DamagedFileError, open_storage

logger = logging.getLogger(__name__)

Overwrite = Literal["never", "changed"]

UNREADABLE = (pa.ArrowException, OSError)
"""What Arrow raises at bytes that are no whole Parquet file."""

FILE_NAME = "part-0.parquet"
"""The same name in every run, so that a rerun replaces and never adds."""


class LakeTable:
    """Rows of one table, split by the values of its partition columns.

    Args:
        root: Folder of the lake, local or remote.
        name: Name of the table and of its folder.
        partition_by: Columns that name the folders (`column=value`); they are not in the files.
        overwrite: `never` for partitions whose key is a hash of their content, `changed` for the others.
    """

    def __init__(self, root: str, name: str, partition_by: Sequence[str], overwrite: Overwrite) -> None:
        self.storage = open_storage(root)
        self.name = name
        self.partition_by = list(partition_by)
        self.overwrite = overwrite

    def partitions(self) -> list[str]:
        """Names of the Parquet files under the root, sorted."""
        depth = "/".join(["*"] * len(self.partition_by))
        return self.storage.glob(f"{self.name}/{depth}/{FILE_NAME}")

    def write(self, frame: pd.DataFrame) -> list[str]:
        """Writes each partition of the frame.

        Returns:
            Names of the files that this call changed.

        Raises:
            ValueError: A partition column is missing or has an empty cell.
        """
        return [name for name, content in self._encoded(frame) if self._put(name, content)]

    def read(self, where: Mapping[str, str] | None = None, *, skip_damaged: bool = False) -> pd.DataFrame:
        """All rows, or those of some partitions; the partition columns as text in front.

        Args:
            where: Partition column -> the value it must have.
            skip_damaged: Leave out partitions that cannot be read, with a warning; else they are an error.

        Raises:
            FileNotFoundError: There is no such partition.
            DamagedFileError: The file of one is no whole Parquet file.
        """
        frames = list(self._frames(self._matching(where or {}), skip_damaged))
        if not frames:
            wanted = [_folder(column, value) for column, value in (where or {}).items()]
            which = f" with {', '.join(wanted)}" if wanted else ""
            raise FileNotFoundError(f"the lake has no table '{self.name}'{which} under {self.storage.root}")
        return pd.concat(frames, ignore_index=True)

    def has(self, where: Mapping[str, str] | None = None) -> bool:
        """True if the table has a partition, or one of these values."""
        return bool(self._matching(where or {}))

    def _matching(self, where: Mapping[str, str]) -> list[str]:
        wanted = [_folder(column, value) for column, value in where.items()]
        return [name for name in self.partitions() if all(folder in name.split("/") for folder in wanted)]

    def _frames(self, names: Sequence[str], skip_damaged: bool) -> Iterator[pd.DataFrame]:
        for name in names:
            try:
                yield self._decoded(name)
            except DamagedFileError as error:
                if not skip_damaged:
                    raise
                logger.warning("left out: %s", error)

    def _put(self, name: str, content: bytes) -> bool:
        if self.overwrite == "never":
            return self.storage.write_once(name, content, is_whole=is_whole_parquet)
        return self.storage.write_changed(name, content)

    def _encoded(self, frame: pd.DataFrame) -> Iterator[tuple[str, bytes]]:
        keys = frame[self.partition_by]
        if keys.isna().any(axis=None):
            raise ValueError(f"{self.name}: a partition column among {self.partition_by} has empty cells")
        for values, rows in frame.groupby(self.partition_by, sort=True):
            folders = [_folder(column, str(value)) for column, value in zip(self.partition_by, values, strict=True)]
            buffer = io.BytesIO()
            table = pa.Table.from_pandas(rows.drop(columns=self.partition_by), preserve_index=False)
            # Checksums, because a figure that rots on a disk is no less a figure to whoever reads it.
            pq.write_table(table.replace_schema_metadata(None), buffer, compression="zstd", write_page_checksum=True)
            yield str(PurePosixPath(self.name, *folders, FILE_NAME)), buffer.getvalue()

    def _decoded(self, name: str) -> pd.DataFrame:
        try:
            frame = _read_parquet(self.storage.read(name))
        except UNREADABLE as error:
            raise DamagedFileError(damage(self.storage.path(name), str(error))) from error
        folders = PurePosixPath(name).parts[1:-1]
        for position, folder in enumerate(folders):
            column, value = folder.split("=", 1)
            frame.insert(position, column, pd.Series(unquote(value), index=frame.index, dtype="str"))
        return frame


def empty_frame(model: type[Table]) -> pd.DataFrame:
    """No rows, with the columns and types of a contract."""
    types = {name: str(column.dtype) for name, column in model.to_schema().columns.items()}
    return pd.DataFrame(
        {name: pd.Series(dtype="str" if kind.startswith("string") else kind) for name, kind in types.items()}
    )


def is_whole_parquet(content: bytes) -> bool:
    """True if every page of the file can be read and is what was written."""
    try:
        _read_parquet(content)
    except UNREADABLE:
        return False
    return True


def damage(path: str, found: str) -> str:
    """What a damaged partition is called in an error, and what to do."""
    return (
        f"{path} is damaged ({found.strip()}). Put a copy from a backup in its place. Without one, delete it and run "
        "again what wrote it, with the same files: kedro run. A batch of the crosswalk is not made anew in the same "
        "way if aliases have changed since: labels may then get other ids"
    )


def _read_parquet(content: bytes) -> pd.DataFrame:
    frame: pd.DataFrame = pq.read_table(io.BytesIO(content), page_checksum_verification=True).to_pandas()
    return frame


def _folder(column: str, value: str) -> str:
    # A slash in a value would open a folder of its own.
    return f"{column}={quote(value, safe='')}"
