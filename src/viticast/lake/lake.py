"""All that one source has in the lake and below it, for commands that look back."""

from collections.abc import Callable

import pandas as pd

from viticast.contracts.columns import Table
from viticast.contracts.crosswalk import Crosswalk
from viticast.contracts.lake import LAKE_TABLES
from viticast.contracts.raw import RawManifest
from viticast.lake.storage import open_storage
from viticast.lake.table import LakeTable


class Lake:
    """Reads the tables of one source, every partition of them.

    Args:
        source: sample, embrapa, api or database.
        root: Folder of the lake's tables.
        raw: Folder of the manifest and of the raw files.
        primary: Folder of the crosswalk.
    """

    def __init__(self, source: str, root: str, raw: str, primary: str) -> None:
        self.source = source
        self.root = root
        self._raw = raw
        self._primary = primary

    def table(self, name: str, **where: str) -> pd.DataFrame:
        """Rows of a table, or of those partitions of it that `where` names; no row if there are none.

        Raises:
            KeyError: The lake has no contract of this name.
        """
        contract = LAKE_TABLES[name]
        return _rows(LakeTable(self.root, name, contract.partition_by, "changed"), contract.model, where)

    def readers(self, name: str) -> dict[tuple[str, ...], Callable[[], pd.DataFrame]]:
        """Values of a table's partition columns -> a function that reads the rows of the partition.

        Raises:
            KeyError: The lake has no contract of this name.
        """
        return LakeTable(self.root, name, LAKE_TABLES[name].partition_by, "changed").readers()

    def manifest(self) -> pd.DataFrame:
        """Where each raw file came from, as `contracts.raw.RawManifest` describes."""
        partition_by = ("table_name", "raw_sha256", "landing_id")
        return _rows(LakeTable(self._raw, "manifest", partition_by, "never"), RawManifest, {})

    def crosswalk(self) -> pd.DataFrame:
        """Label -> series, as `contracts.crosswalk.Crosswalk` describes."""
        return _rows(LakeTable(self._primary, "crosswalk", ("source", "batch_id"), "never"), Crosswalk, {})

    def raw_path(self, sha256: str) -> str:
        """Where the bytes of a hash lie, whether they are there or not."""
        return f"{self._raw.rstrip('/')}/files/{sha256}"

    def raw_bytes(self, sha256: str) -> bytes | None:
        """The bytes of a hash as they are now, or None if there is no such file."""
        storage = open_storage(f"{self._raw.rstrip('/')}/files")
        return storage.read(sha256) if storage.exists(sha256) else None


def _rows(table: LakeTable, model: type[Table], where: dict[str, str]) -> pd.DataFrame:
    try:
        return table.read(where)
    except FileNotFoundError:
        return model.empty()
