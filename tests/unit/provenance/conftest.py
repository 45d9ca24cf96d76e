"""A lake of two tables: exports of wine under two spellings of one country, and production with two corrections."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from viticast.provenance.backward import SnapshotFrames
from viticast.provenance.raw import file_hash, raw_file
from viticast.provenance.records import RawFile

SNAPSHOT, EARLIER = "5" * 16, "4" * 16
MODEL, OLDER_MODEL = "aa" + "0" * 14, "ab" + "0" * 14
EXPORTS, PRODUCTION = "e" * 16, "d" * 16
BYTES = {"exports": b"exports", "again": b"exports, other line ends", "production": b"production", "broken": b"broken"}
HASH = {name: file_hash(content) for name, content in BYTES.items()}
APRIL = pd.Timestamp("2025-04-01")
FETCHED = pd.Timestamp("2025-05-02 03:04:05")

LEAVES = {
    "exportacao_usd/exp_vinho/paraguai": ("ExpVinho", "Paraguai", "USD"),
    "exportacao_usd/exp_vinho/chile": ("ExpVinho", "Chile", "USD"),
    "exportacao_kg/exp_vinho/paraguai": ("ExpVinho", "Paraguai", "kg"),
    "producao_l/suco/integral": ("Producao", "Integral (Suco)", "L"),
    "producao_l/suco/sem_detalhamento": ("Producao", "(sem detalhamento) (Suco)", "L"),
}


def frame(rows: list[dict[str, Any]], **types: str) -> pd.DataFrame:
    made = pd.DataFrame(rows)
    texts = {name: "str" for name in made.columns if made[name].dtype == object and name not in types}
    return made.astype({**texts, **types})


@pytest.fixture(scope="session")
def forecasts() -> pd.DataFrame:
    """Two years of each series and of two sums, from two models of one snapshot."""
    names = [*LEAVES, "exportacao_usd/exp_vinho", "exportacao_usd", "producao_l"]
    figures = {"yhat": 10.5, "lo80": 9.0, "hi80": 12.0, "lo95": 8.0, "hi95": 13.0}
    return frame(
        [
            {
                "snapshot_id": SNAPSHOT,
                "model_key": model,
                "source": "sample",
                "is_synthetic": True,
                "series_id": name,
                "year": year,
                "horizon": year - 2024,
                "series_class": "regular",
            }
            | figures
            for model in (MODEL, OLDER_MODEL)
            for name in names
            for year in (2025, 2026)
        ]
    )


@pytest.fixture(scope="session")
def series() -> pd.DataFrame:
    """The leaves, and the sums above them."""
    leaves = [
        {"series_id": name, "level": "leaf", "table_name": table, "label": label, "unit": unit}
        for name, (table, label, unit) in LEAVES.items()
    ]
    sums = [
        {"series_id": "exportacao_usd/exp_vinho", "level": "table", "table_name": "ExpVinho", "unit": "USD"},
        {"series_id": "exportacao_usd", "level": "flow", "table_name": None, "unit": "USD"},
        {"series_id": "exportacao_kg", "level": "flow", "table_name": None, "unit": "kg"},
        {"series_id": "producao_l", "level": "flow", "table_name": "Producao", "unit": "L"},
    ]
    return frame([*leaves, *({"label": "Soma"} | row for row in sums)]).assign(snapshot_id=SNAPSHOT)


@pytest.fixture(scope="session")
def observations() -> pd.DataFrame:
    """Two years of each line; Paraguay stands in lines 7 and 9 under two spellings."""

    def line(
        table: str, row: int, group: str | None, label: str, kind: str, unit: str, first: int
    ) -> list[dict[str, Any]]:
        file, vintage = ("exports", EXPORTS) if table == "ExpVinho" else ("production", PRODUCTION)
        step = 2 if table == "ExpVinho" else 1
        return [
            {
                "table_name": table,
                "vintage_id": vintage,
                "raw_sha256": HASH[file],
                "row_number": row,
                "column_number": first + step * (year - 2023),
                "group_label": group,
                "item_label": label,
                "item": label.strip(),
                "row_kind": kind,
                "unit": unit,
                "year": year,
            }
            for year in (2023, 2024)
        ]

    rows = []
    for row, label in ((7, "Paraguai"), (8, "Chile"), (9, " Paraguay ")):
        rows += line("ExpVinho", row, None, label, "leaf", "kg", 3) + line(
            "ExpVinho", row, None, label, "leaf", "USD", 4
        )
    rows += line("Producao", 2, "SUCO", "SUCO ", "total", "L", 4)
    rows += line("Producao", 3, "SUCO", "Integral", "leaf", "L", 4)
    rows += line("Producao", 4, "VINHO", "Integral", "leaf", "L", 4)
    return frame(rows)


@pytest.fixture(scope="session")
def crosswalk() -> pd.DataFrame:
    """Labels, one of them added twice: the first batch has the say."""
    rows = [
        ("000001", "ExpVinho", "", "paraguai", "USD", "exportacao_usd/exp_vinho/paraguai"),
        ("000001", "ExpVinho", "", "paraguay", "USD", "exportacao_usd/exp_vinho/paraguai"),
        ("000001", "ExpVinho", "", "chile", "USD", "exportacao_usd/exp_vinho/chile"),
        ("000002", "ExpVinho", "", "chile", "USD", "exportacao_usd/exp_vinho/paraguai"),
        ("000001", "ExpVinho", "", "paraguai", "kg", "exportacao_kg/exp_vinho/paraguai"),
        ("000001", "Producao", "suco", "integral", "L", "producao_l/suco/integral"),
        ("000001", "Producao", "suco", "sem detalhamento", "L", "producao_l/suco/sem_detalhamento"),
    ]
    names = ["batch_id", "table_name", "group_key", "item_key", "unit", "series_id"]
    made = pd.DataFrame(rows, columns=names).assign(source="sample", item_kind="product", first_vintage_id=EXPORTS)
    made["batch_id"] += "-" + "0" * 16
    return made.astype("str")


@pytest.fixture(scope="session")
def vintages() -> pd.DataFrame:
    """The exports landed twice, as other bytes from another address."""
    counts = {"last_year": 2024, "file_lines": 4, "rows": 3, "quarantined_rows": 0, "cells": 12, "quarantined_cells": 1}
    plain = {"fetched_at": FETCHED, "published_at": APRIL, "is_published_at_inferred": False} | counts
    return frame(
        [
            plain
            | {
                "table_name": "ExpVinho",
                "vintage_id": EXPORTS,
                "landing_id": "0" * 16,
                "raw_sha256": HASH["again"],
                "address": "http://example.org/ExpVinho.csv",
                "published_at": pd.Timestamp("2025-05-02"),
                "is_published_at_inferred": True,
            },
            plain
            | {
                "table_name": "ExpVinho",
                "vintage_id": EXPORTS,
                "landing_id": "1" * 16,
                "raw_sha256": HASH["exports"],
                "address": "figures/ExpVinho.csv",
            },
            plain
            | {
                "table_name": "Producao",
                "vintage_id": PRODUCTION,
                "landing_id": "3" * 16,
                "raw_sha256": HASH["production"],
                "address": "figures/Producao.csv",
            },
        ]
    )


@pytest.fixture(scope="session")
def snapshots() -> pd.DataFrame:
    """Two snapshots: the earlier one has the exports only."""
    plain = {"published_at": APRIL, "is_published_at_inferred": False, "last_year": 2024}
    exports = {"table_name": "ExpVinho", "vintage_id": EXPORTS, "raw_sha256": HASH["exports"]}
    production = {"table_name": "Producao", "vintage_id": PRODUCTION, "raw_sha256": HASH["production"]}
    return frame(
        [
            {"snapshot_id": SNAPSHOT} | plain | exports,
            {"snapshot_id": SNAPSHOT} | plain | production,
            {"snapshot_id": EARLIER} | plain | exports,
        ]
    )


@pytest.fixture(scope="session")
def panel() -> pd.DataFrame:
    """Three cells that a correction touched."""
    rows = [
        ("producao_l/suco/integral", 2022, "undetailed"),
        ("producao_l/suco/integral", 2023, "undetailed"),
        ("producao_l/suco/integral", 2024, None),
        ("producao_l/suco/sem_detalhamento", 2022, "undetailed"),
        ("exportacao_usd/exp_vinho/chile", 2024, "swapped"),
    ]
    made = pd.DataFrame(rows, columns=["series_id", "year", "correction_id"])
    return made.assign(snapshot_id=SNAPSHOT).astype({"series_id": "str", "correction_id": "str"})


@pytest.fixture(scope="session")
def corrections_applied() -> pd.DataFrame:
    """One correction of each table, and a stale one."""
    names = ["correction_id", "table_name", "action", "status", "reason"]
    rows = [
        ("undetailed", "Producao", "undetailed", "applied", "O total está sem o detalhe."),
        ("swapped", "ExpVinho", "permute", "applied", "Trocados."),
        ("stale", "Producao", "missing", "stale", "Corrigido na origem."),
    ]
    return pd.DataFrame(rows, columns=names).astype("str")


@pytest.fixture(scope="session")
def frames(
    snapshots: pd.DataFrame,
    series: pd.DataFrame,
    panel: pd.DataFrame,
    corrections_applied: pd.DataFrame,
    vintages: pd.DataFrame,
    observations: pd.DataFrame,
    crosswalk: pd.DataFrame,
) -> SnapshotFrames:
    """The current snapshot."""
    current = snapshots[snapshots["snapshot_id"] == SNAPSHOT]
    return SnapshotFrames(current, series, panel, corrections_applied, vintages, observations, crosswalk)


@pytest.fixture(scope="session")
def raw() -> Callable[[str], RawFile]:
    """The raw layer: the second exports were damaged since."""
    content = {HASH[name]: kept for name, kept in BYTES.items()} | {HASH["again"]: b"exports, cut"}

    def look(sha256: str) -> RawFile:
        return raw_file(sha256, f"raw/{sha256}", content.get(sha256))

    return look


@pytest.fixture(scope="session")
def versions() -> pd.DataFrame:
    """Two versions of the model, one of another."""
    return frame(
        [
            {"name": "viticast-sample", "version": "3", "run_id": "r1", "aliases": "", "model_key": OLDER_MODEL},
            {
                "name": "viticast-sample",
                "version": "10",
                "run_id": None,
                "aliases": "champion,best",
                "model_key": MODEL,
            },
            {"name": "viticast-sample", "version": "9", "run_id": "r2", "aliases": "", "model_key": MODEL},
        ]
    ).assign(panel_sha256="a" * 64, code_sha256="b" * 64, params_sha256=None)
