"""Whether an API's reading is that of the CSV file: cell by cell, in the file's order."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tests.connectors.contract import Contract
from tests.connectors.figures import read_csv

from viticast.sources.reader import Reading

KEYS = ["group_label", "item", "row_kind", "measure", "unit", "year"]
PLACES = ["row_number", "column_number", "item_label"]


def differences(reading: Reading, folder: Path, table: str, contract: Contract) -> list[str]:
    """What a reading has that the file has not, and the other way; nothing if they are the same.

    A contract that cannot carry marks has `empty` in their place; one that drops zeros may lose a row of nothing else.
    Years before the first of the reading are not looked at.
    """
    expected, found = _expected(read_csv(folder, table).frame, reading, contract), reading.frame
    if contract.drops_zeros:
        expected, found = _sorted(expected), _sorted(found)
    columns = [*KEYS, "value", "mark", *(PLACES if contract.written_labels and not contract.drops_zeros else [])]
    if len(expected) != len(found):
        return [f"{table}: {len(found)} cells instead of {len(expected)}: {_first(found, expected)}"]
    return [text for column in columns if (text := _column(found, expected, column, table))]


def different_cells(reading: Reading, folder: Path, table: str, contract: Contract) -> int:
    """How many values and marks are not those of the file, in a reading of the same rows and years."""
    expected, found = _expected(read_csv(folder, table).frame, reading, contract), reading.frame
    if len(expected) != len(found):
        return len(found)
    return int((_differs(found, expected, "value") | _differs(found, expected, "mark")).sum())


def _expected(frame: pd.DataFrame, reading: Reading, contract: Contract) -> pd.DataFrame:
    expected: pd.DataFrame = frame[frame["year"] >= reading.frame["year"].min()].reset_index(drop=True)
    expected["column_number"] -= expected["column_number"].min() - frame["column_number"].min()
    if contract.marks == "null":
        expected["mark"] = expected["mark"].where(expected["mark"].isna(), "empty")
    if contract.drops_zeros:
        has_figure = (expected["value"] != 0) | expected["mark"].notna()
        expected = expected[has_figure.groupby(expected["row_number"]).transform("any")]
    return expected.reset_index(drop=True)


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    order: pd.Series[int] = frame.groupby(
        ["group_label", "item", "row_kind", "measure", "year"], dropna=False
    ).cumcount()
    return frame.assign(order=order).sort_values([*KEYS, "order"], ignore_index=True)


def _column(found: pd.DataFrame, expected: pd.DataFrame, column: str, table: str) -> str | None:
    one, other = found[column], expected[column]
    differs = _differs(found, expected, column)
    if not differs.any():
        return None
    first = int(differs.argmax())
    place = [expected[name][first] for name in ("group_label", "item", "measure", "year")]
    return (
        f"{table}: {column} of {int(differs.sum())} cells differs, first {place}: {one[first]!r}, not {other[first]!r}"
    )


def _differs(found: pd.DataFrame, expected: pd.DataFrame, column: str) -> NDArray[np.bool_]:
    one, other = found[column], expected[column]
    are_missing: NDArray[np.bool_] = one.isna().to_numpy() & other.isna().to_numpy()
    are_equal: NDArray[np.bool_] = (one == other).fillna(value=False).to_numpy(dtype=bool)
    return ~(are_equal | are_missing)


def _first(found: pd.DataFrame, expected: pd.DataFrame) -> str:
    sides: Sequence[set[tuple[object, ...]]] = [
        set(frame[["item", "row_kind", "year"]].itertuples(index=False, name=None)) for frame in (found, expected)
    ]
    extra, gone = (sorted(map(str, side))[:3] for side in (sides[0] - sides[1], sides[1] - sides[0]))
    return f"too many {extra}, missing {gone}"
