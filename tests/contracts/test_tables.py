"""Each rule of each contract rejects a row that breaks it (observations have a module of their own)."""

import pandas as pd
import pytest

from viticast.contracts.columns import MARKS
from viticast.contracts.crosswalk import Crosswalk
from viticast.contracts.decompositions import Components, Diagnostics
from viticast.contracts.findings import Findings
from viticast.contracts.forecasts import Backtests, Forecasts
from viticast.contracts.lake import LAKE_TABLES
from viticast.contracts.ledger import ForecastLedger, Ledger
from viticast.contracts.monitoring import MonitoringVerdicts
from viticast.contracts.observations import Observations
from viticast.contracts.panel import CorrectionsApplied, Panel, SeriesDimension
from viticast.contracts.promotions import Promotions
from viticast.contracts.raw import RawManifest
from viticast.contracts.reports import Accuracy, CatalogRecord, Explanations
from viticast.contracts.revisions import Revisions
from viticast.contracts.scores import Scores
from viticast.contracts.snapshots import Snapshots
from viticast.contracts.vintages import Vintages

STAMP = {"snapshot_id": "0123456789abcdef", "source": "sample", "is_synthetic": True}
MODEL = STAMP | {"model_key": "fedcba9876543210"}
LEAF = "exportacao_kg/exp_vinho/paraguai"
INTERVAL = {"lo95": 1.0, "lo80": 2.0, "yhat": 3.0, "hi80": 4.0, "hi95": 5.0}

MOMENT = pd.Timestamp("2025-04-01")
FILE = {"table_name": "ExpVinho", "raw_sha256": "a" * 64, "source": "sample", "address": "folder/ExpVinho.csv"}
LANDING = FILE | {"landing_id": "1" * 16, "fetched_at": MOMENT}
REVISION = STAMP | {
    "table_name": "ExpVinho",
    "old_vintage_id": "0" * 16,
    "new_vintage_id": "1" * 16,
    "row_kind": None,
    "group_label": None,
    "item": None,
    "old_item": None,
    "unit": None,
    "year": 0,
    "old_value": None,
    "new_value": None,
    "old_mark": None,
    "new_mark": None,
    "cells": 100,
}
CELL = {"row_kind": "leaf", "item": "Chile", "old_item": "Chile", "unit": "kg", "year": 2020, "cells": 1}

MODE_DECIDES = "the verdict is the gate's, unless the run forbade or forced a new champion"
INTERVAL_THERE = "the interval of the ratio has both ends in their order, unless nothing was compared"
ONE_OUTCOME = "a file has one outcome each time it lands"
FITTED_SHARES = "a total that was fitted has shares that sum to one, any other has none"
LOSSES = (
    *("capped_mase", "wape", "smape", "owa", "rmse", "mae", "rmsse"),
    *("coverage80", "coverage95", "msis80", "msis95", "wql"),
)

RATIOS = ("capped_mase_ratio", "capped_mase_ratio_low", "capped_mase_ratio_high", "wape_ratio")
AGAINST_NAIVE = ("capped_mase_against_naive", "wape_against_naive")
COVERAGES = ("coverage80", "coverage95", "champion_coverage80", "champion_coverage95")
VERDICT = MODEL | {
    "champion_key": "0" * 16,
    "champion_version": "1",
    "verdict": "keep",
    "mode": "gate",
    "gate_verdict": "keep",
    "rule": "not_better",
    "reason": "in words",
    "is_same_figures": True,
    "is_same_code": True,
    "series": 2,
    "series_origins": 8,
    "left_out_series": 0,
    **dict.fromkeys((*RATIOS, *AGAINST_NAIVE), 1.0),
    **dict.fromkeys(COVERAGES, 0.9),
    "worst_table": "ExpVinho_kg",
    "worst_table_ratio": 1.0,
}

