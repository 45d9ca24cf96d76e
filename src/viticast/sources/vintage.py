"""A vintage is the content of one table: its id is the hash of what it says, not of how its file is written."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

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
    columns = (_texts(frame[name]) for name in _CONTENT)
    cells = sorted(map("\x1f".join, zip(*columns, strict=True)))
    return hashlib.sha256("\x1e".join(cells).encode()).hexdigest()[:16]


def infer_published_at(last_year: int, fetched_at: datetime) -> date:
    """The latest date by which figures up to `last_year` can be taken as published, when nobody declared it.

    The last year of a refresh lags by 4 to 12 months and more: the end of the following year is the guess that lets no
    backtest see figures early. Nothing is published after it was fetched.
    """
    return min(date(last_year + 1, 12, 31), _as_utc(fetched_at).date())


class DamagedVintageError(ValueError):
    """Cells that are not the vintage they are kept as."""


def require_content(cells: pd.DataFrame, vintages: Iterable[str]) -> None:
    """Holds the cells of vintages against the hashes that are their ids.

    Args:
        cells: Every cell of the vintages, with `table_name`, `vintage_id` and the columns of a reading.
        vintages: Ids of the vintages that must be there.

    Raises:
        DamagedVintageError: Names each vintage that is not there, or whose content is another.
    """
    by_vintage = cells.groupby(["table_name", "vintage_id"])
    damaged = [f"{table}, vintage {vintage}" for (table, vintage), rows in by_vintage if content_id(rows) != vintage]
    damaged += [f"vintage {vintage}" for vintage in sorted(set(vintages) - set(cells["vintage_id"]))]
    if damaged:
        raise DamagedVintageError(
            f"the figures of {'; '.join(damaged)} are not the ones that were taken in. First run, in the same "
            "environment (with the same --env): kedro run --pipelines=ingestion,cataloging, as the catalog may not "
            "know a partition. If this comes again, their files under 02_lake/observations were damaged, changed or "
            "deleted: put copies from a backup in their place, or delete them and ingest the same files again. "
            "`kedro trace file` says where they came from, 01_raw/files keeps their bytes"
        )


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


def _texts(column: "pd.Series[Any]") -> list[str]:
    """Each value as text, nothing for a missing one; a column has few values, and each is put into words once."""
    codes, values = pd.factorize(column)
    # A missing value has the code -1.
    words = [*map(str, values.tolist()), ""]
    return [words[code] for code in codes.tolist()]


def _as_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
