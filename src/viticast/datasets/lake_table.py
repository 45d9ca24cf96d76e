"""A table of the lake as a Kedro dataset."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from kedro.io import AbstractDataset, DatasetError

from viticast.datasets.receipt import read_receipt
from viticast.lake.table import LakeTable, Overwrite

logger = logging.getLogger(__name__)


class LakeTableDataset(AbstractDataset[pd.DataFrame, pd.DataFrame]):
    """Rows of one table, written partition by partition, each of them whole or not at all.

    Args:
        path: Folder of the lake.
        table: Name of the table.
        partition_by: Columns that name the partitions.
        overwrite: `never` where the partition's key is a hash of its content, else `changed`.
        current: A receipt (JSON) that says which partition is current: a load then gives only that one.
        if_missing: What a load of a table without partitions does: `error`, or `empty` for a frame without columns.
        metadata: Ignored by Kedro; kedro-viz reads the layer here.
    """

    def __init__(
        self,
        *,
        path: str,
        table: str,
        partition_by: Sequence[str],
        overwrite: Overwrite,
        current: dict[str, str] | None = None,
        if_missing: Literal["error", "empty"] = "error",
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self._table = LakeTable(path, table, partition_by, overwrite)
        self._current = Path(current["filepath"]) if current else None
        self._if_missing = if_missing
        self.metadata = metadata

    def load(self) -> pd.DataFrame:
        """All rows, or those of the current partition."""
        if self._if_missing == "empty" and not self._table.partitions():
            return pd.DataFrame()
        return self._table.read(self._current_partition())

    def save(self, data: pd.DataFrame) -> None:
        """Writes the partitions of the frame; the others stay."""
        changed = self._table.write(data)
        logger.info("%s: %d of its partitions changed", self._table.name, len(changed))

    def _current_partition(self) -> dict[str, str]:
        if self._current is None:
            return {}
        receipt = read_receipt(self._current)
        keys = {column: str(receipt[column]) for column in self._table.partition_by if column in receipt}
        if not keys:
            raise DatasetError(f"{self._current} names no partition of '{self._table.name}' {self._table.partition_by}")
        return keys

    def _exists(self) -> bool:
        return bool(self._table.partitions())

    def _describe(self) -> dict[str, Any]:
        return {
            "path": str(self._table.storage.root),
            "table": self._table.name,
            "partition_by": self._table.partition_by,
            "overwrite": self._table.overwrite,
        }
