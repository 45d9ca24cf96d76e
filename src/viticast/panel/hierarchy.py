"""The series above the leaves, and their sums."""

import numpy as np
import numpy.typing as npt
import pandas as pd

Matrix = npt.NDArray[np.float64]

RECENT_YEARS = 5
"""A leaf counts in a total if it had any quantity in its last five published years."""


def ancestors(series_id: str) -> list[str]:
    """All series above one, the nearest first: `a/b/c` -> `a/b`, `a`."""
    parts = series_id.split("/")
    return ["/".join(parts[:depth]) for depth in range(len(parts) - 1, 0, -1)]


def parent(series_id: str) -> str | None:
    """The series above one, or None for a flow."""
    return series_id.rsplit("/", 1)[0] if "/" in series_id else None


def aggregate(leaves: pd.DataFrame) -> pd.DataFrame:
    """Sums the leaves into every series above them.

    A sum is null where a leaf that counts is missing or unreadable, and never a smaller sum. It ends with the first of
    its tables to end, so that a table that was refreshed early does not leave the others' last year half full.

    Args:
        leaves: series_id, year, value, mark, correction_id; one row for each leaf and year, null where missing. A leaf
            that a correction emptied is no gap where the same correction lets another leaf carry its quantity.

    Returns:
        series_id, year, value of the sums; null where a leaf that counts is missing.
    """
    wide = leaves.pivot(index="series_id", columns="year", values="value")
    years = wide.columns.to_numpy()
    values = wide.to_numpy(dtype=np.float64)
    last = leaves.groupby("series_id")["year"].max().reindex(wide.index).to_numpy()
    told = leaves.assign(told=_told_elsewhere(leaves).astype("float64")).pivot(
        index="series_id", columns="year", values="told"
    )
    unreadable = leaves.assign(unreadable=(leaves["mark"] == "unreadable").astype("float64")).pivot(
        index="series_id", columns="year", values="unreadable"
    )
    # There is a figure in an unreadable cell, whatever the leaf was before.
    counts = np.isnan(values) & (counted_recently(values) | (unreadable.to_numpy() == 1)) & (told.to_numpy() != 1)
    frames = []
    for node, rows in sorted(_members(wide.index).items()):
        member = values[rows]
        total = np.nansum(member, axis=0)
        total[counts[rows].any(axis=0) | np.isnan(member).all(axis=0)] = np.nan
        inside = years <= last[rows].min()
        frames.append(pd.DataFrame({"series_id": node, "year": years[inside], "value": total[inside]}))
    return pd.concat(frames, ignore_index=True).astype({"series_id": "str", "year": "int64"})


def counted_recently(values: Matrix) -> npt.NDArray[np.bool_]:
    """For each leaf and year, whether one of the leaf's last published values before that year is above zero.

    Args:
        values: Leaves x years, null where missing.
    """
    out = np.zeros(values.shape, dtype=bool)
    recent = np.zeros((len(values), RECENT_YEARS))
    for column in range(values.shape[1]):
        out[:, column] = (recent > 0).any(axis=1)
        observed = ~np.isnan(values[:, column])
        recent[observed, :-1] = recent[observed, 1:]
        recent[observed, -1] = values[observed, column]
    return out


def _told_elsewhere(leaves: pd.DataFrame) -> "pd.Series[bool]":
    """True for cells that a correction emptied in a year for which it gave the quantity to another leaf."""
    cell = ["correction_id", "year"]
    given = leaves.loc[leaves["value"].notna() & leaves["correction_id"].notna(), cell]
    inside = pd.MultiIndex.from_frame(leaves[cell]).isin(pd.MultiIndex.from_frame(given))
    return (leaves["mark"] == "corrected") & inside


def _members(series_ids: "pd.Index[str]") -> dict[str, list[int]]:
    members: dict[str, list[int]] = {}
    for row, series_id in enumerate(series_ids):
        for node in ancestors(series_id):
            members.setdefault(node, []).append(row)
    return members
