"""Applies the declared corrections to the cells of a snapshot."""

from dataclasses import dataclass

import pandas as pd

from viticast.panel.declarations import Correction, Corrections, Expectation, Missing, Permute, Undetailed
from viticast.panel.labels import fold, with_label_keys

TOLERANCE = 0.5
"""Figures are published to the unit; a guard must not fail on a decimal."""


@dataclass(frozen=True)
class Corrected:
    """The cells after the corrections, and what each correction did.

    Attributes:
        cells: The given cells with a further column `correction_id`.
        applied: As `contracts.panel.CorrectionsApplied` describes.
    """

    cells: pd.DataFrame
    applied: pd.DataFrame


def apply_corrections(cells: pd.DataFrame, corrections: Corrections, snapshot: pd.DataFrame) -> Corrected:
    """Applies each correction whose guard holds; the others are listed and do nothing.

    Args:
        cells: Leaves and published totals, as `lake/sql/panel.sql` gives them.
        corrections: Declared for the source of the cells.
        snapshot: Says when each table's vintage was published.
    """
    cells = with_label_keys(cells.assign(correction_id=pd.Series(None, index=cells.index, dtype="str")))
    published = snapshot.set_index("table_name")["published_at"]
    outcomes = []
    for correction in corrections.corrections:
        status, detail, touched = _status(cells, correction, published), None, 0
        if status == "applied" and (found := _failed_guard(cells, correction)):
            status, detail = "stale", found
        if status == "applied":
            cells, touched = _apply(cells, correction)
        outcomes.append(_outcome(correction, status, touched, detail))
    return Corrected(cells.drop(columns=["item_key", "group_key"]), _frame(outcomes, snapshot))


def _status(cells: pd.DataFrame, correction: Correction, published: "pd.Series[pd.Timestamp]") -> str:
    if correction.table not in published.index:
        return "not_applicable"
    when = published[correction.table].date()
    if correction.published_from is not None and when < correction.published_from:
        return "not_applicable"
    if correction.published_to is not None and when > correction.published_to:
        return "not_applicable"
    last_year = _last_year(cells, correction)
    is_told = any(expectation.year <= last_year for expectation in correction.expect)
    return "applied" if correction.years[0] <= last_year and is_told else "not_applicable"


def _last_year(cells: pd.DataFrame, correction: Correction) -> int:
    """An older vintage may end within the years of a correction: what it has of them is as wrong as the whole."""
    return int(cells.loc[cells["table_name"] == correction.table, "year"].max())


def _failed_guard(cells: pd.DataFrame, correction: Correction) -> str | None:
    """What the guard expected and found instead, or None if it holds."""
    last_year = _last_year(cells, correction)
    for expectation in correction.expect:
        if expectation.year > last_year:
            continue
        values = cells.loc[_expected_cell(cells, correction, expectation), "value"]
        if len(values) != 1:
            return f"{expectation.item} {expectation.year}: expected one cell, found {len(values)}"
        if not abs(values.iloc[0] - expectation.value) <= TOLERANCE:
            return f"{expectation.item} {expectation.year}: expected {expectation.value:.0f}, found {values.iloc[0]}"
    if isinstance(correction.action, Undetailed) and cells.loc[_leaves(cells, correction), "value"].sum() > 0:
        return "leaves have values in years that were declared undetailed"
    if isinstance(correction.action, Permute):
        return _not_once(cells[_leaves(cells, correction)], correction.action)
    return None


def _not_once(leaves: pd.DataFrame, action: Permute) -> str | None:
    """The first cell whose values cannot change places because an item is missing or stands twice."""
    for (measure, year), rows in leaves.groupby(["measure", "year"]):
        for item in action.take:
            if (count := int((rows["item_key"] == fold(item)).sum())) != 1:
                return f"{item} {year} ({measure}): expected one cell to move, found {count}"
    return None


