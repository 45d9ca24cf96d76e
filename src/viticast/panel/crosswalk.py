"""Which series a label of a source belongs to: looked up, never recomputed."""

import pandas as pd

from viticast.panel.declarations import Aliases
from viticast.panel.labels import fold, slug
from viticast.panel.tree import TableTree

KEYS = ["table_name", "group_key", "item_key", "unit"]
COLUMNS = [*KEYS, "series_id", "label", "item_kind"]


def empty_crosswalk() -> pd.DataFrame:
    """The crosswalk of a source that was never read."""
    return pd.DataFrame({column: pd.Series(dtype="str") for column in COLUMNS})


def extend_crosswalk(known: pd.DataFrame, cells: pd.DataFrame, tree: TableTree, aliases: Aliases) -> pd.DataFrame:
    """Adds the labels that were not seen before; those that are known keep their series.

    A new alias therefore moves no existing id: it applies to labels that appear after it.

    Args:
        known: The crosswalk so far, one row for each label and unit.
        cells: Leaves of a snapshot.
        tree: Where each table hangs.
        aliases: Declared spellings.

    Returns:
        The rows of `known`, then the new ones.
    """
    labels = _labels(cells)
    new = labels.merge(known[KEYS], on=KEYS, how="left", indicator=True)
    new = new[new["_merge"] == "left_only"].drop(columns="_merge")
    if new.empty:
        return known
    kept = [aliases.resolve(table, item) for table, item in zip(new["table_name"], new["item"], strict=True)]
    new = new.assign(
        label=kept,
        series_id=[
            "/".join([tree.parent_path(table, group, unit), slug(item)])
            for table, group, unit, item in zip(new["table_name"], new["group_label"], new["unit"], kept, strict=True)
        ],
        item_kind=[
            "pseudo_country"
            if tree.item_kind(table) == "country" and aliases.is_pseudo_country(item)
            else tree.item_kind(table)
            for table, item in zip(new["table_name"], kept, strict=True)
        ],
    )
    return pd.concat([known, new[COLUMNS].astype("str")], ignore_index=True)


def identify(cells: pd.DataFrame, crosswalk: pd.DataFrame) -> pd.DataFrame:
    """Gives each leaf cell its series, and sums the labels of one series.

    A series misses a year if any of its labels has a mark for it; a blank cell beside a value is no more than a label
    that was not used that year.

    Args:
        cells: Leaves, corrected.
        crosswalk: Has every label of the cells.

    Returns:
        series_id, year, value, mark, correction_id: one row for each series and year.
    """
    keyed = cells.assign(item_key=cells["item"].map(fold), group_key=_group_key(cells))
    named = keyed.merge(crosswalk[[*KEYS, "series_id"]], on=KEYS, how="left", validate="m:1")
    # A blank says least of all marks: the first of the others is the reason.
    told = named.sort_values("mark", key=lambda mark: mark == "empty", kind="stable")
    by = told.groupby(["series_id", "year"], sort=True)
    out = by[["mark", "correction_id"]].first()
    out.insert(0, "value", by["value"].sum(min_count=1))
    out = out.reset_index()
    unknown = named[named["value"].isna() & (named["mark"] != "empty")][["series_id", "year"]].drop_duplicates()
    index = pd.MultiIndex.from_frame(out[["series_id", "year"]])
    out.loc[index.isin(pd.MultiIndex.from_frame(unknown)), "value"] = float("nan")
    out.loc[out["value"].notna(), "mark"] = None
    return out.astype({"mark": "str", "correction_id": "str"})


def _labels(cells: pd.DataFrame) -> pd.DataFrame:
    """Each label once, the spelling with the most accents standing for its variants."""
    labels = cells[["table_name", "group_label", "item", "unit"]].drop_duplicates()
    labels = labels.assign(group_key=_group_key(labels), item_key=labels["item"].map(fold))
    accents = labels["item"].map(lambda item: sum(ord(letter) > 127 for letter in item))
    ranked = labels.assign(accents=accents).sort_values(
        [*KEYS, "accents", "item"], ascending=[True] * 4 + [False, True]
    )
    return ranked.drop_duplicates(KEYS).drop(columns="accents")


def _group_key(frame: pd.DataFrame) -> "pd.Series[str]":
    return frame["group_label"].map(fold, na_action="ignore").fillna("").astype("str")