GOOD = {
    Vintages: [
        LANDING
        | {
            "vintage_id": "0" * 16,
            "is_synthetic": True,
            "published_at": MOMENT,
            "is_published_at_inferred": True,
            "last_year": 2024,
            "file_lines": 3,
            "rows": 2,
            "quarantined_rows": 0,
            "cells": 10,
            "quarantined_cells": 0,
        }
    ],
    Findings: [
        FILE
        | {
            "landing_id": "1" * 16,
            "is_synthetic": True,
            "outcome": "table_accepted",
            "rule": "intake",
            "row_number": 0,
            "column_number": 0,
            "column_label": None,
            "found": None,
            "reason": "2 rows",
            "remedy": None,
        },
        FILE
        | {
            "landing_id": "1" * 16,
            "is_synthetic": True,
            "outcome": "cell_quarantined",
            "rule": "NotANumberError",
            "row_number": 2,
            "column_number": 3,
            "column_label": "2019 kg",
            "found": "x",
            "reason": "'x' is not a number",
            "remedy": "correct it",
        },
    ],
    Revisions: [
        REVISION | {"kind": "compared"},
        REVISION | CELL | {"kind": "value_changed", "old_value": 1.0, "new_value": 2.0},
    ],
    Ledger: [
        STAMP
        | {
            "table_name": "ExpVinho",
            "unit": "kg",
            "stage": "panel",
            "rows": 2,
            "cells": 10,
            "known": 0,
            "total": 0.0,
            "explained": -5.0,
        }
    ],
    ForecastLedger: [
        MODEL
        | {"table_name": "ExpVinho", "unit": "kg", "stage": "forecasts", "total": 5.0}
        | {"rows": 2, "due_rows": 2, "cells": 10, "due_cells": 10}
    ],
    RawManifest: [LANDING | {"declared_published_at": pd.NaT, "status": None, "bytes": 0}],
    CatalogRecord: [
        {
            "table_name": "panel",
            "column_name": "year",
            "engine_type": "BIGINT",
            "is_partition": False,
            "partitions": 1,
            "rows": 1,
        }
    ],
    Explanations: [
        {
            "series_id": "a/b",
            "series_class": "short",
            "members": '{"naive": 1.0}',
            "recipes": "{}",
            "basis": "past",
            "class_past": 40,
            "tree_past": 40,
            "best_recipe": "naive",
            "default_recipe": "steady",
            "saved_percent": 0.0,
            "is_scaled_to_parent": True,
        }
    ],
    Components: [
        {"series_id": "producao_l", "year": 2020, "value": 9.0, "level": 10.0, "trend": -1.0, "irregular": -1.0},
        {"series_id": "producao_l", "year": 2021, "value": None, "level": 9.0, "trend": -1.0, "irregular": None},
    ],
    Diagnostics: [
        {
            "series_id": "producao_l",
            "status": "converged",
            "first_year": 2000,
            "last_year": 2020,
            "years": 21,
            "level_share": 0.5,
            "trend_share": 0.0,
            "irregular_share": 0.5,
            "ljung_box_lags": 5,
            "ljung_box_p": 0.4,
            "jarque_bera_p": 0.4,
            "heteroskedasticity_p": 0.4,
        },
        {
            "series_id": "producao_l/vinho",
            "status": "too_short",
            "first_year": 2020,
            "last_year": 2020,
            "years": 1,
            "level_share": None,
            "trend_share": None,
            "irregular_share": None,
            "ljung_box_lags": 5,
            "ljung_box_p": None,
            "jarque_bera_p": None,
            "heteroskedasticity_p": None,
        },
    ],
    Accuracy: [
        {"breakdown": "horizon", "group": "1", "method": "naive", "n": 1, "series_origins": 1} | dict.fromkeys(LOSSES)
    ],
    Crosswalk: [
        {
            "source": "sample",
            "batch_id": "000001-" + "0" * 16,
            "table_name": "ExpVinho",
            "group_key": "",
            "item_key": "chile",
            "unit": "kg",
            "series_id": LEAF,
            "item_kind": "country",
            "first_vintage_id": "0" * 16,
        }
    ],
    Snapshots: [
        STAMP
        | {
            "table_name": "Producao",
            "vintage_id": "0" * 16,
            "raw_sha256": "a" * 64,
            "published_at": pd.Timestamp("2025-04-01"),
            "is_published_at_inferred": False,
            "last_year": 2023,
            "cells": 1,
        }
    ],
    SeriesDimension: [
        STAMP
        | {
            "series_id": "exportacao_kg",
            "parent_id": None,
            "level": "flow",
            "flow": "exportacao",
            "table_name": None,
            "group_label": None,
            "item": None,
            "item_kind": None,
            "label": "Exportação",
            "unit": "kg",
            "attribution": "Fonte: CACEX.",
        },
        STAMP
        | {
            "series_id": "exportacao_kg/paraguai",
            "parent_id": "exportacao_kg",
            "level": "leaf",
            "flow": "exportacao",
            "table_name": "ExpVinho",
            "group_label": "VINHOS",
            "item": "Paraguai",
            "item_kind": "country",
            "label": "Paraguai",
            "unit": "kg",
            "attribution": "Fonte: CACEX.",
        },
    ],
    Panel: [
        STAMP | {"series_id": LEAF, "year": 2020, "value": 0.0, "mark": None, "correction_id": "one"},
        STAMP | {"series_id": LEAF, "year": 2021, "value": None, "mark": "corrected", "correction_id": None},
    ],
    CorrectionsApplied: [
        {
            "snapshot_id": STAMP["snapshot_id"],
            "correction_id": "one",
            "table_name": "Producao",
            "action": "missing",
            "status": "stale",
            "cells": 0,
            "reason": "A reason.",
            "detail": "expected 1, found 2",
        }
    ],
    Forecasts: [
        MODEL | {"series_id": LEAF, "year": 2025, "horizon": 1, "series_class": "regular"} | INTERVAL,
        MODEL
        | {"series_id": LEAF, "year": 2026, "horizon": 2, "series_class": "regular"}
        | dict.fromkeys(INTERVAL, 0.0),
    ],
    Backtests: [
        MODEL
        | {"series_id": LEAF, "method": "viticast", "origin": 2018, "year": 2019, "horizon": 1}
        | {"series_class": "short", "y": 0.0, "scale": 1.5, "scale_rms": 2.0}
        | INTERVAL,
        MODEL
        | {"series_id": LEAF, "method": "naive", "origin": 2018, "year": 2019, "horizon": 1}
        | {"series_class": "short", "y": 0.0, "scale": None, "scale_rms": None}
        | dict.fromkeys(INTERVAL)
        | {"yhat": 0.0},
    ],
    Promotions: [
        VERDICT,
        VERDICT
        | dict.fromkeys(("series", "series_origins"), 0)
        | dict.fromkeys((*RATIOS, *AGAINST_NAIVE, *COVERAGES, "worst_table", "worst_table_ratio"))
        | {"champion_key": "none", "champion_version": "none", "rule": "first_model"}
        | {"verdict": "promote", "gate_verdict": "promote"},
    ],
    MonitoringVerdicts: [
        MODEL
        | {
            "check_name": "coverage_95",
            "subject": "all",
            "verdict": "ok",
            "observed": 0.95,
            "threshold": None,
            "rule": "in words",
            "detail": None,
        }
    ],
}

