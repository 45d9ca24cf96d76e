"""The answers of a server: records of a table and year in the shape of its contract."""

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.connectors.contract import Contract, Names, names_of
from tests.connectors.figures import Figure, Row, Table, read_figures

Json = Any
MARK_OF_NOTHING = "empty"


def page_count(folder: Path, name: str, contract: Contract, year: int | None) -> int:
    """How many records an answer has, over all its pages."""
    return len(_records(folder, name, contract, year))


@lru_cache(maxsize=20_000)
def body(
    folder: Path, name: str, contract: Contract, year: int | None, start: int = 0, size: int | None = None
) -> bytes:
    """The body of an answer.

    Args:
        folder: Of the figures.
        name: Table.
        contract: How the server answers.
        year: Year, None for all.
        start: First record of the page.
        size: Records of the page, None for all.
    """
    return dump(answer(folder, name, contract, year, start, size))


def answer(
    folder: Path, name: str, contract: Contract, year: int | None, start: int = 0, size: int | None = None
) -> Json:
    """The answer before it is written."""
    table = read_figures(folder, name)
    records = _records(folder, name, contract, year)
    page = records[start:] if size is None else records[start : start + size]
    shaped = _shaped(page, table, contract, year)
    more: dict[str, Json] = {}
    if contract.provenance:
        more[contract.provenance] = "embrapa"
    if contract.pages_of(table.spec) and contract.says_total:
        more["total"] = len(records)
    if contract.has_code:
        more["code"] = "200"
    return wrapped(shaped, contract.path, more)


def wrapped(records: Json, path: str, more: dict[str, Json]) -> Json:
    """Records below a path, with other fields at the top; without a path there is no room for those."""
    if not path:
        return records
    found = records
    for key in reversed(path.split(".")):
        found = {key: found}
    return {**more, **found}


def dump(content: Json) -> bytes:
    """JSON as servers write it."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


@lru_cache(maxsize=20_000)
def _records(folder: Path, name: str, contract: Contract, year: int | None) -> Sequence[tuple[Row, dict[str, Json]]]:
    table = read_figures(folder, name)
    if contract.shape == "wide":
        return [(row, _wide(row, table, contract)) for row in table.rows]
    years: Iterable[int] = table.years if year is None else [year]
    return [
        (row, _record(row, table, contract, one, figures))
        for one in years
        for row in table.rows
        if (figures := _figures(table, row, one, contract)) is not None
        and not (contract.drops_zeros and all(figure in {0.0, "-"} for figure in figures))
    ]


def _figures(table: Table, row: Row, year: int, contract: Contract) -> Sequence[Figure] | None:
    found = table.figures(row, year)
    return ["-"] * len(table.spec.measures) if found is None and contract.beyond == "dashes" else found


def _record(row: Row, table: Table, contract: Contract, year: int, figures: Sequence[Figure]) -> dict[str, Json]:
    names = names_of(contract, table.spec)
    said = {names.year: year} if contract.says_year else {}
    return {**_head(row, table, contract, names), **said, **_measures(figures, contract, names)}


def _head(row: Row, table: Table, contract: Contract, names: Names) -> dict[str, Json]:
    head: dict[str, Json] = {}
    if table.spec.layout == "grouped" and contract.rows_named_by == "category":
        head[names.category] = row.category
    if table.spec.layout == "grouped" and contract.rows_named_by == "control":
        head[names.control] = row.control
    return {**head, names.item: row.written if contract.written_labels else row.label}


def _measures(figures: Sequence[Figure], contract: Contract, names: Names) -> dict[str, Json]:
    written = [_written(figure, contract) for figure in figures]
    return dict(zip((names.quantity, names.value), written, strict=False))


def _wide(row: Row, table: Table, contract: Contract) -> dict[str, Json]:
    names = names_of(contract, table.spec)
    cells: dict[str, Json] = {}
    for year in table.years:
        measures = _measures(table.figures(row, year) or (), contract, names)
        cells[str(year)] = measures if len(measures) > 1 else measures[names.quantity]
    return {**_head(row, table, contract, names), **({contract.by_year: cells} if contract.by_year else cells)}


def _written(figure: Figure, contract: Contract) -> Json:
    if isinstance(figure, str):
        if figure == "-":
            return "-"
        return None if contract.marks == "null" or figure == MARK_OF_NOTHING else figure
    if contract.numbers == "texts":
        return _text(figure)
    return figure if contract.numbers == "floats" or not figure.is_integer() else int(figure)


def _text(figure: float) -> str:
    """As the site's pages have it: points between thousands, a comma before decimals, `-` for nothing."""
    if figure == 0:
        return "-"
    text = f"{figure:,.2f}".removesuffix(".00")
    return text.translate(str.maketrans(",.", ".,"))


def _shaped(page: Sequence[tuple[Row, dict[str, Json]]], table: Table, contract: Contract, year: int | None) -> Json:
    names = names_of(contract, table.spec)
    records = [record for _, record in page]
    shape = contract.shape_of(table.spec)
    if shape == "groups":
        return _groups(page, names)
    if shape == "by_label":
        return _RepeatedKeys((str(record[names.item]), _of_label(record, names)) for record in records)
    fields = list(dict.fromkeys(field for record in records for field in record)) or [names.item, names.quantity]
    if shape == "columns":
        return {field: [record[field] for record in records] for field in fields}
    if shape == "table":
        return {names.headers: fields, names.rows: [list(record.values()) for record in records]}
    return records


def _of_label(record: dict[str, Json], names: Names) -> Json:
    """A figure where there is only one, else an object of them."""
    return (
        {names.quantity: record[names.quantity], names.value: record[names.value]}
        if names.value in record
        else (record[names.quantity])
    )


class _RepeatedKeys(dict[str, Json]):
    """An object whose keys may stand twice, as servers that write JSON by hand send it."""

    def __init__(self, pairs: Iterable[tuple[str, Json]]) -> None:
        self.pairs = list(pairs)
        super().__init__(self.pairs)

    def items(self) -> Any:
        """All of them: `json` asks for nothing else."""
        return self.pairs


def _groups(page: Sequence[tuple[Row, dict[str, Json]]], names: Names) -> list[dict[str, Json]]:
    found: list[dict[str, Json]] = []
    for row, record in page:
        inner = {key: value for key, value in record.items() if key != names.category}
        if row.label == row.category:
            year = {names.year: record[names.year]} if names.year in record else {}
            found.append({names.category: record[names.item], **year, names.total: record[names.quantity]})
            found[-1][names.members] = []
        else:
            found[-1][names.members].append(inner)
    return found
