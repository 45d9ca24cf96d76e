"""What was fetched, for intake: kept in memory for one process, in a JSON file for several."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any

from kedro.io import AbstractDataset, DatasetError

from viticast.datasets.delivery_files import FETCHED, DeliveryFiles
from viticast.datasets.raw_store import read_raw
from viticast.lake.storage import open_storage
from viticast.sources.delivery import Delivery, Origin
from viticast.sources.delivery_record import DeliveryRecord, FileRecord

CHOOSES_DECLARATIONS = "declarations"
"""The run parameter of a source that decides how files are judged, not only how they are asked for."""


class DeliveryDataset(AbstractDataset[Delivery, Delivery]):
    """What was fetched.

    Without a name, a load gives what this process saved. With one, it is written for other processes: a load reads the
    record of all files, and from the raw store the bytes of those tables that are wanted.

    Args:
        path: Folder of deliveries.
        raw: `path` of the folder of raw files.
        source: Whose deliveries these are.
        name: Of the delivery; null where one process does all.
        tables: Names of the wanted tables with spaces between them; null for all.
        given: Other run parameters that choose the source -> their value, null where they were not given.
        metadata: Ignored by Kedro; kedro-viz reads the layer here.
    """

    def __init__(
        self,
        *,
        path: str,
        raw: Mapping[str, str],
        source: str,
        name: str | None = None,
        tables: str | None = None,
        given: Mapping[str, str | None] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self._files = DeliveryFiles(path, source, name)
        self._raw = open_storage(raw["path"])
        self._tables = None if tables is None else str(tables).split()
        self._given = {key: value for key, value in (given or {}).items() if value is not None}
        self._saved: Delivery | None = None
        self.metadata = metadata

    def save(self, data: Delivery) -> None:
        """Keeps the delivery, or writes all of it but the bytes; a later fetch of the same name replaces it."""
        if self._files.name is None:
            self._saved = data
            return
        self._files.write(FETCHED, DeliveryRecord.of(data))

    def load(self) -> Delivery:
        """The delivery, with the bytes of the wanted tables.

        Raises:
            DatasetError: Nothing says which delivery, or it is not there, is damaged, was fetched with other parameters
                or has no such table; or a raw file is missing.
            DamagedFileError: A raw file does not hold what its name says.
        """
        if self._files.name is None:
            return self._in_memory()
        record = self._files.record()
        _require_same(record.origin.origin(), self._given, self._files.called)
        tables = self._wanted(record.tables)
        return record.delivery(self._files.name, tables, self._contents(record, tables))

    def _in_memory(self) -> Delivery:
        if self._saved is None:
            raise DatasetError(f"nothing says which delivery is taken in. {self._files.remedy_for_name('intake')}")
        if self._tables is not None:
            raise DatasetError(
                "--params: tables chooses among those of a delivery, and none is named: give delivery=<name> as well, "
                "or leave tables out"
            )
        return self._saved

    def _wanted(self, there: Sequence[str]) -> Collection[str]:
        if self._tables is None:
            return there
        if unknown := sorted(set(self._tables) - set(there)):
            raise DatasetError(f"{self._files.called} has no table {', '.join(unknown)}. There are: {', '.join(there)}")
        if not self._tables:
            raise DatasetError(f"--params: tables names no table. Name some of {', '.join(there)}, or leave it out")
        return self._tables

    def _contents(self, record: DeliveryRecord, tables: Collection[str]) -> dict[str, bytes]:
        hashes = sorted({one.sha256 for one in record.needed(tables) if isinstance(one, FileRecord)})
        try:
            return dict(zip(hashes, self._raw.each(partial(read_raw, self._raw), hashes), strict=True))
        except FileNotFoundError as error:
            origin = record.origin
            again = self._files.command("fetch", source_url=origin.url, **dict(origin.given))
            raise DatasetError(
                f"a raw file is missing ({error}): {self._files.called} was fetched with it. Put a copy from a backup "
                f"in its place, or fetch again under the same name: {again}"
            ) from error

    def _exists(self) -> bool:
        return self._saved is not None or self._files.has(FETCHED)

    def _release(self) -> None:
        self._saved = None

    def _describe(self) -> dict[str, Any]:
        return {**self._files.describe(), "tables": self._tables}


def _require_same(origin: Origin, given: Mapping[str, str], called: str) -> None:
    """Refuses parameters by which the files would be taken in as something else than they were fetched as."""
    fetched_with = {"source_url": origin.url, **dict(origin.given)}
    # Left out, the others are those of the fetch; which declarations are loaded was settled before.
    asked = {CHOOSES_DECLARATIONS: "", **{name: str(value) for name, value in given.items()}}
    for name, value in asked.items():
        if value != fetched_with.get(name, ""):
            was = f"with {name}={fetched_with[name]}" if name in fetched_with else f"without {name}"
            is_to_be = f"with {name}={value}" if value else "without it"
            raise DatasetError(
                f"{called} was fetched {was}, and is to be taken in {is_to_be}: give the same to both, or fetch "
                "another delivery"
            )
