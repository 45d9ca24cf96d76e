"""The series dimension: what each series is, for joins and for readers."""

import pandas as pd

from viticast.panel.crosswalk import KEYS
from viticast.panel.declarations import Aliases
from viticast.panel.hierarchy import ancestors, parent
from viticast.panel.labels import fold, slug, with_label_keys
from viticast.panel.tree import TableNode, TableTree

FLOW_LABELS = {
    "producao": "Produção",
    "processamento": "Processamento",
    "comercializacao": "Comercialização",
    "importacao": "Importação",
    "exportacao": "Exportação",
}

LONGEST_ACRONYM = 4
"""IAC is a name; a longer word in capitals is a heading."""

COLUMNS = [
    "series_id",
    "parent_id",
    "level",
    "flow",
    "table_name",
    "group_label",
    "item",
    "item_kind",
    "label",
    "unit",
    "attribution",
]


def describe_series(crosswalk: pd.DataFrame, cells: pd.DataFrame, tree: TableTree, aliases: Aliases) -> pd.DataFrame:
    """Describes the leaves of a snapshot and all series above them.

    Args:
        crosswalk: Label -> series, each label once; the labels of the snapshot.
        cells: Leaves of the snapshot; tell how groups and items are spelt.
        tree: Where each table hangs.
        aliases: Declared spellings.

    Returns:
        The columns of `contracts.panel.SeriesDimension` but for the snapshot and the source.
    """
    groups = _group_labels(cells)
    labels = _item_labels(crosswalk, cells, aliases)
    rows: dict[str, dict[str, object]] = {}
    for leaf in crosswalk.drop_duplicates("series_id").itertuples(index=False):
        table = tree.table(str(leaf.table_name))
        group = groups.get((table.name, str(leaf.group_key)))
        rows[str(leaf.series_id)] = _leaf(
            str(leaf.series_id), table, group, labels[str(leaf.series_id)], str(leaf.item_kind), str(leaf.unit)
        )
        for node in ancestors(str(leaf.series_id)):
            rows.setdefault(node, _node(node, table, group, str(leaf.unit), tree))
    frame = pd.DataFrame([rows[series_id] for series_id in sorted(rows)], columns=COLUMNS)
    return frame.astype("str")


def _group_labels(cells: pd.DataFrame) -> dict[tuple[str, str], str]:
    named = cells[cells["group_label"].notna()][["table_name", "group_label"]].drop_duplicates()
    return {(table, fold(label)): label for table, label in named.itertuples(index=False)}


def _item_labels(crosswalk: pd.DataFrame, cells: pd.DataFrame, aliases: Aliases) -> dict[str, str]:
    """series_id -> the spelling to show: that of the id itself, with the most accents.

    It depends on the snapshot and the declarations alone, not on which vintage the lake met first.
    """
    items = cells[["table_name", "group_label", "item", "unit"]].drop_duplicates()
    named = with_label_keys(items).merge(crosswalk[[*KEYS, "series_id"]], on=KEYS, validate="m:1")
    spellings: dict[str, set[str]] = {}
    for table, item, series_id in named[["table_name", "item", "series_id"]].itertuples(index=False):
        spellings.setdefault(series_id, set()).update({item, aliases.resolve(table, item)})
    return {series_id: _best_spelling(series_id, found) for series_id, found in spellings.items()}


def _best_spelling(series_id: str, spellings: set[str]) -> str:
    own = {spelling for spelling in spellings if slug(spelling) == series_id.rsplit("/", 1)[-1]}
    return min(own or spellings, key=lambda spelling: (-sum(ord(letter) > 127 for letter in spelling), spelling))


def _leaf(series_id: str, table: TableNode, group: str | None, label: str, kind: str, unit: str) -> dict[str, object]:
    return {
        "series_id": series_id,
        "parent_id": parent(series_id),
        "level": "leaf",
        "flow": table.flow,
        "table_name": table.name,
        "group_label": group,
        "item": label,
        "item_kind": kind,
        "label": _readable(label) if group is None else f"{label} ({group.capitalize()})",
        "unit": unit,
        "attribution": table.attribution,
    }


def _node(series_id: str, table: TableNode, group: str | None, unit: str, tree: TableTree) -> dict[str, object]:
    row: dict[str, object] = {"series_id": series_id, "parent_id": parent(series_id), "flow": table.flow, "unit": unit}
    if "/" not in series_id:
        single = tree.is_flow_level(table.name)
        attributions = dict.fromkeys(node.attribution for node in tree.tables_of(table.flow))
        return row | {
            "level": "flow",
            "table_name": table.name if single else None,
            "label": FLOW_LABELS[table.flow],
            "attribution": " ".join(attributions),
        }
    row |= {"table_name": table.name, "attribution": table.attribution}
    if series_id == tree.table_path(table.name, unit):
        return row | {"level": "table", "label": table.label}
    return row | {"level": "group", "group_label": group, "label": (group or "").capitalize()}


def _readable(label: str) -> str:
    # A category without children is a leaf, and keeps the capitals of a category in the source.
    return label.capitalize() if label.isupper() and len(label) > LONGEST_ACRONYM else label
