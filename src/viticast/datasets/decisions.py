"""What intake decided, for publication: kept in memory for one process, in a JSON file of each table for several."""

from collections.abc import Iterable
from typing import Any

from kedro.io import AbstractDataset, DatasetError

from viticast.datasets.delivery_files import FETCHED, DeliveryFiles
from viticast.sources.decided import Decided, DecidedTable, Decisions, in_order


class DecisionsDataset(AbstractDataset[Decisions, Decisions]):
    """What was decided on the tables of a delivery.

    Without a name, a load gives what this process saved. With one, a save writes a file for each table that it decided
    on, and a load reads those of all tables, in the order in which one process decides.

    Args:
        path: Folder of deliveries.
        source: Whose deliveries these are.
        name: Of the delivery; null where one process does all.
        metadata: Ignored by Kedro; kedro-viz reads the layer here.
    """

    def __init__(
        self, *, path: str, source: str, name: str | None = None, metadata: dict[str, Any] | None = None
    ) -> None:
        self._files = DeliveryFiles(path, source, name)
        self._saved: Decisions | None = None
        self.metadata = metadata

    def save(self, data: Decisions) -> None:
        """Keeps the decisions, or writes those on each table."""
        if self._files.name is None:
            self._saved = data
            return
        for table in dict.fromkeys(one.table_name for one in data.decided):
            of_table = tuple(one for one in data.decided if one.table_name == table)
            self._files.write(_decided_file(table), DecidedTable(decided=of_table))

    def load(self) -> Decisions:
        """What was decided on every table.

        Raises:
            DatasetError: Nothing says which delivery, or it is not there or damaged, or a table of it was not taken in
                as it was fetched last.
        """
        if self._files.name is None:
            if self._saved is None:
                raise DatasetError(
                    f"nothing says which delivery is published. {self._files.remedy_for_name('publish')}"
                )
            return self._saved
        record = self._files.record()
        landings = record.landings()
        decided = {table: self._decided(table) for table in landings}
        missing = [table for table, ones in decided.items() if not _is_about(ones, landings[table])]
        if missing:
            raise DatasetError(
                f"{self._files.called}: {', '.join(missing)} of {len(landings)} tables "
                f"{'was' if len(missing) == 1 else 'were'} not taken in since the last fetch. Take in what is missing: "
                f"{self._files.command('intake', tables=' '.join(missing))}"
            )
        ordered = in_order(
            (one for ones in decided.values() for one in ones), [one.landing_id for one in record.fetched]
        )
        return Decisions(record.origin.origin(), ordered, self._files.name)

    def _decided(self, table: str) -> tuple[Decided, ...]:
        try:
            return self._files.read(_decided_file(table), DecidedTable, "intake", tables=table).decided
        except FileNotFoundError:
            return ()

    def _exists(self) -> bool:
        return self._saved is not None or self._files.has(FETCHED)

    def _release(self) -> None:
        self._saved = None

    def _describe(self) -> dict[str, Any]:
        return self._files.describe()


def _decided_file(table: str) -> str:
    return f"decided/{table}.json"


def _is_about(decided: Iterable[Decided], landings: Iterable[str]) -> bool:
    return sorted(one.landing_id for one in decided) == sorted(landings)