STAMP_RULES = [
    ("snapshot_id", "not a hash"),
    ("snapshot_id", "0123456789ABCDEF"),
    ("snapshot_id", None),
    ("source", "ibge"),
    ("is_synthetic", "yes"),
]
MODEL_RULES = [*STAMP_RULES, ("model_key", "0" * 15), ("model_key", None)]
ID_RULES = [("series_id", "Exp/Vinho"), ("series_id", "a//b"), ("series_id", "a/"), ("series_id", None)]
YEAR_RULES = [("year", 1969), ("year", 2101), ("year", 2020.5)]

FILE_RULES = [
    ("table_name", None),
    ("raw_sha256", "a" * 63),
    ("source", "ibge"),
    ("address", None),
]
LANDING_RULES = [*FILE_RULES, ("landing_id", "x"), ("fetched_at", pd.NaT)]

RULES = {
    Vintages: [
        *LANDING_RULES,
        ("vintage_id", "short"),
        ("is_synthetic", "yes"),
        ("published_at", pd.NaT),
        ("is_published_at_inferred", 1),
        ("last_year", 1969),
        ("file_lines", 0),
        ("rows", 0),
        ("quarantined_rows", -1),
        ("cells", 0),
        ("quarantined_cells", -1),
    ],
    Findings: [
        *FILE_RULES,
        ("landing_id", "x"),
        ("is_synthetic", "yes"),
        ("outcome", "fine"),
        ("rule", None),
        ("row_number", -1),
        ("column_number", -1),
        ("column_label", 1),
        ("found", 1),
        ("reason", None),
        ("remedy", 1),
    ],
    Revisions: [
        *STAMP_RULES,
        ("table_name", None),
        ("old_vintage_id", "short"),
        ("new_vintage_id", None),
        ("kind", "gone"),
        ("row_kind", "sum"),
        ("old_item", 1),
        ("unit", "t"),
        ("year", 0.5),
        ("old_value", -1.0),
        ("new_value", -1.0),
        ("old_mark", 1),
        ("new_mark", 1),
        ("cells", -1),
    ],
    Ledger: [
        *STAMP_RULES,
        ("table_name", None),
        ("unit", "t"),
        ("stage", "kitchen"),
        ("rows", 0),
        ("cells", 0),
        ("known", -1),
        ("total", -1.0),
        ("explained", None),
    ],
    ForecastLedger: [
        *MODEL_RULES,
        ("table_name", None),
        ("unit", "t"),
        ("stage", "panel"),
        ("rows", 0),
        ("rows", 1),
        ("due_rows", 3),
        ("cells", -1),
        ("cells", 9),
        ("due_cells", 11),
        ("total", -1.0),
    ],
    RawManifest: [*LANDING_RULES, ("status", "200"), ("bytes", -1)],
    CatalogRecord: [
        ("table_name", None),
        ("column_name", None),
        ("engine_type", None),
        ("is_partition", "no"),
        ("partitions", 0),
        ("rows", 0),
    ],
    Explanations: [
        ("series_id", "a//b"),
        ("series_class", "old"),
        ("members", "naive"),
        ("recipes", None),
        ("basis", "luck"),
        ("class_past", -1),
        ("tree_past", -1),
        ("best_recipe", ""),
        ("default_recipe", ""),
        ("saved_percent", -0.1),
        ("is_scaled_to_parent", "no"),
    ],
    Components: [
        ("series_id", "a//b"),
        *YEAR_RULES,
        ("value", -1.0),
        ("level", None),
        ("trend", None),
        ("irregular", "none"),
    ],
    Diagnostics: [
        ("series_id", "a//b"),
        ("status", "fine"),
        ("first_year", 1969),
        ("last_year", 2101),
        ("years", 0),
        ("level_share", 1.1),
        ("trend_share", -0.1),
        ("irregular_share", 1.1),
        ("ljung_box_lags", 0),
        ("ljung_box_p", 1.1),
        ("jarque_bera_p", -0.1),
        ("heteroskedasticity_p", 1.1),
    ],
    Accuracy: [
        ("breakdown", "colour"),
        ("group", None),
        ("method", None),
        ("n", 0),
        ("series_origins", 0),
        *[(name, -1.0) for name in LOSSES],
        ("smape", 201.0),
        ("coverage95", 1.1),
    ],
    Crosswalk: [
        ("source", "ibge"),
        ("batch_id", "1-0"),
        ("table_name", None),
        ("group_key", None),
        ("item_key", ""),
        ("unit", "t"),
        ("series_id", "a//b"),
        ("item_kind", "planet"),
        ("first_vintage_id", None),
    ],
    Snapshots: [
        *STAMP_RULES,
        ("table_name", None),
        ("vintage_id", "short"),
        ("raw_sha256", "a" * 63),
        ("published_at", pd.NaT),
        ("is_published_at_inferred", 1),
        ("last_year", 1969),
        ("last_year", 2101),
        ("cells", 0),
    ],
    SeriesDimension: [
        *STAMP_RULES,
        *ID_RULES,
        ("level", "country"),
        ("flow", "vendas"),
        ("item_kind", "planet"),
        ("label", None),
        ("unit", "t"),
        ("attribution", None),
        ("parent_id", 1),
    ],
    Panel: [
        *STAMP_RULES,
        *ID_RULES,
        *YEAR_RULES,
        ("value", -1.0),
        ("value", "5"),
        ("mark", "unknown"),
    ],
    CorrectionsApplied: [
        ("snapshot_id", "x"),
        ("correction_id", None),
        ("table_name", None),
        ("action", "guess"),
        ("status", "done"),
        ("cells", -1),
        ("reason", None),
    ],
    Forecasts: [
        *MODEL_RULES,
        *ID_RULES,
        *YEAR_RULES,
        ("horizon", 0),
        ("series_class", "dead"),
        *[(name, -1.0) for name in INTERVAL],
        *[(name, None) for name in INTERVAL],
    ],
    Backtests: [
        *MODEL_RULES,
        *ID_RULES,
        *YEAR_RULES,
        ("method", None),
        ("origin", 1969),
        ("horizon", 0),
        ("series_class", None),
        ("y", -1.0),
        ("y", None),
        ("yhat", -1.0),
        ("yhat", None),
        *[(name, -1.0) for name in INTERVAL],
        ("scale", -1.0),
        ("scale_rms", -1.0),
    ],
    Promotions: [
        *MODEL_RULES,
        ("champion_key", "nobody"),
        ("champion_version", "v1"),
        ("verdict", "perhaps"),
        ("mode", "always"),
        ("gate_verdict", "stop"),
        ("rule", "luck"),
        ("reason", ""),
        ("is_same_figures", "yes"),
        ("is_same_code", "yes"),
        ("series", -1),
        ("series_origins", -1),
        ("left_out_series", -1),
        *[(name, -1.0) for name in (*RATIOS, *AGAINST_NAIVE, "worst_table_ratio")],
        *[(name, 1.1) for name in COVERAGES],
        ("worst_table", 1),
    ],
    MonitoringVerdicts: [
        *MODEL_RULES,
        ("check_name", None),
        ("subject", None),
        ("verdict", "fine"),
        ("observed", "high"),
        ("rule", None),
    ],
}


