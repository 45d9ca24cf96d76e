"""The panel as one matrix of series by year, and the part of it that an origin may see."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import pandas as pd

from viticast.forecasting.arrays import Bools, Floats, Ints

MAX_SPAN = 5_000
"""More years than this between first and last are dates or identifiers, not years."""

FURTHEST_YEAR = 1_000_000
"""A year before minus this or after it is a date or an identifier."""

LARGEST = 1e300
"""Sums and bounds of larger values would be more than a float holds."""

NOT_NUMBERS = frozenset({"boolean", "complex", "datetime", "datetime64", "timedelta", "timedelta64"})
"""Objects that are no figures, though they convert to a float, as pandas names them."""

ROWS_AT_ONCE = 4_000


class PanelError(ValueError):
    """The panel cannot be forecast; the message names the rows and the remedy."""


@dataclass(frozen=True)
class Panel:
    """Values by series and year. Column `j` is the year `first_year + j`; NaN is missing.

    `first` and `last` are the columns of each series' first and last row; the last is its cut-off, even where the
    value in that row is missing.
    """

    ids: tuple[str, ...]
    first_year: int
    values: Floats
    first: Ints
    last: Ints

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> Self:
        """Build from `unique_id, ds, y`, one row for each series and year; years may be missing.

        Raises:
            PanelError: It is not a frame, a column is missing or stands twice, a key stands twice, a year is not a
                year, or a value cannot be a figure.
        """
        _check_columns(frame)
        ids, years, y = _ids(frame["unique_id"]), _years(frame["ds"]), _figures(frame["y"])
        _check_sizes(ids, years, y)
        codes, names = pd.factorize(ids, sort=True)
        first = int(years.min())
        doubled = pd.Series(codes * np.int64(MAX_SPAN + 1) + (years - first)).duplicated().to_numpy()
        if doubled.any():
            at = int(np.flatnonzero(doubled)[0])
            raise PanelError(f"series {ids.iloc[at]!r} has year {years[at]} twice; keep one row per unique_id and ds")
        values = np.full((len(names), int(years.max()) - first + 1), np.nan)
        values[codes, years - first] = y
        rows = pd.DataFrame({"series": codes, "column": years - first}).groupby("series")["column"]
        return cls(
            tuple(str(name) for name in names),
            first,
            values,
            rows.min().to_numpy(dtype=np.int64),
            rows.max().to_numpy(dtype=np.int64),
        )

    @property
    def width(self) -> int:
        """Number of years."""
        return int(self.values.shape[1])

    @cached_property
    def columns(self) -> Ints:
        """Column numbers, shape (1, years), to compare with cut-offs."""
        return np.arange(self.values.shape[1], dtype=np.int64)[None, :]

    @cached_property
    def observed(self) -> Bools:
        """Where there is a value."""
        return ~np.isnan(self.values)

    def chunks(self) -> Iterator[Ints]:
        """Row numbers, a few thousand at a time: whole panels of wide intermediate results would fill the memory."""
        for begin in range(0, len(self.ids), ROWS_AT_ONCE):
            yield np.arange(begin, min(begin + ROWS_AT_ONCE, len(self.ids)), dtype=np.int64)

    def take(self, rows: Ints) -> Self:
        """The panel of some of its series."""
        ids = tuple(self.ids[row] for row in rows)
        return type(self)(ids, self.first_year, self.values[rows], self.first[rows], self.last[rows])

    def seen(self, cuts: Ints) -> Bools:
        """Where there is a value that an origin at `cuts` (a column for each series) may see."""
        return self.observed & (self.columns <= cuts[:, None])

    def actuals(self, cuts: Ints, steps: int) -> Floats:
        """Values of the `steps` years after `cuts`, shape (series, steps); NaN where unknown."""
        at = cuts[:, None] + np.arange(1, steps + 1)[None, :]
        inside = at < self.values.shape[1]
        picked = np.take_along_axis(self.values, np.minimum(at, self.values.shape[1] - 1), axis=1)
        return np.where(inside, picked, np.nan)


def fill_gaps(values: Floats) -> Floats:
    """Values with the gaps between two observations interpolated. Scores never read them."""
    observed = ~np.isnan(values)
    width = values.shape[1]
    columns = np.broadcast_to(np.arange(width), values.shape)
    before = np.maximum.accumulate(np.where(observed, columns, -1), axis=1)
    after = np.minimum.accumulate(np.where(observed, columns, width)[:, ::-1], axis=1)[:, ::-1]
    rows, at = np.nonzero(~observed & (before >= 0) & (after < width))
    begin, end = before[rows, at], after[rows, at]
    share = (at - begin) / (end - begin)
    out = values.copy()
    # the weighted mean of both ends: their difference may be more than a float holds
    out[rows, at] = (1 - share) * values[rows, begin] + share * values[rows, end]
    return out


def shown(value: object) -> str:
    """The value as Python writes it, not as NumPy's scalars are written."""
    return repr(value.item() if isinstance(value, np.generic) else value)


