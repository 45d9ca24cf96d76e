"""Which series a label of a source belongs to: looked up, never recomputed."""

import hashlib

import pandas as pd

from viticast.contracts.crosswalk import Crosswalk
from viticast.panel.declarations import Aliases
from viticast.panel.labels import slug, with_label_keys
from viticast.panel.tree import TableTree

KEYS = ["table_name", "group_key", "item_key", "unit"]


def settled(crosswalk: pd.DataFrame) -> pd.DataFrame:
    """The crosswalk with each label once: the batch that added it first has the say.

    Two runs at once may each add a label in a batch of its own; whichever sorts first holds for every later reader.

    Args:
        crosswalk: All batches, in any order.
    """
    ordered = crosswalk.sort_values(["batch_id", *KEYS], kind="stable")
    return ordered.drop_duplicates(["source", *KEYS]).reset_index(drop=True)


def new_labels(
    known: pd.DataFrame, cells: pd.DataFrame, tree: TableTree, aliases: Aliases, source: str
) -> pd.DataFrame:
    """The labels that were not seen before, as one batch to append; those that are known keep their series.

    A new alias therefore moves no existing id: it applies to labels that appear after it, and those join the series
    that other labels of the alias already have.

    Args:
        known: The crosswalk so far, all batches.
        cells: Leaves of a snapshot.
        tree: Where each table hangs.
        aliases: Declared spellings.
        source: Where the cells come from.

    Returns:
        As `contracts.crosswalk.Crosswalk` describes; no row if every label is known.
    """
    labels = _labels(cells)
    new = labels.merge(known[KEYS], on=KEYS, how="left", indicator=True)
    new = new[new["_merge"] == "left_only"].drop(columns="_merge")
    if new.empty:
        return Crosswalk.empty()
    kept = [aliases.resolve(table, item) for table, item in zip(new["table_name"], new["item"], strict=True)]
    taken = _series_of(known)
    new = new.assign(
        source=source,
        series_id=[
            _joined(taken, (table, group_key, unit), aliases.spellings(table, item))
            or "/".join([tree.parent_path(table, group, unit), slug(item)])
            for table, group, group_key, unit, item in zip(
                new["table_name"], new["group_label"], new["group_key"], new["unit"], kept, strict=True
            )
        ],
        item_kind=[
            "pseudo_country"
            if tree.item_kind(table) == "country" and aliases.is_pseudo_country(item)
            else tree.item_kind(table)
            for table, item in zip(new["table_name"], kept, strict=True)
        ],
        first_vintage_id=new["vintage_id"],
    ).sort_values(KEYS, ignore_index=True)
    new["batch_id"] = _batch_id(known, new)
    return new[list(Crosswalk.to_schema().columns)].astype("str")


Place = tuple[str, str, str]
"""Table, folded group and unit."""


def _series_of(known: pd.DataFrame) -> dict[Place, dict[str, str]]:
    """Place -> folded label -> series, of the labels that have one."""
    out: dict[Place, dict[str, str]] = {}
    for row in settled(known).to_dict("records"):
        place = (str(row["table_name"]), str(row["group_key"]), str(row["unit"]))
        out.setdefault(place, {})[str(row["item_key"])] = str(row["series_id"])
    return out


def _joined(taken: dict[Place, dict[str, str]], place: Place, spellings: tuple[str, ...]) -> str | None:
    """The series that a spelling of the same thing has already, the declared name's before the others'."""
    there = taken.get(place, {})
    return next((there[spelling] for spelling in spellings if spelling in there), None)


def _batch_id(known: pd.DataFrame, new: pd.DataFrame) -> str:
    """The next number, and a hash of what is added: equal additions of two runs are one batch."""
    number = 1 + max((int(batch.split("-")[0]) for batch in known["batch_id"].unique()), default=0)
    rows = new[[*KEYS, "series_id", "item_kind"]].itertuples(index=False, name=None)
    content = "\x1e".join("\x1f".join(row) for row in rows)
    return f"{number:06d}-{hashlib.sha256(content.encode()).hexdigest()[:16]}"


def identify(cells: pd.DataFrame, crosswalk: pd.DataFrame) -> pd.DataFrame:
    """Gives each leaf cell its series, and sums the labels of one series.

    A series misses a year if any of its labels has a mark for it; a blank cell beside a value is no more than a label
    that was not used that year.

    Args:
        cells: Leaves, corrected.
        crosswalk: Has every label of the cells once.

    Returns:
        series_id, year, value, mark, correction_id: one row for each series and year.
    """
    keyed = with_label_keys(cells)
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
    """Each label once, in the first of its spellings."""
    labels = with_label_keys(cells[["table_name", "group_label", "item", "unit", "vintage_id"]].drop_duplicates())
    return labels.sort_values([*KEYS, "item"]).drop_duplicates(KEYS)