@pytest.mark.parametrize("model", GOOD, ids=lambda model: model.__name__)
def test_good_rows_pass(accept, model):
    assert len(accept(model, *GOOD[model])) == len(GOOD[model])


@pytest.mark.parametrize(
    ("model", "column", "value"),
    [(model, column, value) for model, rules in RULES.items() for column, value in rules],
)
def test_a_column_keeps_to_its_rule(rejects, model, column, value):
    first, *others = GOOD[model]
    assert column in rejects(model, [first | {column: value}, *others])


@pytest.mark.parametrize("model", GOOD, ids=lambda model: model.__name__)
def test_every_column_has_a_rule_that_was_tried_or_may_hold_anything(model):
    # The nullable date takes any date; what is no date cannot be put into its column.
    free = {
        "declared_published_at",
        "table_name",
        "group_label",
        "item",
        "detail",
        "correction_id",
        "threshold",
        "observed",
    }
    tried = {column for column, _ in RULES[model]}
    assert set(model.to_schema().columns) - tried - free == set()


@pytest.mark.parametrize(
    ("model", "rows", "rule"),
    [
        (Vintages, [{}, {"address": "elsewhere"}], "a content lands once from one address under one date"),
        (
            Findings,
            [{}, {"outcome": "table_refused", "remedy": "mend it"}],
            ONE_OUTCOME,
        ),
        (Findings, [{"outcome": "watch", "remedy": "look"}], ONE_OUTCOME),
        (Findings, [{"outcome": "table_refused"}], "whatever was not accepted says what to do"),
        (Revisions, [{}, {"kind": "first_vintage"}], "every table has one row that says what it was compared with"),
        (Revisions, [{"kind": "row_new"}], "every table has one row that says what it was compared with"),
        (Revisions, [{}, {"kind": "value_gone"}], "a revised cell has a year, anything else has none"),
        (Revisions, [{"year": 2020}], "a revised cell has a year, anything else has none"),
        (Ledger, [{}, {"rows": 5}], "a table and unit pass each stage once"),
        (ForecastLedger, [{}, {"total": 6.0}], "a table and unit stand once"),
        (ForecastLedger, [{"rows": 1}], "every series of the panel is forecast up to the target year"),
        (ForecastLedger, [{"cells": 9}], "every series of the panel is forecast up to the target year"),
        (RawManifest, [{}, {"bytes": 5}], "a file lands once from one address under one date"),
        (CatalogRecord, [{}, {"rows": 2}], "a table has a column once"),
        (Explanations, [{"tree_past": 41}], "the past of a tree is part of that of its class"),
        (Components, [{"irregular": -0.5}], "value = level + irregular, both null together"),
        (Components, [{"value": None}], "value = level + irregular, both null together"),
        (Components, [{"irregular": None}], "value = level + irregular, both null together"),
        (Components, [{}, {"trend": 5.0}], "a total has a year once"),
        (Diagnostics, [{}, {"years": 3}], "field_uniqueness"),
        (Diagnostics, [{"years": 22}], "years with a figure lie between the first and the last"),
        (Diagnostics, [{"level_share": 0.6}], FITTED_SHARES),
        (Diagnostics, [{"level_share": None}], FITTED_SHARES),
        (Diagnostics, [{"status": "failed"}], FITTED_SHARES),
        (Accuracy, [{}, {"n": 2}], "a method is scored once on each part"),
        (Crosswalk, [{}, {"series_id": "a/b"}], "rows of one batch name a label once"),
        (Backtests, [{"lo80": None}], "the published method has intervals that nest"),
        (Backtests, [{"lo80": 0.5}], "the published method has intervals that nest"),
        (Snapshots, [{}, {"vintage_id": "1" * 16}], "field_uniqueness"),
        (SeriesDimension, [{}, {"label": "x"}], "field_uniqueness"),
        (SeriesDimension, [{"parent_id": "importacao_kg"}], "every parent is a series of the same snapshot"),
        (Panel, [{}, {"value": 2.0}], "a series has one value for each year"),
        (Panel, [{"mark": "nd"}], "a cell is a value or a mark, never both and never neither"),
        (Panel, [{"value": None}], "a cell is a value or a mark, never both and never neither"),
        (CorrectionsApplied, [{}, {"cells": 3}], "field_uniqueness"),
        (Forecasts, [{}, {"horizon": 2}], "a series has one forecast for each year"),
        (Forecasts, [{"lo80": 0.5}], "lo95 <= lo80 <= yhat <= hi80 <= hi95"),
        (Forecasts, [{"yhat": 4.5}], "lo95 <= lo80 <= yhat <= hi80 <= hi95"),
        (Forecasts, [{"hi95": 3.5}], "lo95 <= lo80 <= yhat <= hi80 <= hi95"),
        (Promotions, [{}, {"reason": "others"}], "a model is judged against a champion once"),
        (Promotions, [{"champion_key": MODEL["model_key"]}], "no model is judged against itself"),
        (Promotions, [{"verdict": "promote"}], MODE_DECIDES),
        (Promotions, [{"gate_verdict": "refuse"}], MODE_DECIDES),
        (Promotions, [{"mode": "never", "verdict": "promote"}], MODE_DECIDES),
        (Promotions, [{"mode": "force"}], MODE_DECIDES),
        (Promotions, [{"capped_mase_ratio_low": 1.1}], INTERVAL_THERE),
        (Promotions, [{"capped_mase_ratio_low": None}], INTERVAL_THERE),
        (Promotions, [dict.fromkeys(RATIOS)], INTERVAL_THERE),
        (Promotions, [{"rule": "no_backtests", "capped_mase_ratio_high": None}], INTERVAL_THERE),
        (Backtests, [{"horizon": 2}], "year = origin + horizon"),
        (Backtests, [{"origin": 2019}], "year = origin + horizon"),
        (Backtests, [{}, {"y": 9.0}], "a method forecasts a series once for each origin and horizon"),
    ],
)
def test_rows_keep_to_the_rules_of_the_table(rejects, model, rows, rule):
    assert rule in rejects(model, [GOOD[model][0] | row for row in rows])


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Vintages, {"landing_id": "2" * 16}),
        (Findings, {"table_name": "ExpUva"}),
        (Findings, {"landing_id": "2" * 16}),
        (Revisions, {"table_name": "ExpUva"}),
        (Ledger, {"stage": "snapshot"}),
        (RawManifest, {"landing_id": "2" * 16}),
        (Crosswalk, {"batch_id": "000002-" + "0" * 16}),
        (Panel, {"year": 2022}),
        (Panel, {"series_id": "importacao_kg"}),
        (Forecasts, {"model_key": "0" * 16}),
        (Promotions, {"champion_key": "1" * 16}),
        (Promotions, {"mode": "never", "gate_verdict": "refuse", "model_key": "1" * 16}),
        (Promotions, {"mode": "force", "verdict": "promote", "model_key": "1" * 16}),
        (Backtests, {"method": "drift"}),
        (Backtests, {"origin": 2017, "horizon": 2}),
    ],
)
def test_rows_that_differ_in_their_key_may_stand_together(accept, model, change):
    first = GOOD[model][0]
    assert len(accept(model, first, first | change)) == 2


