"""A table of the lake as a Kedro dataset that is read by a query, and completed by what the catalog does not know."""

import logging
from collections.abc import Sequence
from typing import Any, Literal

import pandas as pd
from kedro.io import AbstractDataset, DatasetError
from kedro.utils import load_obj

from viticast.contracts.columns import Table
from viticast.datasets.lake_query import alike, make_query
from viticast.lake.errors import TableMissingError
from viticast.lake.table import LakeTable, empty_frame

logger = logging.getLogger(__name__)


class CatalogedTableDataset(AbstractDataset[None, pd.DataFrame]):
    """Loads a whole table of the lake: by one query what the catalog knows, file by file what it does not know yet.

    A run that ended after ingestion leaves partitions that no crawl has found. They are in the lake all the same: the
    partitions are listed, and those that the query had no row of are read. A load costs a query and a list, and a
    request for each partition that is not cataloged.

    All loads within a run give what the first one gave, whatever the run has written since.

    Args:
        path: Folder of the lake.
        table: Name of the table.
        partition_by: Columns that name the partitions; the statement gives them as well.
        statement_name: `lake/sql/<statement_name>.sql`, of which the answer is the table.
        engine: What `lake_query.make_engine` takes.
        contract: Dotted name of the contract that the rows keep.
        order_by: Columns that the rows are sorted by.
        if_missing: What a load does where neither catalog nor lake has the table: `error`, or `empty` for no rows
            under the columns of the contract.
        metadata: Ignored by Kedro; kedro-viz reads the layer here.
    """

    def __init__(
        self,
        *,
        path: str,
        table: str,
        partition_by: Sequence[str],
        statement_name: str,
        engine: dict[str, Any],
        contract: str,
        order_by: Sequence[str] = (),
        if_missing: Literal["error", "empty"] = "error",
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self._table = LakeTable(path, table, partition_by, "never")
        self._statement_name = statement_name
        self._engine = engine
        self._contract = contract
        self._order_by = list(order_by)
        self._may_be_missing = if_missing == "empty"
        self._loaded: pd.DataFrame | None = None
        self.metadata = metadata

    def load(self) -> pd.DataFrame:
        """The rows, sorted.

        Raises:
            FileNotFoundError: Neither the catalog nor the lake has the table, and that is an error here.
            DamagedFileError: The file of a partition that is not cataloged is no whole Parquet file.
            ServiceError: The query failed for another reason than a missing table, or the lake cannot be read.
        """
        if self._loaded is None:
            self._loaded = self._rows()
        return self._loaded.copy()

    def save(self, data: None) -> None:
        """Another dataset writes the table."""
        raise DatasetError(f"{self._table.name} is read by the query {self._statement_name} and cannot be saved here")

    def _rows(self) -> pd.DataFrame:
        cataloged = self._cataloged()
        # After the query: what another run writes and catalogs in between is then in the list, too.
        listed = self._table.partitions()
        names = pd.Series(self._table.names_of(cataloged), index=cataloged.index, dtype="str")
        self._warn_of_lost(sorted(set(names) - set(listed)))
        there = cataloged[names.isin(listed)]
        others = sorted(set(listed) - set(names))
        if others:
            logger.info("%s: reading %d partitions that the catalog does not know yet", self._table.name, len(others))
        frames = [there, *([alike(self._table.read_partitions(others))] if others else [])]
        return self._joined([frame for frame in frames if len(frame)])

    def _cataloged(self) -> pd.DataFrame:
        try:
            return make_query(self._statement_name, self._engine)()
        except TableMissingError:
            logger.info("%s: the catalog has no such table yet", self._table.name)
            return self._empty()

    def _joined(self, frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
        if not frames:
            if not self._may_be_missing:
                raise FileNotFoundError(
                    f"neither catalog nor lake has the table '{self._table.name}' under {self._table.storage.root}"
                )
            return self._empty()
        rows = pd.concat(frames, ignore_index=True)
        return rows.sort_values(self._order_by, kind="stable", ignore_index=True) if self._order_by else rows

    def _empty(self) -> pd.DataFrame:
        model: type[Table] = load_obj(self._contract)
        return empty_frame(model)

    def _warn_of_lost(self, lost: Sequence[str]) -> None:
        if lost:
            logger.warning(
                "%s: left out %d partitions that the catalog has and the lake has no more: %s",
                self._table.name,
                len(lost),
                ", ".join(lost),
            )

    def _release(self) -> None:
        self._loaded = None

    def _describe(self) -> dict[str, Any]:
        return {
            "path": self._table.storage.root,
            "table": self._table.name,
            "statement": f"lake/sql/{self._statement_name}.sql",
            "engine": self._engine,
        }
