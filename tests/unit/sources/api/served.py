"""What an API would answer: the cells of a table in each of the shapes that are met."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from viticast.sources.answers import Answer, pack
from viticast.sources.connections.api import ApiConnection
from viticast.sources.tables import TableSpec

ADDRESS = "http://server/figures"
TEXTS = {"nd": "nd", "*": "*", "+": "+", "empty": ""}


@dataclass(frozen=True)
class Way:
    """One way to deliver a table.

    Attributes:
        records: `records` of the connection file.
        body: (rows of one year or of all, how a figure is written) -> JSON.
        is_by_year: True if each year has its own answer.
    """

    records: dict[str, Any]
    body: Callable[[list[dict[str, Any]]], Any]
    is_by_year: bool = True

    def connection(self, table: TableSpec, **more: Any) -> ApiConnection:
        path = "/figures/{year}" if self.is_by_year else "/figures"
        return ApiConnection(kind="api", records=self.records, tables={table.name: {"path": path}}, **more)

    def answers(self, rows: list[dict[str, Any]]) -> list[Answer]:
        if not self.is_by_year:
            return [Answer(ADDRESS, 200, written(self.body(rows)))]
        years = sorted({row["ano"] for row in rows})
        return [
            Answer(ADDRESS, 200, written(self.body([row for row in rows if row["ano"] == year])), year)
            for year in years
        ]

    def packed(self, rows: list[dict[str, Any]], table: TableSpec) -> bytes:
        return pack(table.name, self.answers(rows))


def written(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def number(value: float) -> int | float:
    return int(value) if value == int(value) else value


def brazilian(value: float) -> str:
    """`139.320.884`, and `-` for zero."""
    whole, _, decimals = repr(value).partition(".")
    text = f"{int(whole):,}".replace(",", ".") + ("" if decimals == "0" else f",{decimals}")
    return "-" if value == 0 else text


def rows_of(
    frame: pd.DataFrame, figure: Callable[[float], Any] = number, marks: dict[str, str | None] = TEXTS
) -> list[dict[str, Any]]:
    """Rows of a reading's frame, year by year in the order of the table."""
    rows: dict[tuple[int, int], dict[str, Any]] = {}
    plain = frame.astype(object).where(frame.notna(), None).to_dict("records")
    for cell in sorted(plain, key=lambda one: (one["year"], one["row_number"])):
        is_child = cell["row_kind"] == "leaf" and cell["group_label"]
        row = rows.setdefault(
            (cell["year"], cell["row_number"]),
            {
                "ano": cell["year"],
                "categoria": cell["group_label"] or cell["item"],
                "controle": f"xx_{cell['item']}" if is_child else cell["item"],
                "produto": cell["item_label"],
            },
        )
        name = "quantidade" if cell["measure"] == "quantity" else "valor"
        row[name] = figure(cell["value"]) if cell["mark"] is None else marks[cell["mark"]]
    return list(rows.values())


def without(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in names}


def figures_of(row: dict[str, Any]) -> Any:
    return {key: row[key] for key in ("quantidade", "valor") if key in row}


def figure_of(row: dict[str, Any]) -> Any:
    return row["quantidade"] if "valor" not in row else figures_of(row)


def is_category(row: dict[str, Any]) -> bool:
    return not row["controle"].startswith("xx_")


def _groups(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if "valor" in rows[0]:
        return [{"categoria": "Todos", "itens": rows}]
    groups: list[dict[str, Any]] = []
    for row in rows:
        if is_category(row):
            groups.append({"categoria": row["produto"], "ano": row["ano"], "total": figure_of(row), "itens": []})
        else:
            groups[-1]["itens"].append(without(row, "categoria", "controle"))
    return groups


def _wide(rows: list[dict[str, Any]], write: Callable[[dict[str, Any], dict[int, Any]], Any]) -> list[Any]:
    years = {row["ano"] for row in rows}
    by_year = {year: [row for row in rows if row["ano"] == year] for year in sorted(years)}
    return [
        write(without(same[0], "ano", "quantidade", "valor"), {row["ano"]: row for row in same})
        for same in zip(*by_year.values(), strict=True)
    ]


def _pandas_names(row: dict[str, Any], years: dict[int, Any]) -> dict[str, Any]:
    figures = {str(year): one["quantidade"] for year, one in years.items()}
    values = {f"{year}.1": one["valor"] for year, one in years.items() if "valor" in one}
    return {**row, **figures, **values}


FIELDS = {"item": ["produto"], "quantity": ["quantidade"], "value": ["valor"], "year": ["ano"]}
TOLD = {**FIELDS, "group": ["categoria"]}
BY_CONTROL = {**FIELDS, "control": ["controle"]}


def _columns(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in rows[0]}


def _table(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"colunas": list(rows[0]), "linhas": [list(row.values()) for row in rows]}


def _list(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return rows


WAYS = {
    "list": Way({"fields": TOLD}, _list),
    "list of order and controls": Way({"fields": BY_CONTROL}, _list),
    "list under a key": Way({"path": "result.data", "fields": TOLD}, lambda rows: {"result": {"data": rows}}),
    "list of all years": Way({"fields": TOLD}, _list, is_by_year=False),
    "groups": Way(
        {
            "shape": "groups",
            "path": "dados",
            "members": "itens",
            "total": "total",
            "fields": TOLD,
        },
        lambda rows: {"dados": _groups(rows)},
    ),
    "by label": Way(
        {"shape": "by_label", "fields": {**TOLD, "item": []}},
        lambda rows: {row["produto"]: without(row, "produto") for row in rows},
    ),
    "columns": Way({"shape": "columns", "fields": TOLD}, _columns),
    "table": Way({"shape": "table", "headers": "colunas", "rows": "linhas", "fields": TOLD}, _table),
    "wide": Way(
        {"shape": "wide", "fields": TOLD},
        lambda rows: _wide(rows, lambda row, years: {**row, **{str(y): figure_of(one) for y, one in years.items()}}),
        is_by_year=False,
    ),
    "wide with the names of pandas": Way(
        {"shape": "wide", "fields": BY_CONTROL}, lambda rows: _wide(rows, _pandas_names), is_by_year=False
    ),
    "wide under a field": Way(
        {"shape": "wide", "by_year": "anos", "fields": TOLD},
        lambda rows: _wide(rows, lambda row, years: {**row, "anos": {y: figure_of(one) for y, one in years.items()}}),
        is_by_year=False,
    ),
}


def labels_are_unique(rows: Iterable[dict[str, Any]]) -> bool:
    keys = [(row["ano"], row["produto"]) for row in rows]
    return len(set(keys)) == len(keys)
