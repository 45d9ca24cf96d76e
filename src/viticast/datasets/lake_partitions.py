"""A table of the lake, of which a node reads only the partitions that it needs."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
from kedro.io import AbstractDataset, DatasetError
from kedro.validation import ValidatorSpec, resolve_validator

from viticast.lake.table import LakeTable

Partitions = Mapping[tuple[str, ...], Callable[[], pd.DataFrame]]


class LakePartitionsDataset(AbstractDataset[None, Partitions]):
    """Loads a function for each partition instead of its rows: what is not asked for is not read.

    Args:
        path: Folder of the lake.
        table: Name of the table.
        partition_by: Columns that name the partitions.
        contract: Dotted name of the contract that the rows of a partition keep, or it cannot be read.
        metadata: Ignored by Kedro; kedro-viz reads the layer here.
    """

    def __init__(
        self,
        *,
        path: str,
        table: str,
        partition_by: Sequence[str],
        contract: str,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self._table = LakeTable(path, table, partition_by, "never")
        self._contract = contract
        self.metadata = metadata

    def load(self) -> Partitions:
        """Values of the partition columns -> what reads the rows; none where the table has no partition yet."""
        return {values: partial(self._checked, read) for values, read in self._table.readers().items()}

    def save(self, data: None) -> None:
        """What is known already cannot be saved."""
        raise DatasetError(f"'{self._table.name}' is only read here")

    def _checked(self, read: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """The rows of a partition.

        Raises:
            DamagedFileError: The file is no whole Parquet file.
            DataValidationError: The rows break the contract.
        """
        spec = ValidatorSpec.from_dataset_config(self._table.name, self._contract)
        frame: pd.DataFrame = resolve_validator(spec).validate(read())
        return frame

    def _exists(self) -> bool:
        return self._table.has()

    def _describe(self) -> dict[str, Any]:
        return {
            "path": self._table.storage.root,
            "table": self._table.name,
            "partition_by": self._table.partition_by,
            "contract": self._contract,
        }
