"""What a rule gets to see: a table's cells under keys that no spelling changes, and those of the vintage before."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

import pandas as pd

from viticast.sources.findings import Finding
from viticast.sources.tables import TableSpec
from viticast.sources.vetting.bounds import VettingBounds
from viticast.sources.vetting.expectations import Expectations

SameLabel = Callable[[str, str], str]
"""(table, label) -> the folded name that all spellings of a label share."""

UNIT = 0.5
"""Figures are published to the unit: what differs by less is the same."""

SHOWN_DIGITS = 16
"""So much of a file's hash stands in a remedy."""

ROW_KEYS = ["group_key", "item_key"]


@dataclass(frozen=True)
class Case:
    """One file before the rules.

    Attributes:
        table: What the file should hold.
        cells: Its cells, with `group_key` and `item_key`.
        raw_sha256: Hash of the bytes of the file.
        published_at: When it was published, None where nobody declared it.
        fetched_at: When it was fetched.
        previous: The cells of the vintage published before, with the same keys; None if there is none.
        expectations: What is declared for this table.
        bounds: The thresholds.
        key_of: Folds a label of this table.
    """

    table: TableSpec
    cells: pd.DataFrame
    raw_sha256: str
    published_at: date | None
    fetched_at: datetime
    previous: pd.DataFrame | None
    expectations: Expectations
    bounds: VettingBounds
    key_of: Callable[[str], str]

    @property
    def publication_year(self) -> int:
        """Year in which it was published, or fetched where nobody declared it."""
        return (self.published_at or self.fetched_at).year

    @cached_property
    def last_year(self) -> int:
        """The last year that the file has a column for."""
        return int(self.cells["year"].max())

    @cached_property
    def figures(self) -> pd.DataFrame:
        """One line for each row of the file, one column for each (measure, year)."""
        return self.cells.pivot(index="row_number", columns=["measure", "year"], values="value")

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Names and keys of the rows of the file, by row number."""
        return self.cells.drop_duplicates("row_number").set_index("row_number").sort_index()

    @cached_property
    def compared(self) -> pd.DataFrame | None:
        """`before` and `now` for each name, measure and year that both vintages have; None if there is none before."""
        if self.previous is None:
            return None
        sums = {"before": sums_by_key(self.previous), "now": sums_by_key(self.cells)}
        return pd.concat(sums, axis=1, join="inner")

    @cached_property
    def pairs(self) -> pd.DataFrame | None:
        """`quantity` and `value` of each row and year; None for a table of one measure."""
        if len(self.table.measures) < 2:
            return None
        return self.cells.pivot(index=["row_number", "year"], columns="measure", values="value")

    def accept(self, rule: str) -> str:
        """How a change that is true is let through, for this file alone, as the end of a remedy."""
        return (
            f"if the figures are right, accept them: an entry {{table: {self.table.name}, rule: {rule}, "
            f"last_year: {self.last_year}, raw_sha256: '{self.raw_sha256[:SHOWN_DIGITS]}', reason: ...}} under "
            "`accepted` in conf/base/expectations_<declarations>.yml"
        )


Rule = Callable[[Case], Iterable[Finding]]


def with_keys(cells: pd.DataFrame, key_of: Callable[[str], str]) -> pd.DataFrame:
    """Add the folded names of group and item; a row without group has the group key ''."""
    items = {item: key_of(item) for item in cells["item"].unique()}
    groups = {group: key_of(group) for group in cells["group_label"].dropna().unique()}
    return cells.assign(
        group_key=cells["group_label"].map(groups).fillna("").astype("str"),
        item_key=cells["item"].map(items).astype("str"),
    )


def sums_by_key(cells: pd.DataFrame) -> "pd.Series[float]":
    """The figures of each name, measure and year: rows under several spellings are summed, marks alone give nothing."""
    sums: pd.Series[float] = cells.groupby([*ROW_KEYS, "measure", "year"])["value"].sum(min_count=1)
    return sums


def place_of(figures: pd.DataFrame) -> str:
    """Where the first of some compared figures stands, for a message."""
    _, item, measure, year = figures.index[0]
    return f"{item} {year} ({measure})"


def named(keys: Iterable[tuple[str, str]], shown: int = 3) -> str:
    """A few names of rows for a message."""
    names = [f"{group} / {item}" if group else item for group, item in keys]
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(repr(name) for name in names[:shown]) + more


def years_text(years: Iterable[int], shown: int = 5) -> str:
    """A few years for a message."""
    listed = list(years)
    more = f" and {len(listed) - shown} more" if len(listed) > shown else ""
    return ", ".join(map(str, listed[:shown])) + more
