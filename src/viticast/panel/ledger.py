"""Counts what each stage hands to the next, and refuses to go on where something is lost on the way."""

import math
from collections.abc import Mapping
from itertools import pairwise

import pandas as pd

from viticast.panel.crosswalk import KEYS
from viticast.panel.labels import with_label_keys

COLUMNS = ["table_name", "unit", "stage", "rows", "cells", "known", "total", "explained"]
RELATIVE = 1e-9
"""Sums of the same numbers in another order differ by rounding alone."""
CELL = ["table_name", "row_number", "column_number"]


class LedgerError(ValueError):
    """Rows, cells or units are not where the stage before says they must be."""


def keep_ledger(
    written: pd.DataFrame, cells: pd.DataFrame, corrected: pd.DataFrame, crosswalk: pd.DataFrame, panel: pd.DataFrame
) -> pd.DataFrame:
    """Counts the leaves of a snapshot stage by stage.

    Args:
        written: table_name, unit, rows, cells, known, total of the leaves that ingestion wrote (`lake/sql/counts.sql`).
        cells: Cells of the snapshot, leaves and totals, as the query gave them.
        corrected: Leaves after the declared corrections, with `correction_id`.
        crosswalk: Label -> series, each label once.
        panel: series_id, year, value of the leaves.

    Returns:
        The columns of `contracts.ledger.Ledger` but for the snapshot and the source.

    Raises:
        LedgerError: Names each table, unit and stage where something is lost.
    """
    leaves = cells[cells["row_kind"] == "leaf"]
    keyed = _keyed(corrected, crosswalk)
    stages = [
        written.assign(stage="observations", explained=0.0),
        _counts(leaves).assign(stage="snapshot", explained=0.0),
        _with_explained(_counts(corrected), _declared(leaves, corrected), "corrected"),
        _with_explained(_series_counts(_placed(keyed, panel)), -_masked(keyed, panel), "panel"),
    ]
    ledger = pd.concat(stages, ignore_index=True)[COLUMNS].astype({"table_name": "str", "unit": "str", "stage": "str"})
    problems = [*_unequal(stages[0], stages[1]), *_untouched(leaves, corrected), *_unexplained(stages)]
    problems += _unnamed(keyed)
    if problems:
        raise LedgerError(
            "figures were lost between stages:\n- " + "\n- ".join(problems) + "\nThe lake keeps what it had. "
            "Run cataloging and feature again; if it stays, the partition of the table under 02_lake/observations is "
            "damaged: delete it and run again, the raw files rebuild it."
        )
    return ledger.sort_values(["table_name", "unit", "stage"], ignore_index=True)


def count_past(
    cells: pd.DataFrame,
    corrected: pd.DataFrame,
    crosswalk: pd.DataFrame,
    panel: pd.DataFrame,
    last_years: Mapping[str, int],
) -> pd.DataFrame:
    """Counts the leaves of a snapshot stage by stage, up to a year of each table.

    Args:
        cells: Cells of the snapshot, leaves and totals.
        corrected: Leaves after the declared corrections.
        crosswalk: Label -> series, each label once.
        panel: series_id, year, value of the leaves.
        last_years: Table -> the last year that counts; other tables are left out.

    Returns:
        table_name, unit, stage, rows, cells, known, total.
    """
    stages = {
        "snapshot": _counts(_until(cells[cells["row_kind"] == "leaf"], last_years)),
        "corrected": _counts(_until(corrected, last_years)),
        "panel": _series_counts(_until(_placed(_keyed(corrected, crosswalk), panel), last_years)),
    }
    return pd.concat([frame.assign(stage=stage) for stage, frame in stages.items()], ignore_index=True)


def _until(frame: pd.DataFrame, last_years: Mapping[str, int]) -> pd.DataFrame:
    return frame[frame["year"] <= frame["table_name"].map(dict(last_years))]


def _keyed(corrected: pd.DataFrame, crosswalk: pd.DataFrame) -> pd.DataFrame:
    return with_label_keys(corrected).merge(crosswalk[[*KEYS, "series_id"]], on=KEYS, how="left", validate="m:1")


