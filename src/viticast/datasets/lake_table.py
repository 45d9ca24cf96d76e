"""A table of the lake as a Kedro dataset."""

import logging
from collections.abc import Sequence
from typing import Any, Literal

import pandas as pd
from kedro.io import AbstractDataset, DatasetError
from kedro.utils import load_obj

from viticast.contracts.columns import Table
from viticast.contracts.lake import LAKE_TABLES
from viticast.datasets.receipt import read_receipt
from viticast.lake.table import LakeTable, Overwrite, empty_frame

logger = logging.getLogger(__name__)


class LakeTableDataset(AbstractDataset[pd.DataFrame, pd.DataFrame]):
    """Rows of one table, written partition by partition, each of them whole or not at all.

    Args:
        path: Folder of the lake.
        table: Name of the table.
        partition_by: Columns that name the partitions.
        overwrite: `never` where the partition's key is a hash of its content, else `changed`.
        current: A receipt (JSON) that says which partition is current: a load then gives only that one. Within the run
            that saved a partition, a load gives that one, whatever the receipt says: it may be of another run.
        loads: `all` rows, or those `saved`: within the run that saved partitions, a load gives these, read back from
            the lake; a node that continues a save needs no more, however many partitions there have been.
        if_missing: What a load does where there is no partition: `error`, or `empty` for no rows under the columns of
            the contract.
        if_damaged: What a load does with a partition that cannot be read: `error`, or `skip` it with a warning, where
            the run goes on to write it anew.
        contract: Dotted name of the contract of a table that `LAKE_TABLES` does not list.
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
        loads: Literal["all", "saved"] = "all",
        if_missing: Literal["error", "empty"] = "error",
        if_damaged: Literal["error", "skip"] = "error",
        contract: str | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self._table = LakeTable(path, table, partition_by, overwrite)
        self._current = current["filepath"] if current else None
        self._loads_saved = loads == "saved"
        self._empty = _empty(table, contract) if if_missing == "empty" else None
        self._skip_damaged = if_damaged == "skip"
        self._saved: dict[str, str] | None = None
        self._saved_names: list[str] | None = None
        self.metadata = metadata

    def load(self) -> pd.DataFrame:
        """All rows, or those of the current partition, or those that were saved."""
        try:
            return self._rows()
        except FileNotFoundError:
            if self._empty is None:
                raise
            return self._empty.copy()

    def save(self, data: pd.DataFrame) -> None:
        """Writes the partitions of the frame; the others stay."""
        saved = self._partition_of(data) if self._current else None
        changed = self._table.write(data)
        self._saved = saved
        self._saved_names = self._table.partitions_of(data) if self._loads_saved else None
        logger.info("%s: %d of its partitions changed", self._table.name, len(changed))

    def _rows(self) -> pd.DataFrame:
        if self._saved_names is not None:
            return self._table.read_partitions(self._saved_names, skip_damaged=self._skip_damaged)
        return self._table.read(self._current_partition(), skip_damaged=self._skip_damaged)

    def _partition_of(self, data: pd.DataFrame) -> dict[str, str] | None:
        """The one partition that the frame is of; None for a frame without rows."""
        keys = data[self._table.partition_by].drop_duplicates()
        if len(keys) > 1:
            raise DatasetError(
                f"'{self._table.name}' is loaded by its current partition, and {len(keys)} were to be saved at once"
            )
        return {str(column): str(value) for column, value in keys.iloc[0].items()} if len(keys) else None

    def _current_partition(self) -> dict[str, str]:
        if self._current is None:
            return {}
        if self._saved is not None:
            return self._saved
        receipt = read_receipt(self._current)
        keys = {column: str(receipt[column]) for column in self._table.partition_by if column in receipt}
        if not keys:
            raise DatasetError(f"{self._current} names no partition of '{self._table.name}' {self._table.partition_by}")
        return keys

    def _exists(self) -> bool:
        return self._table.has()

    def _describe(self) -> dict[str, Any]:
        return {
            "path": self._table.storage.root,
            "table": self._table.name,
            "partition_by": self._table.partition_by,
            "overwrite": self._table.overwrite,
        }


def _empty(table: str, contract: str | None) -> pd.DataFrame:
    if contract is None and table not in LAKE_TABLES:
        raise DatasetError(f"'{table}' may be missing, but no contract says which columns it then has: name one")
    model: type[Table] = load_obj(contract) if contract else LAKE_TABLES[table].model
    return empty_frame(model)
