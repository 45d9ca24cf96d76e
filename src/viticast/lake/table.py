"""One table of the lake: a folder of Hive partitions, one Parquet file in each."""

import io
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Literal
from urllib.parse import unquote

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from viticast.contracts.columns import Table
from viticast.lake.partitions import partition_folder
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

    def partitions(self, where: Mapping[str, str] | None = None) -> list[str]:
        """Names of the Parquet files under the root, sorted: all, or those of some values of partition columns."""
        wanted = where or {}
        if set(wanted) - set(self.partition_by):
            return []
        folders = [
            partition_folder(column, wanted[column]) if column in wanted else "*" for column in self.partition_by
        ]
        return self.storage.glob("/".join([self.name, *folders, FILE_NAME]))

    def partitions_of(self, frame: pd.DataFrame) -> list[str]:
        """Names of the files that the rows of a frame go into, sorted."""
        return sorted(self.names_of(frame[self.partition_by].drop_duplicates()))

    def names_of(self, frame: pd.DataFrame) -> list[str]:
        """For each row of a frame the name of the file that it goes into."""
        return [self._file(values) for values in frame[self.partition_by].itertuples(index=False, name=None)]

    def write(self, frame: pd.DataFrame) -> list[str]:
        """Writes each partition of the frame.

        Returns:
            Names of the files that this call changed.

        Raises:
            ValueError: A partition column is missing or has an empty cell.
        """
        return [name for name in self.storage.each(self._put, self._encoded(frame)) if name is not None]

    def read(self, where: Mapping[str, str] | None = None, *, skip_damaged: bool = False) -> pd.DataFrame:
        """All rows, or those of some partitions; the partition columns as text in front.

        Args:
            where: Partition column -> the value it must have.
            skip_damaged: Leave out partitions that cannot be read, with a warning; else they are an error.

        Raises:
            FileNotFoundError: There is no such partition.
            DamagedFileError: The file of one is no whole Parquet file.
        """
        wanted = [partition_folder(column, value) for column, value in (where or {}).items()]
        which = f" with {', '.join(wanted)}" if wanted else ""
        return self._joined(self.partitions(where), which, skip_damaged)

    def read_partitions(self, names: Sequence[str], *, skip_damaged: bool = False) -> pd.DataFrame:
        """The rows of the files of these names, in their order.

        Args:
            names: Of files under the root.
            skip_damaged: As `read` has it.

        Raises:
            FileNotFoundError: No name was given.
            DamagedFileError: The file of one is no whole Parquet file.
        """
        return self._joined(names, "", skip_damaged)

    def readers(self) -> dict[tuple[str, ...], Callable[[], pd.DataFrame]]:
        """Values of the partition columns -> a function that reads the rows, and may raise DamagedFileError."""
        return {_values(name): partial(self._decoded, name) for name in self.partitions()}

    def has(self, where: Mapping[str, str] | None = None) -> bool:
        """True if the table has a partition, or one of these values."""
        return bool(self.partitions(where))

    def _joined(self, names: Sequence[str], which: str, skip_damaged: bool) -> pd.DataFrame:
        decode = self._decoded_if_whole if skip_damaged else self._decoded
        frames = [frame for frame in self.storage.each(decode, names) if frame is not None]
        if not frames:
            raise FileNotFoundError(f"the lake has no table '{self.name}'{which} under {self.storage.root}")
        return pd.concat(frames, ignore_index=True)

    def _put(self, file: tuple[str, bytes]) -> str | None:
        """The name of the file if this call changed it."""
        name, content = file
        if self.overwrite == "never":
            return name if self.storage.write_once(name, content, is_whole=is_whole_parquet) else None
        return name if self.storage.write_changed(name, content) else None

    def _file(self, values: Iterable[object]) -> str:
        folders = [
            partition_folder(column, str(value)) for column, value in zip(self.partition_by, values, strict=True)
        ]
        return "/".join([self.name, *folders, FILE_NAME])

    def _encoded(self, frame: pd.DataFrame) -> Iterator[tuple[str, bytes]]:
        keys = frame[self.partition_by]
        if keys.isna().any(axis=None):
            raise ValueError(f"{self.name}: a partition column among {self.partition_by} has empty cells")
        for values, rows in frame.groupby(self.partition_by, sort=True):
            buffer = io.BytesIO()
            table = pa.Table.from_pandas(rows.drop(columns=self.partition_by), preserve_index=False)
            # Checksums, because a figure that rots on a disk is no less a figure to whoever reads it.
            pq.write_table(table.replace_schema_metadata(None), buffer, compression="zstd", write_page_checksum=True)
            yield self._file(values), buffer.getvalue()

    def _decoded_if_whole(self, name: str) -> pd.DataFrame | None:
        try:
            return self._decoded(name)
        except DamagedFileError as error:
            logger.warning("left out: %s", error)
            return None

    def _decoded(self, name: str) -> pd.DataFrame:
        try:
            frame = _read_parquet(self.storage.read(name))
        except UNREADABLE as error:
            raise DamagedFileError(damage(self.storage.path(name), str(error))) from error
        for position, (column, value) in enumerate(zip(self.partition_by, _values(name), strict=True)):
            frame.insert(position, column, pd.Series(value, index=frame.index, dtype="str"))
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


def _values(name: str) -> tuple[str, ...]:
    """The values of the partition columns in the name of a file."""
    return tuple(unquote(folder.split("=", 1)[1]) for folder in name.split("/")[1:-1])
