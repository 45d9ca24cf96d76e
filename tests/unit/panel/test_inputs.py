import pandas as pd

from viticast.panel.inputs import list_inputs

FILE = {"table_name": "ExpVinho", "vintage_id": "1" * 16, "raw_sha256": "a" * 64}
SNAPSHOT = pd.DataFrame(
    [FILE | {"snapshot_id": "0" * 16, "published_at": pd.Timestamp("2025-04-01"), "last_year": 2024, "cells": 7}]
)
LANDINGS = pd.DataFrame(
    [
        FILE | {"address": "old/ExpVinho.csv", "fetched_at": pd.Timestamp("2025-04-02")},
        FILE | {"address": "new/ExpVinho.csv", "fetched_at": pd.Timestamp("2025-04-03")},
        FILE | {"address": "other", "fetched_at": pd.Timestamp("2026-01-01"), "vintage_id": "2" * 16},
    ]
)
PANEL = {"panel_sha256": "c" * 64, "snapshot_id": "0" * 16, "source": "sample", "is_synthetic": True, "series": 3}


def test_each_table_has_the_hash_of_its_vintage_and_where_it_was_fetched_last():
    table, panel = list_inputs(LANDINGS, SNAPSHOT, PANEL)
    assert {name: table[name] for name in ("name", "digest", "address")} == {
        "name": "ExpVinho",
        "digest": "1" * 16,
        "address": "new/ExpVinho.csv",
    }
    assert table["tags"] == {
        "raw_sha256": "a" * 64,
        "published_at": "2025-04-01",
        "last_year": "2024",
        "cells": "7",
        "snapshot_id": "0" * 16,
    }
    assert (panel["name"], panel["digest"]) == ("panel", "c" * 16)
    assert panel["tags"]["panel_sha256"] == "c" * 64
