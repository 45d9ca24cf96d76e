"""Rows of records with their names, kinds and numbers; what has neither name nor figure is set aside."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from viticast.sources.cells import is_nothing
from viticast.sources.delimited import Line
from viticast.sources.errors import MissingLabelError, NoRowError, SourceError, raise_all
from viticast.sources.labels import clean_item
from viticast.sources.records.order import Block, RecordRow
from viticast.sources.records.record import Record
from viticast.sources.rows import Row, defect_of_name
from viticast.sources.tables import TableSpec

_FIRST_ROW = 2
"""As in a file, whose header is line 1."""


@dataclass(frozen=True)
class NamedRows:
    """The rows of a table.

    Attributes:
        rows: In their order, each with the number of its line in a file of the same figures.
        records: Number of the row -> year -> its record.
        set_aside: Rows without name and figure.
    """

    rows: tuple[Row, ...]
    records: dict[int, dict[int, Record]]
    set_aside: tuple[SourceError, ...]


def name_rows(blocks: Iterable[Block], table: TableSpec) -> NamedRows:
    """Number the rows, and set aside what has neither name nor figure.

    Raises:
        SourceError: MissingLabelError for each row with figures and without a name.
    """
    rows: list[Row] = []
    records: dict[int, dict[int, Record]] = {}
    aside: list[SourceError] = []
    broken: list[SourceError] = []
    for number, (row, group, kind) in enumerate(_in_order(blocks), start=_FIRST_ROW):
        defect = defect_of_name(row.label)
        if defect is None:
            rows.append(Row(Line(number, ()), group, row.label, clean_item(row.label), kind))
            records[number] = row.records
        elif all(is_nothing(_text(figure)) for record in row.records.values() for figure in record.figures):
            aside.append(_no_row(row, number, defect, table))
        else:
            broken.append(_missing_label(row, number, defect, table))
    raise_all(broken)
    return NamedRows(tuple(rows), records, tuple(aside))


def _in_order(blocks: Iterable[Block]) -> Iterator[tuple[RecordRow, str | None, Literal["total", "leaf"]]]:
    """Rows with their group and kind: a category without children is a leaf, and stands in no group."""
    for block in blocks:
        has_children = any(defect_of_name(row.label) is None for row in block.rows.values())
        group = block.label if has_children else None
        if block.total is not None:
            yield block.total, group, "total" if has_children else "leaf"
        for row in block.rows.values():
            yield row, group, "leaf"


def _text(figure: object) -> str:
    return "" if figure is None else str(figure)


def _place(row: RecordRow) -> str:
    return next(iter(row.records.values())).place


def _no_row(row: RecordRow, number: int, defect: str, table: TableSpec) -> SourceError:
    return NoRowError(
        f"{_place(row)}: {defect}",
        remedy="nothing if it is a note; if it is a row, its source must name it",
        table=table.name,
        row=number,
        value=row.label[:200],
        outcome="row_quarantined",
    )


def _missing_label(row: RecordRow, number: int, defect: str, table: TableSpec) -> SourceError:
    return MissingLabelError(
        f"{_place(row)}: {defect}",
        remedy="write the name of its product, cultivar or country where the record comes from, or correct "
        "`fields.item` of the connection file",
        table=table.name,
        row=number,
        value=row.label[:60],
    )