def _counts(leaves: pd.DataFrame) -> pd.DataFrame:
    by = leaves.groupby(["table_name", "unit"])
    rows = leaves.drop_duplicates(["table_name", "unit", "row_number", "item"]).groupby(["table_name", "unit"]).size()
    frame = pd.DataFrame(
        {"rows": rows, "cells": by.size(), "known": by["value"].count(), "total": by["value"].sum()}
    ).reset_index()
    return frame.astype({"rows": "int64", "cells": "int64", "known": "int64", "total": "float64"})


def _placed(keyed: pd.DataFrame, panel: pd.DataFrame) -> pd.DataFrame:
    """The panel's leaves with their table and unit."""
    return panel.merge(keyed[["series_id", "table_name", "unit"]].drop_duplicates(), on="series_id")


def _series_counts(placed: pd.DataFrame) -> pd.DataFrame:
    by = placed.groupby(["table_name", "unit"])
    return pd.DataFrame(
        {
            "rows": by["series_id"].nunique(),
            "cells": by.size(),
            "known": by["value"].count(),
            "total": by["value"].sum(),
        }
    ).reset_index()


def _declared(leaves: pd.DataFrame, corrected: pd.DataFrame) -> "pd.Series[float]":
    """What the corrections say they added, or took away, by table and unit."""
    touched = corrected[corrected["correction_id"].notna()]
    before = leaves.merge(touched[CELL], on=CELL)
    after = touched.groupby(["table_name", "unit"])["value"].sum()
    return after.sub(before.groupby(["table_name", "unit"])["value"].sum(), fill_value=0.0)


def _masked(keyed: pd.DataFrame, panel: pd.DataFrame) -> "pd.Series[float]":
    """Values of labels whose series is unknown in a year because another of its labels is."""
    unknown = panel.loc[panel["value"].isna(), ["series_id", "year"]]
    return keyed.merge(unknown, on=["series_id", "year"]).groupby(["table_name", "unit"])["value"].sum()


def _with_explained(counts: pd.DataFrame, explained: "pd.Series[float]", stage: str) -> pd.DataFrame:
    index = pd.MultiIndex.from_frame(counts[["table_name", "unit"]])
    return counts.assign(stage=stage, explained=explained.reindex(index).fillna(0.0).to_numpy(dtype="float64"))


def _unequal(written: pd.DataFrame, queried: pd.DataFrame) -> list[str]:
    both = written.merge(queried, on=["table_name", "unit"], how="outer", suffixes=("_written", "_queried"))
    out = []
    for row in both.to_dict("records"):
        for name in ("rows", "cells", "known"):
            was, now = row[f"{name}_written"], row[f"{name}_queried"]
            if was != now:
                out.append(f"{row['table_name']} ({row['unit']}): {was} {name} were written, the query gave {now}")
    return out


def _untouched(leaves: pd.DataFrame, corrected: pd.DataFrame) -> list[str]:
    """Every leaf cell is still there, and has its value unless a correction claims it."""
    after = corrected[[*CELL, "value", "correction_id"]]
    both = leaves[[*CELL, "value"]].merge(after, on=CELL, how="left", suffixes=("", "_after"), indicator=True)
    changed = ~((both["value"] == both["value_after"]) | (both["value"].isna() & both["value_after"].isna()))
    lost = both[(both["_merge"] == "left_only") | (changed & both["correction_id"].isna())]
    return [
        f"{table}: {count} cells changed or vanished without a declared correction"
        for table, count in lost.groupby("table_name").size().items()
    ]


def _unexplained(stages: list[pd.DataFrame]) -> list[str]:
    out = []
    for before, after in pairwise(stages):
        both = before.merge(after, on=["table_name", "unit"], suffixes=("_before", "_after"))
        for row in both.to_dict("records"):
            expected = row["total_before"] + row["explained_after"]
            if not math.isclose(row["total_after"], expected, rel_tol=RELATIVE, abs_tol=1e-3):
                out.append(
                    f"{row['table_name']} ({row['unit']}), stage {row['stage_after']}: {row['total_after']:,.2f} where "
                    f"{expected:,.2f} are due"
                )
    return out


def _unnamed(keyed: pd.DataFrame) -> list[str]:
    lost = keyed[keyed["series_id"].isna()]
    return [f"{table}: {count} cells have no series" for table, count in lost.groupby("table_name").size().items()]
