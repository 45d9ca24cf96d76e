"""What changed from one vintage of a table to the next: values, marks, rows and names."""

from dataclasses import dataclass

import pandas as pd

from viticast.contracts.columns import REVISIONS
from viticast.panel.labels import fold

COLUMNS = [
    "table_name",
    "old_vintage_id",
    "new_vintage_id",
    "kind",
    "row_kind",
    "group_label",
    "item",
    "old_item",
    "unit",
    "year",
    "old_value",
    "new_value",
    "old_mark",
    "new_mark",
    "cells",
]
"""Those of `contracts.revisions.Revisions`, without what says of which snapshot the rows are."""

_TYPES = dict.fromkeys(COLUMNS, "str") | {"year": "int64", "old_value": "float64", "new_value": "float64"}
_TYPES["cells"] = "int64"
_PLACE = ["table_name", "row_number"]
_ROW = [*_PLACE, "row"]
_TABLE = ["table_name", "row_kind"]
_LABEL = [*_TABLE, "group_key", "item_key"]


@dataclass(frozen=True)
class _Pass:
    """One way of telling that two rows are the same: by these columns, in the order of the file where several agree.

    Attributes:
        by: Columns that must be equal.
        is_certain_once: True where equal columns say nothing if more than one row of a vintage has them, or if
            none of the figures is positive.
    """

    by: tuple[str, ...]
    is_certain_once: bool = False


_PASSES = (
    # Repeats of a label that kept their spelling or figures are paired first: the order of the file does not matter.
    _Pass((*_LABEL, "item", "figures")),
    _Pass((*_LABEL, "figures")),
    _Pass(tuple(_LABEL)),
    _Pass((*_TABLE, "series_id", "figures")),
    _Pass((*_TABLE, "series_id")),
    _Pass((*_TABLE, "group_key", "figures"), is_certain_once=True),
    _Pass((*_TABLE, "figures"), is_certain_once=True),
)


def compare(old_cells: pd.DataFrame, new_cells: pd.DataFrame, crosswalk: pd.DataFrame | None = None) -> pd.DataFrame:
    """Compares two vintages of each table by what their rows are about, not by where they stand.

    A row is known by its folded label; failing that by its series, where the crosswalk has both labels; failing that
    by its figures, where no other row has them. A label that is spelt otherwise than before is `label_renamed`, whether
    or not it folds to the same. Only the years that both vintages reach are compared and counted; a mark that gave way
    to another mark is no revision.

    Args:
        old_cells: Cells as `lake/sql/panel.sql` gives them, one vintage of each table.
        new_cells: Cells of the newer vintages. A table that `old_cells` lacks is a `first_vintage`; one that
            `new_cells` lacks is left out.
        crosswalk: Has each label once; without it no row is known by its series.

    Returns:
        The columns of `COLUMNS`, ordered by what they say: the order of the files' rows does not matter.

    Raises:
        ValueError: The cells hold two vintages of one table.
    """
    vintages = _vintages(old_cells, new_cells)
    old, new = _shared(old_cells, new_cells), _shared(new_cells, old_cells)
    old_rows, new_rows = _rows(old_cells, old, crosswalk), _rows(new_cells, new, crosswalk)
    pairs = _pairs(old_rows, new_rows)
    both = _both(old.merge(old_rows[_ROW], on=_PLACE), new.merge(new_rows[_ROW], on=_PLACE), pairs)
    found = [
        _tables(vintages, both),
        _cells(both),
        _renamed(pairs, both),
        _unpaired(new_rows, pairs["row_new"], "row_new"),
        _unpaired(old_rows, pairs["row_old"], "row_gone"),
    ]
    stated = pd.concat([part.reindex(columns=COLUMNS).astype(_TYPES) for part in found], ignore_index=True)
    stated = stated.drop(columns=list(vintages.columns)).merge(vintages, on="table_name", how="left", validate="m:1")
    # A table that has no vintage before has only that to say, and one that has none after says nothing.
    is_told = stated["old_vintage_id"].notna() | (stated["kind"] == "first_vintage")
    return _ordered(stated.loc[is_told & stated["new_vintage_id"].notna(), COLUMNS])


