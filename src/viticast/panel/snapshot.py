"""Which vintage of each table is current at a date."""

import hashlib
from collections.abc import Iterable
from datetime import date

import pandas as pd

from viticast.contracts.columns import SOURCES
from viticast.contracts.snapshots import Snapshots


class SnapshotError(ValueError):
    """No snapshot can be made of the vintages that there are."""


ORDER = ["table_name", "published_at", "last_year", "fetched_at", "landing_id"]
"""Of two landings of one date the one that was fetched later stands: its file was mended."""


def resolve_snapshot(landings: pd.DataFrame, tables: Iterable[str], as_of: date | None) -> pd.DataFrame:
    """Takes, for each table, the content that landed last of those published by a date.

    Args:
        landings: One row for each landing of each vintage, as `lake/sql/vintages.sql` gives them.
        tables: Names of the tables that a snapshot has; others are left alone.
        as_of: The last day of publication that counts; all count without it.

    Returns:
        One row for each table, as `contracts.snapshots.Snapshots` describes.

    Raises:
        SnapshotError: A table has no vintage by that date, or sources are mixed.
    """
    wanted = set(tables)
    known = landings[landings["table_name"].isin(wanted)]
    seen = known if as_of is None else known[known["published_at"] <= pd.Timestamp(as_of)]
    if missing := sorted(wanted - set(seen["table_name"])):
        when = "" if as_of is None else f" published by {as_of:%Y-%m-%d}"
        raise SnapshotError(
            f"no vintage{when} of {', '.join(missing)}. "
            "Ingest a folder that has these files, or take a later as_of: kedro run --params as_of=YYYY-MM-DD"
        )
    sources = sorted(set(seen["source"]))
    if len(sources) != 1 or sources[0] not in SOURCES:
        raise SnapshotError(f"the lake mixes the sources {sources}; give each source a folder of its own")
    newest = seen.sort_values(ORDER).groupby("table_name", sort=True).tail(1).reset_index(drop=True)
    newest.insert(0, "snapshot_id", snapshot_id(newest["vintage_id"]))
    columns = list(Snapshots.to_schema().columns)
    return newest[columns].astype({"snapshot_id": "str", "last_year": "int64", "cells": "int64"})


def vintages_before(landings: pd.DataFrame, snapshot: pd.DataFrame) -> list[str]:
    """The vintage before the current one of every table that has one: what a revision report compares with.

    That is the newest other content published on an earlier date: of two contents of one date the other one was mended,
    and what it said is no news. Only a table that has nothing earlier is compared with the other content of its date.

    Args:
        landings: As for `resolve_snapshot`.
        snapshot: As it gives it.
    """
    current = snapshot.set_index("table_name")[["vintage_id", "published_at"]]
    known = landings.merge(current, on="table_name", suffixes=("", "_current"))
    older = known[
        (known["vintage_id"] != known["vintage_id_current"]) & (known["published_at"] <= known["published_at_current"])
    ]
    older = older.assign(is_earlier=older["published_at"] < older["published_at_current"])
    order = ["table_name", "is_earlier", *ORDER[1:]]
    return sorted(older.sort_values(order).groupby("table_name").tail(1)["vintage_id"])


def snapshot_id(vintage_ids: Iterable[str]) -> str:
    """A hash of the vintages, in any order: the same figures are the same snapshot."""
    return hashlib.sha256(",".join(sorted(vintage_ids)).encode()).hexdigest()[:16]