def _expected_cell(cells: pd.DataFrame, correction: Correction, expectation: Expectation) -> "pd.Series[bool]":
    mask = (
        (cells["table_name"] == correction.table)
        & (cells["row_kind"] == expectation.kind)
        & (cells["item_key"] == fold(expectation.item))
        & (cells["year"] == expectation.year)
        & (cells["measure"] == expectation.measure)
    )
    return mask if correction.group is None else mask & (cells["group_key"] == fold(correction.group))


def _leaves(cells: pd.DataFrame, correction: Correction) -> "pd.Series[bool]":
    mask = (
        (cells["table_name"] == correction.table)
        & (cells["row_kind"] == "leaf")
        & cells["year"].between(*correction.years)
    )
    return mask if correction.group is None else mask & (cells["group_key"] == fold(correction.group))


def _apply(cells: pd.DataFrame, correction: Correction) -> tuple[pd.DataFrame, int]:
    match correction.action:
        case Permute():
            return _permute(cells, correction, correction.action)
        case Missing():
            return _remove(cells, correction)
        case Undetailed():
            return _undetail(cells, correction, correction.action)


def _permute(cells: pd.DataFrame, correction: Correction, action: Permute) -> tuple[pd.DataFrame, int]:
    leaves = cells[_leaves(cells, correction)]
    keys = ["measure", "year", "item_key"]
    published = leaves.set_index(keys)[["value", "mark"]]
    taken_from = {fold(item): fold(label) for item, label in action.take.items()}
    moved = leaves[leaves["item_key"].isin(taken_from)]
    wanted = pd.MultiIndex.from_arrays([moved["measure"], moved["year"], moved["item_key"].map(taken_from)], names=keys)
    cells = cells.copy()
    cells.loc[moved.index, ["value", "mark"]] = published.loc[wanted].to_numpy()
    cells.loc[moved.index, "correction_id"] = correction.id
    return cells.astype({"value": "float64"}), len(moved)


def _remove(cells: pd.DataFrame, correction: Correction) -> tuple[pd.DataFrame, int]:
    # A cell that has a mark already keeps it: it says more than that we do not believe the value.
    removed = _leaves(cells, correction) & cells["value"].notna()
    cells = cells.copy()
    cells.loc[removed, "value"] = float("nan")
    cells.loc[removed, "mark"] = "corrected"
    cells.loc[removed, "correction_id"] = correction.id
    return cells, int(removed.sum())


def _undetail(cells: pd.DataFrame, correction: Correction, action: Undetailed) -> tuple[pd.DataFrame, int]:
    group = fold(correction.group or "")
    totals = cells[
        (cells["table_name"] == correction.table) & (cells["row_kind"] == "total") & (cells["group_key"] == group)
    ]
    inside = totals["year"].between(*correction.years)
    carried = totals.assign(
        row_kind="leaf",
        item_label=action.item,
        item=action.item,
        item_key=fold(action.item),
        # Outside the declared years the leaves tell all: nothing is left over, and that is a known zero.
        value=totals["value"].where(inside, 0.0),
        mark=totals["mark"].where(inside),
        correction_id=correction.id,
    )
    cells, removed = _remove(cells, correction)
    return pd.concat([cells, carried], ignore_index=True), removed + int(inside.sum())


def _outcome(correction: Correction, status: str, touched: int, detail: str | None) -> dict[str, object]:
    return {
        "correction_id": correction.id,
        "table_name": correction.table,
        "action": correction.action.kind,
        "status": status,
        "cells": touched,
        "reason": " ".join(correction.reason.split()),
        "detail": detail,
    }


def _frame(outcomes: list[dict[str, object]], snapshot: pd.DataFrame) -> pd.DataFrame:
    columns = ["correction_id", "table_name", "action", "status", "cells", "reason", "detail"]
    frame = pd.DataFrame(outcomes, columns=columns)
    frame.insert(0, "snapshot_id", snapshot["snapshot_id"].iloc[0])
    texts = {column: "str" for column in frame.columns if column != "cells"}
    return frame.astype({**texts, "cells": "int64"})