def _vintages(old_cells: pd.DataFrame, new_cells: pd.DataFrame) -> pd.DataFrame:
    """old_vintage_id and new_vintage_id of each table."""
    sides = []
    for name, cells in (("old_vintage_id", old_cells), ("new_vintage_id", new_cells)):
        ids = cells[["table_name", "vintage_id"]].drop_duplicates()
        if ids["table_name"].duplicated().any():
            twice = sorted(ids.loc[ids["table_name"].duplicated(), "table_name"])
            raise ValueError(f"two vintages of {', '.join(twice)} in one of the frames: give one vintage of each table")
        sides.append(ids.set_index("table_name")["vintage_id"].rename(name))
    return pd.concat(sides, axis=1).astype("str").rename_axis("table_name")


def _shared(cells: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """The cells of years that the other vintage of the table reaches."""
    reached = others[["table_name", "year"]].drop_duplicates()
    return cells.merge(reached, on=["table_name", "year"], how="inner")


def _rows(cells: pd.DataFrame, shared: pd.DataFrame, crosswalk: pd.DataFrame | None) -> pd.DataFrame:
    """One line for each row of the files, in their order, with what it may be known by."""
    rows = cells.drop_duplicates(_PLACE).sort_values(_PLACE)
    rows = rows[[*_PLACE, "row_kind", "group_label", "item"]].reset_index(drop=True)
    prints = pd.util.hash_pandas_object(shared[["unit", "year", "value", "mark"]], index=False)
    told = shared[_PLACE].assign(figures=prints, cells=1, positives=shared["value"].gt(0).astype("int64"))
    # A sum of hashes does not depend on the order of the cells.
    known = told.groupby(_PLACE).sum().reindex(pd.MultiIndex.from_frame(rows[_PLACE]), fill_value=0)
    rows = pd.concat([rows, known.reset_index(drop=True)], axis=1)
    rows = rows.assign(item_key=_folded(rows["item"]), group_key=_folded(rows["group_label"]))
    return rows.assign(series_id=_series(rows, crosswalk), row=rows.index)


def _folded(labels: "pd.Series[str]") -> "pd.Series[str]":
    keys = {label: fold(label) for label in labels.dropna().unique()}
    return labels.map(keys).fillna("").astype("str")


def _series(rows: pd.DataFrame, crosswalk: pd.DataFrame | None) -> "pd.Series[str]":
    """The series of each label in one of its units: which one does not matter, they are named alike."""
    if crosswalk is None:
        return pd.Series(None, index=rows.index, dtype="str")
    key = ["table_name", "group_key", "item_key"]
    known = crosswalk.sort_values([*key, "unit"]).drop_duplicates(key)
    series: pd.Series[str] = rows[key].merge(known[[*key, "series_id"]], on=key, how="left", validate="m:1")[
        "series_id"
    ]
    return series.astype("str")


def _pairs(old_rows: pd.DataFrame, new_rows: pd.DataFrame) -> pd.DataFrame:
    """row_old and row_new: which line of the newer vintage is which of the older one, with the labels of both."""
    told = ["row", "group_label", "group_key", "item"]
    sides = old_rows, new_rows
    found: list[pd.DataFrame] = []
    for one in _PASSES:
        if found and (sides[0].empty or sides[1].empty):
            break
        left, right = (_turns(rows, one) for rows in sides)
        pairs = left.merge(right, on=[*one.by, "turn"], suffixes=("_old", "_new"))[["row_old", "row_new"]]
        found.append(pairs)
        sides = _rest(sides[0], pairs["row_old"]), _rest(sides[1], pairs["row_new"])
    pairs = pd.concat(found, ignore_index=True)
    old, new = (rows[told].add_suffix(suffix) for rows, suffix in ((old_rows, "_old"), (new_rows, "_new")))
    return pairs.merge(old, on="row_old").merge(new.join(new_rows[_TABLE]), on="row_new")


def _rest(rows: pd.DataFrame, taken: "pd.Series[int]") -> pd.DataFrame:
    return rows[~rows["row"].isin(taken)]


def _turns(rows: pd.DataFrame, one: _Pass) -> pd.DataFrame:
    """The rows that can be known in this way, numbered where several are known by the same."""
    by = list(one.by)
    # pandas joins what is missing to what is missing.
    known = rows.dropna(subset=by)
    if one.is_certain_once:
        known = known[known["positives"].gt(0) & ~known.duplicated(by, keep=False)]
    return known[[*by, "row"]].assign(turn=known.groupby(by).cumcount())


def _both(old: pd.DataFrame, new: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """The cells of paired rows, side by side."""
    figures = ["row", "unit", "year", "value", "mark"]
    was = old[figures].rename(columns={"row": "row_old"}).merge(pairs, on="row_old")
    now = new[figures].rename(columns={"row": "row_new"})
    return was.merge(now, on=["row_new", "unit", "year"], suffixes=("_old", "_new"), validate="1:1")


def _tables(vintages: pd.DataFrame, both: pd.DataFrame) -> pd.DataFrame:
    """One row for each table: what it was compared with."""
    tables = pd.DataFrame({"table_name": vintages.index.astype("str")})
    is_first = vintages["old_vintage_id"].isna().to_numpy()
    tables["kind"] = pd.Series("compared", index=tables.index).mask(is_first, "first_vintage")
    counts = both.groupby("table_name").size()
    return tables.assign(year=0, cells=tables["table_name"].map(counts).fillna(0))


def _cells(both: pd.DataFrame) -> pd.DataFrame:
    """One row for each cell whose value changed, came or went."""
    was, now = both["value_old"], both["value_new"]
    kinds = pd.Series(None, index=both.index, dtype="str")
    kinds = kinds.mask(was.notna() & now.notna() & (was != now), "value_changed")
    kinds = kinds.mask(was.isna() & now.notna(), "mark_filled").mask(was.notna() & now.isna(), "value_gone")
    renamed = {f"{name}_{side}": f"{side}_{name}" for name in ("value", "mark") for side in ("old", "new")}
    return _told(both.assign(kind=kinds, cells=1)[kinds.notna()].rename(columns=renamed))


def _renamed(pairs: pd.DataFrame, both: pd.DataFrame) -> pd.DataFrame:
    """One row for each row that has another name, or the same name under another category."""
    is_other = (pairs["item_old"] != pairs["item_new"]) | (pairs["group_key_old"] != pairs["group_key_new"])
    counts = both.groupby("row_new").size()
    cells = pairs["row_new"].map(counts).fillna(0)
    return _told(pairs.assign(kind="label_renamed", year=0, cells=cells)[is_other])


def _told(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.rename(columns={"item_old": "old_item", "item_new": "item", "group_label_new": "group_label"})


def _unpaired(rows: pd.DataFrame, paired: "pd.Series[int]", kind: str) -> pd.DataFrame:
    """One row for each line of a file that the other file does not have."""
    left = _rest(rows, paired)
    return left.assign(kind=kind, year=0, old_item=left["item"] if kind == "row_gone" else None)


def _ordered(found: pd.DataFrame) -> pd.DataFrame:
    """By table, then the table as a whole, then its changes in the order of the vocabulary."""
    order = ["table_name", "rank", *(name for name in COLUMNS if name not in {"table_name", "kind"})]
    ranked = found.assign(rank=found["kind"].map(REVISIONS.index))
    return ranked.sort_values(order, ignore_index=True)[COLUMNS]
