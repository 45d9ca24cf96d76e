"""Which declared aliases joined labels of a snapshot, and whether they may be one: counted like corrections."""

import pandas as pd

from viticast.panel.crosswalk import KEYS
from viticast.panel.declarations import Alias, Aliases
from viticast.panel.labels import fold, slug, with_label_keys

NOTHING = "no label of it is in this snapshot"


def count_joins(leaves: pd.DataFrame, aliases: Aliases, crosswalk: pd.DataFrame) -> pd.DataFrame:
    """Counts the cells that each alias gave to another label's series.

    Two labels of one alias with figures in the same year would be counted together though they may be two things: the
    status is then `overlapping`, and somebody should look.

    Args:
        leaves: Corrected leaves of the snapshot.
        aliases: Declared spellings.
        crosswalk: Label -> series, each label once.

    Returns:
        The columns of `contracts.panel.CorrectionsApplied` but for the snapshot: one row for each alias and table where
        a label of it stands, or one for an alias without any.
    """
    keyed = with_label_keys(leaves).merge(crosswalk[[*KEYS, "series_id"]], on=KEYS, validate="m:1")
    rows = [row for alias in aliases.aliases for row in _rows(keyed, alias)]
    columns = ["correction_id", "table_name", "action", "status", "cells", "reason", "detail"]
    texts = {column: "str" for column in columns if column != "cells"}
    return pd.DataFrame(rows, columns=columns).astype({**texts, "cells": "int64"})


def _rows(keyed: pd.DataFrame, alias: Alias) -> list[dict[str, object]]:
    labels = {fold(label) for label in alias.labels}
    tables = keyed["table_name"].isin(alias.tables) if alias.tables is not None else True
    named = keyed[keyed["item_key"].isin(labels) & tables]
    if named.empty:
        table = alias.tables[0] if alias.tables else "*"
        return [_row(alias, table, "not_applicable", 0, NOTHING)]
    return [_outcome(keyed, alias, str(table), rows) for table, rows in named.groupby("table_name")]


def _outcome(keyed: pd.DataFrame, alias: Alias, table: str, named: pd.DataFrame) -> dict[str, object]:
    spellings = {fold(alias.to), *(fold(label) for label in alias.labels)}
    own = keyed[(keyed["table_name"] == table) & keyed["item_key"].isin(spellings)]
    labels_of_series = own.groupby("series_id")["item_key"].nunique()
    is_shared = named["series_id"].map(labels_of_series) > 1
    joined = named[is_shared | (named["series_id"].str.rsplit("/", n=1).str[-1] == slug(alias.to))]
    if joined.empty:
        return _row(alias, table, "not_applicable", 0, "the label had its series before the alias was declared")
    together = keyed[(keyed["table_name"] == table) & keyed["series_id"].isin(joined["series_id"])]
    traded = together[together["value"] > 0].groupby(["series_id", "year"])["item_key"].nunique()
    if (traded > 1).any() and not alias.may_overlap:
        years = ", ".join(map(str, sorted({year for _, year in traded[traded > 1].index})))
        return _row(alias, table, "overlapping", len(joined), f"several of its labels have figures in {years}")
    return _row(alias, table, "applied", len(joined), None)


def _row(alias: Alias, table: str, status: str, cells: int, detail: str | None) -> dict[str, object]:
    place = slug(table) or "all"
    return {
        "correction_id": f"alias_{slug(alias.to)}_{place}",
        "table_name": table,
        "action": "alias",
        "status": status,
        "cells": cells,
        "reason": f"{' / '.join(alias.labels)} → {alias.to}. {' '.join(alias.reason.split())}",
        "detail": detail,
    }