def check_lower(panel: Panel, lower: float | None) -> None:
    """Refuse values that no forecast could reach.

    Raises:
        PanelError: A value lies below `lower`.
    """
    if lower is None or not (below := panel.values < lower).any():
        return
    row, column = (int(at[0]) for at in np.nonzero(below))
    raise PanelError(
        f"series {panel.ids[row]!r} has {panel.values[row, column]:.6g} in {panel.first_year + column}, "
        f"below lower={lower:g}; correct it, or allow such values by ForecastSpec(lower=None)"
    )


def _check_columns(frame: pd.DataFrame) -> None:
    if not isinstance(frame, pd.DataFrame):
        raise PanelError(f"the panel is of type {type(frame).__name__}; give a pandas DataFrame of unique_id, ds and y")
    for name in ("unique_id", "ds", "y"):
        count = int((frame.columns == name).sum())
        if count == 0:
            raise PanelError(f"column {name!r} is missing; the panel needs unique_id, ds and y")
        if count > 1:
            raise PanelError(f"there are {count} columns {name!r}; keep one of them")
    if frame.empty:
        raise PanelError("the panel has no rows; give at least one row of unique_id, ds and y")


def _check_sizes(ids: pd.Series, years: Ints, y: Floats) -> None:
    large = np.abs(y) > LARGEST
    if large.any():
        at = int(np.flatnonzero(large)[0])
        raise PanelError(
            f"series {ids.iloc[at]!r} has {y[at]:.6g} in {years[at]}, more than {LARGEST:g}; give a larger unit"
        )


def _check_type(column: pd.Series, remedy: str) -> None:
    """Refuse a column of what is no number; text and mixed objects are read value by value."""
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        dtype = dtype.categories.dtype
    is_other = dtype.kind in "bcmM" or isinstance(dtype, pd.PeriodDtype | pd.IntervalDtype)
    # objects are known by their values alone
    held = pd.api.types.infer_dtype(column, skipna=True) if dtype == np.dtype(object) else str(dtype)
    if is_other or held in NOT_NUMBERS:
        raise PanelError(f"column {column.name!r} is {held}; {remedy}")


def _ids(column: pd.Series) -> pd.Series:
    if column.isna().any():
        raise PanelError(f"row {int(np.flatnonzero(column.isna())[0])} has no unique_id; every row needs one")
    return column.astype(str).reset_index(drop=True)


def _years(column: pd.Series) -> Ints:
    remedy = "give whole years, e.g. column.dt.year of dates"
    _check_type(column, remedy)
    numbers = pd.to_numeric(column, errors="coerce")
    _check_type(numbers, remedy)
    years = numbers.to_numpy(dtype=float, na_value=np.nan)
    wrong = ~np.isfinite(years) | (years != np.round(years))
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        raise PanelError(f"ds of row {at} is {shown(column.iloc[at])}; give whole years, e.g. 2024")
    if (far := np.abs(years) > FURTHEST_YEAR).any():
        at = int(np.flatnonzero(far)[0])
        raise PanelError(f"ds of row {at} is {shown(column.iloc[at])}; give years, not dates or identifiers")
    if years.max() - years.min() > MAX_SPAN:
        raise PanelError(
            f"ds runs from {years.min():.0f} to {years.max():.0f}; give years, not dates or numbers of days"
        )
    return years.astype(np.int64)


def _figures(column: pd.Series) -> Floats:
    _check_type(column, "give numbers, and leave missing values null")
    try:
        y = column.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError):
        numbers = pd.to_numeric(column, errors="coerce")
        at = int(np.flatnonzero(numbers.isna() & column.notna())[0]) if (numbers.isna() & column.notna()).any() else 0
        raise PanelError(
            f"y of row {at} is {shown(column.iloc[at])}; give numbers, and leave missing values null"
        ) from None
    if np.isinf(y).any():
        at = int(np.flatnonzero(np.isinf(y))[0])
        raise PanelError(f"y of row {at} is infinite; give a finite number, or null if it is missing")
    return y
