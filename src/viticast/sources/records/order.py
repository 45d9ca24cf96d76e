"""From records to rows: which records are one row, which rows are one group, and in which order they stand."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from viticast.sources.labels import clean_item, is_category
from viticast.sources.records.record import Record
from viticast.sources.tables import TableSpec


@dataclass
class RecordRow:
    """A row of the table, in the making.

    Attributes:
        label: As delivered.
        records: Year -> its record.
    """

    label: str
    records: dict[int, Record] = field(default_factory=dict)


@dataclass
class Block:
    """A category and the rows below it; or rows that stand in no group.

    Attributes:
        label: Name of the category, None for rows without one.
        total: Row of the category itself, None where no record is it.
        rows: Rows below it, in the order in which they were first met.
    """

    label: str | None = None
    total: RecordRow | None = None
    rows: dict[tuple[str, int], RecordRow] = field(default_factory=dict)


def arrange(records: Iterable[Record], table: TableSpec) -> list[Block]:
    """Put the records of all years into rows, and the rows into groups.

    A label that stands k times in one year and group is k rows: the second of one year is the same row as the second of
    another. Groups and rows stand in the order in which they were first met.

    Args:
        records: In the order of years, and within a year in the order of the table.
        table: Whether there are groups at all.
    """
    by_year: dict[int, list[Record]] = {}
    for record in records:
        by_year.setdefault(record.year, []).append(record)
    if table.layout == "countries":
        return _arrange_countries(by_year.values())
    if any(record.group is not None for year in by_year.values() for record in year):
        return _arrange_by_group(by_year.values())
    return _arrange_by_capitals(by_year.values())


def _arrange_countries(years: Iterable[Sequence[Record]]) -> list[Block]:
    block = Block()
    for records in years:
        met: Counter[str] = Counter()
        for record in records:
            # The sum of all countries is no country.
            if not record.is_total:
                _add_row(block, record, met)
    return [block]


def _arrange_by_group(years: Iterable[Sequence[Record]]) -> list[Block]:
    """Groups are told: a record without one is the total of the group of its name, or a row that stands alone."""
    years = list(years)
    # The same labels come back in each year.
    clean = lru_cache(maxsize=None)(clean_item)
    names = {clean(record.group) for records in years for record in records if record.group is not None}
    blocks: dict[tuple[str, int], Block] = {}
    for records in years:
        met: dict[tuple[str, int], Counter[str]] = {}
        alone: Counter[str] = Counter()
        for record in records:
            label = clean(record.label)
            name = label if record.group is None else clean(record.group)
            key = (name, 0)
            if record.group is None and label not in names:
                key = (record.label, alone[record.label] + 1)
                alone[record.label] += 1
            block = blocks.setdefault(key, Block(name))
            is_total = record.is_total or (record.is_total is None and label == name)
            if is_total and _add_total(block, record):
                continue
            _add_row(block, record, met.setdefault(key, Counter()))
    return list(blocks.values())


def _arrange_by_capitals(years: Iterable[Sequence[Record]]) -> list[Block]:
    """A record in capitals opens a group, which lasts until the next one of its year."""
    blocks: dict[tuple[str | None, int], Block] = {}
    for records in years:
        opened: Counter[str] = Counter()
        key: tuple[str | None, int] = (None, 0)
        met: Counter[str] = Counter()
        for record in records:
            if record.is_total or (record.is_total is None and is_category(record.label, record.control)):
                key = (record.label, opened[record.label])
                opened[record.label] += 1
                met = Counter()
                _add_total(blocks.setdefault(key, Block(clean_item(record.label))), record)
            else:
                _add_row(blocks.setdefault(key, Block()), record, met)
    return list(blocks.values())


def _add_total(block: Block, record: Record) -> bool:
    """Take a record as the category's own, unless its year has one already."""
    if block.total is None:
        block.total = RecordRow(record.label)
    if record.year in block.total.records:
        return False
    block.total.records[record.year] = record
    return True


def _add_row(block: Block, record: Record, met: "Counter[str]") -> None:
    key = (record.label, met[record.label])
    met[record.label] += 1
    block.rows.setdefault(key, RecordRow(record.label)).records[record.year] = record