@pytest.mark.parametrize("mark", [*MARKS, "corrected", "incomplete"])
def test_the_panel_takes_every_mark(accept, mark):
    accept(Panel, GOOD[Panel][0] | {"value": None, "mark": mark})


@pytest.mark.parametrize(("model", "column"), [(model, column) for model, rows in GOOD.items() for column in rows[0]])
def test_a_missing_column_is_refused(accept, rejects, model, column):
    assert column in rejects(model, accept(model, *GOOD[model]).drop(columns=column))


@pytest.mark.parametrize("model", GOOD, ids=lambda model: model.__name__)
def test_an_unknown_column_is_refused(accept, rejects, model):
    assert "colour" in rejects(model, accept(model, *GOOD[model]).assign(colour="red"))


@pytest.mark.parametrize(
    ("model", "column", "dtype"),
    [
        (Snapshots, "published_at", "str"),
        (Snapshots, "cells", "float64"),
        (Panel, "year", "float64"),
        (Panel, "value", "str"),
        (Forecasts, "yhat", "float32"),
        (Backtests, "origin", "str"),
        (MonitoringVerdicts, "is_synthetic", "int64"),
    ],
)
def test_types_are_not_coerced(accept, rejects, model, column, dtype):
    assert column in rejects(model, accept(model, *GOOD[model]).astype({column: dtype}))


@pytest.mark.parametrize("name", LAKE_TABLES)
def test_a_table_is_partitioned_by_text_columns_of_its_contract(name):
    contract = LAKE_TABLES[name]
    columns = contract.model.to_schema().columns
    assert contract.partition_by
    for column in contract.partition_by:
        assert str(columns[column].dtype) == "string[pyarrow]"
        assert not columns[column].nullable


def test_every_contract_of_the_lake_is_tested():
    tested = {Observations, Scores, *GOOD}
    assert {contract.model for contract in LAKE_TABLES.values()} == tested - {
        RawManifest,
        Crosswalk,
        CatalogRecord,
        Accuracy,
        Explanations,
        Components,
        Diagnostics,
    }
