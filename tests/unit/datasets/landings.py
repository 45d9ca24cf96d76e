"""Rows of the table of vintages."""

import pandas as pd

from viticast.contracts.vintages import Vintages


def landings(*numbers: int) -> pd.DataFrame:
    """A vintage for each number, as the lake lists it."""
    texts = dict.fromkeys(("table_name", "vintage_id", "landing_id", "source", "raw_sha256", "address"), "str")
    rows = [
        {
            "table_name": "Producao",
            "vintage_id": f"{number:016x}",
            "landing_id": f"{number:016x}",
            "source": "sample",
            "is_synthetic": True,
            "raw_sha256": f"{number:064x}",
            "address": "a.csv",
            "fetched_at": pd.Timestamp("2025-07-01"),
            "published_at": pd.Timestamp("2025-06-01"),
            "is_published_at_inferred": True,
            "last_year": 2024,
            "file_lines": 3,
            "rows": 2,
            "quarantined_rows": 0,
            "cells": 10,
            "quarantined_cells": 0,
        }
        for number in numbers
    ]
    return pd.DataFrame(rows)[list(Vintages.to_schema().columns)].astype(texts)
