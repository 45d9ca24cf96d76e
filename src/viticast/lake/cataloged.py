"""What every catalog of the lake is asked, and what it answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

Partition = Mapping[str, str]
"""Partition column -> value, of every partition column of a table."""

Registration = Mapping[str, Sequence[Partition] | None]
"""Table -> the partitions that a run made; None for whatever files the table has."""

REMEDY = "Delete the table's folder in the lake and run again"
"""What makes a table anew in a catalog that only looks at the files."""


@dataclass(frozen=True)
class CatalogedTable:
    """A table as the catalog knows it.

    Attributes:
        name: Name of the table.
        columns: Column name -> type, as the engine names types; partition columns included.
        partition_columns: In the order of the folders.
        partitions: How many there are.
        rows: How many rows the files hold.
        remedy: What makes the table anew if it is not as its contract says.
    """

    name: str
    columns: dict[str, str]
    partition_columns: tuple[str, ...]
    partitions: int
    rows: int
    remedy: str = REMEDY


class LakeCatalog(Protocol):
    """Something that makes the files of the lake known as tables."""

    def register(self, tables: Registration) -> None:
        """Makes these partitions queryable; what is known already stays known."""
        ...

    def describe(self) -> list[CatalogedTable]:
        """The tables that are known."""
        ...
