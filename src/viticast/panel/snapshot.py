"""Which vintage of each table is current at a date."""

import hashlib
from collections.abc import Iterable
from datetime import date

import pandas as pd

from viticast.contracts.columns import SOURCES


class SnapshotError(ValueError):
    """No snapshot can be made of the vintages that there are."""


def resolve_snapshot(
    vintages: pd.DataFrame, tables: Iterable[str], as_of: date | None, ingested_last: Iterable[str] = ()
) -> pd.DataFrame:
    """Takes, for each table, the newest vintage published by a date.

    Args:
        vintages: One row for each vintage, as `lake/sql/vintages.sql` gives them.
        tables: Names of the tables that a snapshot must have.
        as_of: The last day of publication that counts; all vintages count without it.
        ingested_last: Vintages of the newest ingestion: they stand for their date where several were published at it,
            as after a file was mended and fetched again.

    Returns:
        One row for each table, as `contracts.snapshots.Snapshots` describes.

    Raises:
        SnapshotError: A table has no vintage by that date, or sources are mixed.
    """
    seen = vintages if as_of is None else vintages[vintages["published_at"] <= pd.Timestamp(as_of)]
    if missing := sorted(set(tables) - set(seen["table_name"])):
        when = "" if as_of is None else f" published by {as_of:%Y-%m-%d}"
        raise SnapshotError(
            f"no vintage{when} of {', '.join(missing)}. "
            "Ingest a folder that has these files, or take a later as_of: kedro run --params as_of=YYYY-MM-DD"
        )
    sources = sorted(set(seen["source"]))
    if len(sources) != 1 or sources[0] not in SOURCES:
        raise SnapshotError(f"the lake mixes the sources {sources}; give each source a folder of its own")
    ranked = seen.assign(is_ingested_last=seen["vintage_id"].isin(set(ingested_last)))
    order = ["table_name", "published_at", "last_year", "is_ingested_last", "fetched_at", "vintage_id"]
    newest = ranked.sort_values(order).groupby("table_name", sort=True).tail(1).reset_index(drop=True)
    newest = newest.drop(columns=["is_ingested_last", "fetched_at"])
    newest.insert(0, "snapshot_id", snapshot_id(newest["vintage_id"]))
    return newest.astype({"snapshot_id": "str", "last_year": "int64", "cells": "int64"})


def vintages_before(vintages: pd.DataFrame, snapshot: pd.DataFrame) -> list[str]:
    """The vintage before the current one of every table that has one: what a revision report compares with.

    Args:
        vintages: As for `resolve_snapshot`.
        snapshot: As it gives it.
    """
    current = snapshot.set_index("table_name")[["vintage_id", "published_at"]]
    known = vintages.merge(current, on="table_name", suffixes=("", "_current"))
    older = known[
        (known["vintage_id"] != known["vintage_id_current"]) & (known["published_at"] <= known["published_at_current"])
    ]
    order = ["table_name", "published_at", "last_year", "fetched_at", "vintage_id"]
    return sorted(older.sort_values(order).groupby("table_name").tail(1)["vintage_id"])


def snapshot_id(vintage_ids: Iterable[str]) -> str:
    """A hash of the vintages, in any order: the same figures are the same snapshot."""
    return hashlib.sha256(",".join(sorted(vintage_ids)).encode()).hexdigest()[:16]
