"""A vintage is the content of one table: its id is the hash of what it says, not of how its file is written."""

import hashlib
from datetime import UTC, date, datetime

import pandas as pd

from viticast.contracts.columns import SOURCES
from viticast.sources.reader import Reading
from viticast.sources.tables import TableSpec

_CONTENT = ("group_label", "item_label", "item", "row_kind", "measure", "unit", "year", "value", "mark")

OBSERVATION_COLUMNS = (
    "table_name",
    "vintage_id",
    "source",
    "is_synthetic",
    "row_number",
    "column_number",
    "group_label",
    "item_label",
    "item",
    "row_kind",
    "measure",
    "unit",
    "year",
    "value",
    "mark",
    "raw_sha256",
)


def content_id(frame: pd.DataFrame) -> str:
    """Hash the tidy cells of a table: the same for any delimiter, header, numbering and order of rows.

    Args:
        frame: Cells with the columns of a reading; row and column numbers are not looked at.

    Returns:
        The first 16 hexadecimal digits of a SHA-256.
    """
    columns = [frame[name].map(str).where(frame[name].notna(), "") for name in _CONTENT]
    cells = sorted(map("\x1f".join, zip(*columns, strict=True)))
    return hashlib.sha256("\x1e".join(cells).encode()).hexdigest()[:16]


def infer_published_at(last_year: int, fetched_at: datetime) -> date:
    """The latest date by which figures up to `last_year` can be taken as published, when nobody declared it.

    The last year of a refresh lags by 4 to 12 months and more: the end of the following year is the guess that lets no
    backtest see figures early. Nothing is published after it was fetched.
    """
    return min(date(last_year + 1, 12, 31), _as_utc(fetched_at).date())


def landing_id(raw_sha256: str, address: str, published_at: date | None) -> str:
    """Hash what makes a landing: these bytes, from this address, declared as published on this date or on none.

    Returns:
        The first 16 hexadecimal digits of a SHA-256.
    """
    declared = "" if published_at is None else published_at.isoformat()
    return hashlib.sha256("\x1f".join((raw_sha256, address, declared)).encode()).hexdigest()[:16]


def observe(
    reading: Reading,
    table: TableSpec,
    *,
    source: str,
    is_synthetic: bool,
    raw_sha256: str,
) -> pd.DataFrame:
    """Complete the cells of a file with where they come from: the rows of `observations`.

    Args:
        reading: What the file says.
        table: What kind of table it is.
        source: One of `contracts.columns.SOURCES`.
        is_synthetic: True for the generated sample.
        raw_sha256: Hash of the file's bytes.

    Returns:
        A frame that fulfils `contracts.observations.Observations`.
    """
    if source not in SOURCES:
        msg = f"source must be one of {', '.join(SOURCES)}, not {source!r}"
        raise ValueError(msg)
    observed = reading.frame.assign(
        table_name=table.name,
        vintage_id=content_id(reading.frame),
        source=source,
        is_synthetic=is_synthetic,
        raw_sha256=raw_sha256,
    )
    return observed[list(OBSERVATION_COLUMNS)]


def _as_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
