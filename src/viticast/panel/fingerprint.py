"""A hash of a panel's values: what a model's key starts from, and what tells whether a panel was built anew since."""

import hashlib

import pandas as pd


def panel_hash(panel: pd.DataFrame) -> str:
    """64 hexadecimal digits of series_id, year and value, in any order of the rows."""
    ordered = panel.sort_values(["series_id", "year"])[["series_id", "year", "value"]]
    rows = pd.util.hash_pandas_object(ordered, index=False)
    return hashlib.sha256(rows.to_numpy().tobytes()).hexdigest()
