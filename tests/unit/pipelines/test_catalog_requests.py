"""What the pipelines ask the catalog for: the partitions that their receipts name, and no others."""

import pandas as pd

from viticast.contracts.lake import LAKE_TABLES
from viticast.pipelines.cataloging.nodes import request_catalog as request_ingested
from viticast.pipelines.modeling.nodes import request_catalog as request_modeled
from viticast.pipelines.monitoring.nodes import request_catalog as request_monitored

MODEL = {"model_key": "1111111111111111", "snapshot_id": "2222222222222222", "source": "sample"}


def accepted(**ids):
    return {"table_name": "Producao", "vintage_id": "a", "landing_id": "1", "raw_sha256": "x", "cells": 3, **ids}


def test_ingestion_asks_for_what_was_accepted_each_partition_once():
    tables = [accepted(), accepted(landing_id="2", raw_sha256="y"), accepted(table_name="Comercio", vintage_id="b")]
    assert request_ingested({"source": "sample", "tables": tables, "refused": [], "not_fetched": []}) == {
        "tables": {
            "observations": [
                {"table_name": "Producao", "vintage_id": "a"},
                {"table_name": "Comercio", "vintage_id": "b"},
            ],
            "vintages": [
                {"table_name": "Producao", "vintage_id": "a", "landing_id": "1"},
                {"table_name": "Producao", "vintage_id": "a", "landing_id": "2"},
                {"table_name": "Comercio", "vintage_id": "b", "landing_id": "1"},
            ],
            "findings": [
                {"table_name": "Producao", "raw_sha256": "x", "landing_id": "1"},
                {"table_name": "Producao", "raw_sha256": "y", "landing_id": "2"},
                {"table_name": "Comercio", "raw_sha256": "x", "landing_id": "1"},
            ],
        }
    }


def test_ingestion_that_accepted_nothing_asks_for_the_tables():
    request = request_ingested({"source": "sample", "tables": [], "refused": [], "not_fetched": []})
    assert request == {"tables": {"observations": [], "vintages": [], "findings": []}}


def test_ingestion_asks_for_why_a_table_did_not_come():
    missing = {"table_name": "Comercio", "landing_id": "9", "address": "x", "reason": "y"}
    tables = request_ingested({"source": "api", "tables": [accepted()], "not_fetched": [missing]})["tables"]
    assert tables["findings"][1] == {"table_name": "Comercio", "raw_sha256": "none", "landing_id": "9"}
    assert len(tables["observations"]) == len(tables["vintages"]) == 1


def test_modeling_asks_for_snapshot_and_forecasts_and_for_the_backtests_of_both_models():
    """The champion stays: it forecasts the newest snapshot, and its backtests are of an older one."""
    in_use = MODEL | {"snapshot_id": "3333333333333333"}
    judged = pd.DataFrame(
        [{"snapshot_id": MODEL["snapshot_id"], "model_key": "4" * 16, "champion_key": MODEL["model_key"]}]
    )
    tables = request_modeled(MODEL, in_use, judged)["tables"]
    assert set(tables) == set(LAKE_TABLES) - {
        *("observations", "vintages", "findings"),
        *("forecast_ledger", "monitoring", "scores"),
    }
    assert tables["panel"] == [{"snapshot_id": MODEL["snapshot_id"]}]
    assert tables["forecasts"] == [{"snapshot_id": MODEL["snapshot_id"], "model_key": MODEL["model_key"]}]
    assert tables["backtests"] == [
        {"snapshot_id": "3333333333333333", "model_key": MODEL["model_key"]},
        {"snapshot_id": MODEL["snapshot_id"], "model_key": "4" * 16},
    ]
    assert tables["promotions"] == judged.to_dict("records")


def test_monitoring_asks_for_verdicts_ledger_and_scores_and_for_no_partition_of_what_has_no_row():
    verdicts, ledger = pd.DataFrame({"verdict": ["ok"]}), pd.DataFrame({"rows": [1], "cells": [5]})
    partition = {"snapshot_id": MODEL["snapshot_id"], "model_key": MODEL["model_key"]}
    none, some = pd.DataFrame({"score": []}), pd.DataFrame({"score": [0.5]})
    assert request_monitored(verdicts, ledger, none, MODEL) == {
        "tables": {"forecast_ledger": [partition], "monitoring": [partition], "scores": []}
    }
    assert request_monitored(verdicts, ledger, some, MODEL)["tables"]["scores"] == [partition]
