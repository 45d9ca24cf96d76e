"""Which figures went into a panel, as an experiment tracker records them: a name, a hash and an address for each."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

PANEL = "panel"
"""The name of the panel among the tables that it was built from."""

_FILE = ["table_name", "vintage_id", "raw_sha256"]
_DIGITS = 16


def list_inputs(landings: pd.DataFrame, snapshot: pd.DataFrame, panel: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One input for each table of a snapshot, and one for the panel.

    Args:
        landings: One row for each landing of each vintage, as `contracts.vintages.Vintages` describes.
        snapshot: As `contracts.snapshots.Snapshots` describes.
        panel: The receipt of the panel, as `contracts.receipts.FeatureReceipt` describes.

    Returns:
        name, digest (of the content), address (without secrets) and tags (text) of each.
    """
    addresses = landings.sort_values("fetched_at").drop_duplicates(_FILE, keep="last")[[*_FILE, "address"]]
    both = snapshot.merge(addresses, on=_FILE, how="left", validate="1:1").sort_values("table_name")
    tables = [
        {
            "name": str(row["table_name"]),
            "digest": str(row["vintage_id"]),
            "address": str(row["address"]),
            "tags": {
                "raw_sha256": str(row["raw_sha256"]),
                "published_at": f"{row['published_at']:%Y-%m-%d}",
                "last_year": str(row["last_year"]),
                "cells": str(row["cells"]),
                "snapshot_id": str(row["snapshot_id"]),
            },
        }
        for row in both.to_dict("records")
    ]
    whole = {
        "name": PANEL,
        "digest": str(panel["panel_sha256"])[:_DIGITS],
        "address": f"lake table panel, snapshot_id={panel['snapshot_id']}",
        "tags": {
            name: str(panel[name]) for name in ("snapshot_id", "source", "is_synthetic", "series", "panel_sha256")
        },
    }
    return [*tables, whole]
