"""A small world with a total, a group and leaves, made by hand so that every number can be checked by eye."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from viticast.contracts.decompositions import Components, Diagnostics
from viticast.contracts.findings import Findings
from viticast.contracts.forecasts import Backtests, Forecasts
from viticast.contracts.monitoring import MonitoringVerdicts
from viticast.contracts.panel import CorrectionsApplied, Panel, SeriesDimension
from viticast.contracts.reports import Explanations
from viticast.contracts.revisions import Revisions
from viticast.contracts.snapshots import Snapshots
from viticast.reporting.context import PageContext

SNAPSHOT, MODEL = "0123456789abcdef", "fedcba9876543210"
PRODUCTION = "Fonte: UVIBRA. Elaboração: Embrapa Uva e Vinho."
TRADE = "Fonte: CACEX e DECEX. Elaboração: Embrapa Uva e Vinho."
YEARS = range(2015, 2024)

# series_id, parent, level, flow, table, label, unit, attribution, values from 2015 to 2023
SERIES: list[tuple[Any, ...]] = [
    ("exportacao_usd", None, "flow", "exportacao", "ExpVinho", "Exportação", "USD", TRADE, [50.0] * 9),
    (
        "exportacao_usd/exp_vinho",
        "exportacao_usd",
        "table",
        "exportacao",
        "ExpVinho",
        "Exportação de vinhos",
        "USD",
        TRADE,
        [50.0] * 9,
    ),
    (
        "exportacao_usd/exp_vinho/paraguai",
        "exportacao_usd/exp_vinho",
        "leaf",
        "exportacao",
        "ExpVinho",
        "Paraguai",
        "USD",
        TRADE,
        [50.0] * 9,
    ),
    (
        "producao_l",
        None,
        "flow",
        "producao",
        "Producao",
        "Produção",
        "L",
        PRODUCTION,
        [9e6, 9e6, 9e6, 9e6, 9e6, 9e6, 9e6, 9e6, 1e7],
    ),
    (
        "producao_l/vinho",
        "producao_l",
        "group",
        "producao",
        "Producao",
        "Vinho",
        "L",
        PRODUCTION,
        [9e6] * 8 + [1e7],
    ),
    (
        "producao_l/vinho/tinto",
        "producao_l/vinho",
        "leaf",
        "producao",
        "Producao",
        "Tinto (Vinho)",
        "L",
        PRODUCTION,
        [6e6, 6e6, 6e6, np.nan, 6e6, 6e6, 6e6, 6e6, 6e6],
    ),
    (
        "producao_l/vinho/branco",
        "producao_l/vinho",
        "leaf",
        "producao",
        "Producao",
        "Branco (Vinho)",
        "L",
        PRODUCTION,
        [3e6] * 8 + [4e6],
    ),
    (
        "producao_l/vinho/raro",
        "producao_l/vinho",
        "leaf",
        "producao",
        "Producao",
        "Raro (Vinho)",
        "L",
        PRODUCTION,
        [10.0] * 9,
    ),
]
# forecast for 2025 of each series: yhat, lo80, hi80, lo95, hi95
FUTURE = {
    "exportacao_usd": (60.0, 40.0, 80.0, 30.0, 95.0),
    "exportacao_usd/exp_vinho": (60.0, 40.0, 80.0, 30.0, 95.0),
    "exportacao_usd/exp_vinho/paraguai": (60.0, 40.0, 80.0, 30.0, 95.0),
    "producao_l": (12.5e6, 11.5e6, 13.5e6, 9.25e6, 15.75e6),
    "producao_l/vinho": (12.5e6, 11.5e6, 13.5e6, 9.25e6, 15.75e6),
    "producao_l/vinho/tinto": (9e6, 7e6, 11e6, 5e6, 12e6),
    "producao_l/vinho/branco": (3e6, 2e6, 4e6, 1e6, 5e6),
    "producao_l/vinho/raro": (40.0, 30.0, 50.0, 20.0, 60.0),
}


def stamped(frame: pd.DataFrame, source: str, *, model: bool = False) -> pd.DataFrame:
    frame = frame.assign(snapshot_id=SNAPSHOT, source=source, is_synthetic=source == "sample")
    return frame.assign(model_key=MODEL) if model else frame


def make_series(source: str) -> pd.DataFrame:
    rows = [
        {
            "series_id": sid,
            "parent_id": parent,
            "level": level,
            "flow": flow,
            "table_name": table,
            "group_label": np.nan,
            "item": label if level == "leaf" else np.nan,
            "item_kind": np.nan,
            "label": label,
            "unit": unit,
            "attribution": attribution,
        }
        for sid, parent, level, flow, table, label, unit, attribution, _ in SERIES
    ]
    nullable = dict.fromkeys(["parent_id", "group_label", "item", "item_kind"], "str")
    return SeriesDimension.validate(stamped(pd.DataFrame(rows).astype(nullable), source))


def make_panel(source: str) -> pd.DataFrame:
    rows = [
        {"series_id": row[0], "year": year, "value": value, "mark": "nd" if np.isnan(value) else np.nan}
        for row in SERIES
        for year, value in zip(YEARS, row[-1], strict=True)
    ]
    frame = pd.DataFrame(rows).astype({"mark": "str"})
    touched = (frame["series_id"] == "producao_l/vinho/branco") & (frame["year"] == 2017)
    frame["correction_id"] = pd.Series(np.where(touched, "vinho_2017", None), index=frame.index).astype("str")
    frame.loc[~touched, "correction_id"] = np.nan
    return Panel.validate(stamped(frame, source))


def make_forecasts(source: str) -> pd.DataFrame:
    columns = ["yhat", "lo80", "hi80", "lo95", "hi95"]
    rows = [
        {
            "series_id": sid,
            "year": year,
            "horizon": year - 2023,
            "series_class": "regular",
            **dict(zip(columns, numbers, strict=True)),
        }
        for sid, numbers in FUTURE.items()
        for year in (2024, 2025)
    ]
    return Forecasts.validate(stamped(pd.DataFrame(rows), source, model=True))


def make_backtests(source: str) -> pd.DataFrame:
    """Two leaves, one origin, two horizons. Ours is off by 1 and 2 scales, naive by 2 and 4; one interval misses."""
    rows = []
    for sid, y in (("producao_l/vinho/tinto", 100.0), ("producao_l/vinho/branco", 200.0)):
        for method, factor in (("viticast", 1.0), ("naive", 2.0), ("drift", 3.0)):
            for horizon in (1, 2):
                has_interval = method == "viticast"
                low = y - 5 if (sid, horizon) != ("producao_l/vinho/branco", 2) else y + 1
                rows.append(
                    {
                        "series_id": sid,
                        "method": method,
                        "origin": 2020,
                        "year": 2020 + horizon,
                        "horizon": horizon,
                        "series_class": "regular",
                        "y": y,
                        "yhat": y + 10 * factor * horizon,
                        "lo80": low if has_interval else np.nan,
                        "hi80": y + 50 if has_interval else np.nan,
                        "lo95": y - 50 if has_interval else np.nan,
                        "hi95": y + 90 if has_interval else np.nan,
                        "scale": 10.0,
                        "scale_rms": 12.0,
                    }
                )
    return Backtests.validate(stamped(pd.DataFrame(rows), source, model=True))


def make_explanations() -> pd.DataFrame:
    """The sums share one explanation, the leaves another; one leaf is forecast by the default of its class."""
    weighed: dict[str, Any] = {
        "series_class": "regular",
        "members": '{"damped": 0.75, "log_ses": 0.25}',
        "recipes": '{"core": 0.75, "steady": 0.25}',
        "basis": "past",
        "class_past": 1200,
        "tree_past": 300,
        "best_recipe": "core",
        "default_recipe": "core",
        "saved_percent": 0.0,
    }
    leaf = weighed | {"members": '{"boosted_changes": 1.0}', "best_recipe": "core_and_learners", "saved_percent": 4.25}
    young = {"members": '{"naive": 1.0}', "recipes": '{"naive": 1.0}', "basis": "too_little_past"}
    rows = [
        {"series_id": row[0], "is_scaled_to_parent": row[1] is not None} | (leaf if row[2] == "leaf" else weighed)
        for row in SERIES
    ]
    rows[-1] |= young | {"class_past": 7, "tree_past": 7, "best_recipe": "naive", "default_recipe": "naive"}
    rows[-1] |= {"saved_percent": 0.0}
    return Explanations.validate(in_order(pd.DataFrame(rows), Explanations))


def make_components() -> pd.DataFrame:
    """The level lies a tenth below each figure; of a flow and of a group."""
    rows = [
        {
            "series_id": row[0],
            "year": year,
            "value": value,
            "level": 0.9 * value,
            "trend": -0.01 * value,
            "irregular": value - 0.9 * value,
        }
        for row in SERIES
        if row[0] in ("producao_l", "producao_l/vinho")
        for year, value in zip(YEARS, row[-1], strict=True)
    ]
    return Components.validate(pd.DataFrame(rows))


def make_diagnostics() -> pd.DataFrame:
    """A flow whose residuals are as they should be, a group whose are not, a flow that was not fitted."""
    span = {"first_year": 2015, "last_year": 2023, "years": 9, "ljung_box_lags": 5}
    shares = ["level_share", "trend_share", "irregular_share"]
    p_values = ["ljung_box_p", "jarque_bera_p", "heteroskedasticity_p"]
    rows = [
        ("exportacao_usd", "constant", *[np.nan] * 6),
        ("producao_l", "converged", 0.25, 0.0, 0.75, 0.43, 0.2, 0.05),
        ("producao_l/vinho", "not_converged", 0.25, 0.0, 0.75, 0.0004, 0.012, 0.03),
    ]
    frame = pd.DataFrame(rows, columns=["series_id", "status", *shares, *p_values]).assign(**span)
    return Diagnostics.validate(in_order(frame, Diagnostics))


def make_corrections() -> pd.DataFrame:
    rows = [
        ("vinho_2017", "Producao", "permute", "applied", 3, "Linhas trocadas na fonte.", np.nan),
        ("suco_2021", "ImpSuco", "missing", "stale", 0, "Valor digitado a mais.", "esperado 25693, há 3870"),
    ]
    columns = ["correction_id", "table_name", "action", "status", "cells", "reason", "detail"]
    frame = pd.DataFrame(rows, columns=columns).astype({"detail": "str"}).assign(snapshot_id=SNAPSHOT)
    return CorrectionsApplied.validate(frame)


def make_snapshot(source: str) -> pd.DataFrame:
    rows = [
        {
            "table_name": name,
            "vintage_id": f"{place:016x}",
            "raw_sha256": f"{place:064x}",
            "published_at": pd.Timestamp("2024-11-30"),
            "is_published_at_inferred": True,
            "last_year": 2023,
            "cells": 1234,
        }
        for place, name in enumerate(("Producao", "ExpVinho"))
    ]
    return Snapshots.validate(stamped(pd.DataFrame(rows).astype({"published_at": "datetime64[ns]"}), source))


def make_monitoring(source: str) -> pd.DataFrame:
    row = {
        "check_name": "coverage_95",
        "subject": "regular",
        "verdict": "watch",
        "observed": 0.91,
        "threshold": 0.92,
        "rule": "cobertura de 95 % entre 0,92 e 0,98",
        "detail": "ver ExpVinho",
    }
    return MonitoringVerdicts.validate(stamped(pd.DataFrame([row]), source, model=True))


REVISION: dict[str, Any] = {
    "old_vintage_id": "a" * 16,
    "new_vintage_id": f"{0:016x}",
    "kind": "compared",
    "row_kind": None,
    "group_label": None,
    "item": None,
    "old_item": None,
    "unit": None,
    "year": 0,
    "old_value": np.nan,
    "new_value": np.nan,
    "old_mark": None,
    "new_mark": None,
    "cells": 1,
}
CELL = {"row_kind": "leaf", "group_label": "Vinho", "item": "Tinto", "old_item": "Tinto", "unit": "L", "year": 2021}


def make_revisions(source: str, rows: list[dict[str, Any]] | None = None) -> pd.DataFrame:
    """Producao has one change of each kind, ExpVinho is there for the first time."""
    changes: list[dict[str, Any]] = [
        {"cells": 40},
        {"kind": "value_changed", **CELL, "old_value": 25693.0, "new_value": 3870.5},
        {"kind": "value_gone", **CELL, "year": 2020, "old_value": 12.0, "new_mark": "nd"},
        {"kind": "mark_filled", **CELL, "year": 2019, "old_mark": "empty", "new_value": 0.0},
        {"kind": "row_new", "row_kind": "leaf", "group_label": "Suco", "item": "Adoçado"},
        {"kind": "row_gone", "row_kind": "total", "group_label": "Mosto", "item": "Mosto", "old_item": "Mosto"},
        {"kind": "label_renamed", "row_kind": "leaf", "item": "Rosé", "old_item": "Rosado", "group_label": "Vinho"},
        {"table_name": "ExpVinho", "kind": "first_vintage", "old_vintage_id": None, "cells": 0},
    ]
    frame = pd.DataFrame([{"table_name": "Producao"} | REVISION | row for row in (changes if rows is None else rows)])
    texts = ["old_vintage_id", "row_kind", "group_label", "item", "old_item", "unit", "old_mark", "new_mark"]
    return Revisions.validate(in_order(stamped(frame.astype(dict.fromkeys(texts, "str")), source), Revisions))


def make_findings(source: str, rows: list[dict[str, Any]] | None = None) -> pd.DataFrame:
    """Producao was accepted but for a cell, a line and something unlikely; the newest ExpVinho was refused."""
    accepted = {"outcome": "table_accepted", "rule": "intake", "reason": "47 rows", "remedy": None}
    found: list[dict[str, Any]] = [
        accepted,
        {
            "outcome": "cell_quarantined",
            "rule": "NotANumberError",
            "row_number": 12,
            "column_number": 9,
            "column_label": "2019 L",
            "found": "=1+1",
            "reason": "the cell holds no number",
        },
        {"outcome": "row_quarantined", "rule": "NoRowError", "row_number": 60, "reason": "no figures"},
        {"outcome": "watch", "rule": "a_rule_of_tomorrow", "reason": "3 of 9"},
        {"table_name": "ExpVinho", "raw_sha256": f"{1:064x}", **accepted},
        {"table_name": "ExpVinho", "raw_sha256": "e" * 64, "outcome": "table_refused", "rule": "intake", "reason": "1"},
        {"table_name": "ExpVinho", "raw_sha256": "e" * 64, "outcome": "refusal", "rule": "totals", "reason": "5 years"},
    ]
    plain = {
        "table_name": "Producao",
        "raw_sha256": f"{0:064x}",
        "landing_id": "1" * 16,
        "address": "folder/file.csv",
        "row_number": 0,
        "column_number": 0,
        "column_label": None,
        "found": None,
        "remedy": "look",
    }
    frame = pd.DataFrame([plain | row for row in (found if rows is None else rows)])
    texts = ["column_label", "found", "remedy"]
    return Findings.validate(
        in_order(stamped(frame.astype(dict.fromkeys(texts, "str")), source).drop(columns="snapshot_id"), Findings)
    )


def in_order(frame: pd.DataFrame, contract: Any) -> pd.DataFrame:
    return frame[list(contract.to_schema().columns)]


def make_frames(source: str) -> dict[str, pd.DataFrame]:
    return {
        "panel": make_panel(source),
        "series": make_series(source),
        "forecasts": make_forecasts(source),
        "backtests": make_backtests(source),
        "explanations": make_explanations(),
        "components": make_components(),
        "diagnostics": make_diagnostics(),
        "corrections_applied": make_corrections(),
        "snapshot": make_snapshot(source),
        "monitoring": make_monitoring(source),
        "revisions": make_revisions(source),
        "findings": make_findings(source),
    }


def make_context(source: str, language: str = "pt") -> PageContext:
    return PageContext.model_validate(
        {
            "source": source,
            "is_synthetic": source == "sample",
            "source_address": "../shared/vitibrasil/2025-04",
            "snapshot_id": SNAPSHOT,
            "model_key": MODEL,
            "code_version": "0.1.0+abc",
            "language": language,
        }
    )


@pytest.fixture
def frames() -> dict[str, pd.DataFrame]:
    return make_frames("embrapa")


@pytest.fixture
def synthetic_frames() -> dict[str, pd.DataFrame]:
    return make_frames("sample")


@pytest.fixture
def context() -> PageContext:
    return make_context("embrapa")


@pytest.fixture
def synthetic_context() -> PageContext:
    return make_context("sample")
