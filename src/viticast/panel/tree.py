"""Where each table hangs: flow, then table, then group, then leaf; kilograms, litres and US$ apart."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from viticast.panel.labels import slug


@dataclass(frozen=True)
class TableNode:
    """What the tree needs to know of a table.

    Attributes:
        name: File stem.
        slug: Its part of a series_id.
        flow: producao, processamento, comercializacao, importacao or exportacao.
        label: For readers.
        item_kind: product, cultivar or country.
        attribution: The sentence that must stand under a picture of its figures.
    """

    name: str
    slug: str
    flow: str
    label: str
    item_kind: str
    attribution: str


class TableTree:
    """The upper levels of the hierarchy, from the table registry.

    Args:
        tables: All tables; a flow of one table has no table level of its own.
    """

    def __init__(self, tables: Sequence[TableNode]) -> None:
        self._by_name = {table.name: table for table in tables}
        flows = [table.flow for table in tables]
        self._single = {flow for flow in flows if flows.count(flow) == 1}

    def table(self, name: str) -> TableNode:
        """The table of a file stem."""
        return self._by_name[name]

    def item_kind(self, name: str) -> str:
        """What the rows of a table are: product, cultivar or country."""
        return self._by_name[name].item_kind

    def tables_of(self, flow: str) -> list[TableNode]:
        """The tables of a flow."""
        return [table for table in self._by_name.values() if table.flow == flow]

    def is_flow_level(self, name: str) -> bool:
        """True if the table is all of its flow."""
        return self._by_name[name].flow in self._single

    def table_path(self, name: str, unit: str) -> str:
        """The series_id of a table's total in a unit."""
        table = self._by_name[name]
        root = f"{table.flow}_{unit.lower()}"
        return root if self.is_flow_level(name) else f"{root}/{table.slug}"

    def parent_path(self, name: str, group_label: str | float | None, unit: str) -> str:
        """The series_id above a leaf: its group's, or its table's where it stands alone."""
        path = self.table_path(name, unit)
        return path if group_label is None or pd.isna(group_label) else f"{path}/{slug(str(group_label))}"
