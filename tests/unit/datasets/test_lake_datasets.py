import json

import pandas as pd
import pytest
from kedro.io import DatasetError

from viticast.contracts.observations import Observations
from viticast.contracts.raw import RawManifest
from viticast.datasets.lake_catalog import LakeCatalogDataset
from viticast.datasets.lake_query import LakeQueryDataset
from viticast.datasets.lake_table import LakeTableDataset

OBSERVATIONS = pd.DataFrame(
    {
        "table_name": ["Producao", "Producao", "Comercio"],
        "vintage_id": ["1", "1", "2"],
        "source": "sample",
        "is_synthetic": True,
        "raw_sha256": "0",
        "published_at": pd.Timestamp("2025-04-01"),
        "is_published_at_inferred": True,
        "year": [2022, 2023, 2023],
    }
).astype({"table_name": "str", "vintage_id": "str", "source": "str", "raw_sha256": "str"})


@pytest.fixture
def lake(tmp_path):
    return tmp_path / "lake"


@pytest.fixture
def engine(lake):
    return {"type": "duckdb", "filepath": str(lake / "lake.duckdb")}


@pytest.fixture
def table(lake):
    def make(**arguments):
        settings = {"path": str(lake), "table": "observations", "partition_by": ["table_name", "vintage_id"]}
        return LakeTableDataset(**settings | {"overwrite": "changed"} | arguments)

    return make


def receipt(lake, **content):
    path = lake / "receipt.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    return {"filepath": str(path)}


def test_a_table_comes_back(table):
    assert not table().exists()
    table().save(OBSERVATIONS)
    assert table().exists()
    assert table().load()["year"].tolist() == [2023, 2022, 2023]


def test_only_the_current_partition_is_loaded(table, lake):
    table().save(OBSERVATIONS)
    current = table(current=receipt(lake, vintage_id=2, model_key="other"))
    assert current.load()["table_name"].tolist() == ["Comercio"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "receipt.json is missing: the pipeline that writes it has not run yet. Run them all once: kedro run"),
        ({"model_key": "x"}, "names no partition of 'observations'"),
        ({"vintage_id": "9"}, "no table 'observations' with vintage_id=9"),
    ],
)
def test_a_current_partition_that_cannot_be_known_is_an_error(table, lake, content, message):
    table().save(OBSERVATIONS)
    current = {"filepath": str(lake / "receipt.json")} if content is None else receipt(lake, **content)
    with pytest.raises(DatasetError, match=message):
        table(current=current).load()


def test_a_table_without_partitions_is_an_error_or_empty_as_declared(table):
    with pytest.raises(DatasetError, match="the lake has no table 'observations'"):
        table().load()
    missing = table(if_missing="empty").load()
    assert list(missing.columns) == list(Observations.to_schema().columns)
    Observations.validate(missing)


def test_a_table_outside_the_lake_is_empty_by_the_contract_it_names(table):
    contract = f"{RawManifest.__module__}.RawManifest"
    manifest = table(table="manifest", if_missing="empty", contract=contract).load()
    assert manifest.empty
    RawManifest.validate(manifest)


def test_a_damaged_partition_is_an_error_or_left_out_as_declared(table, lake, caplog):
    table().save(OBSERVATIONS)
    files = sorted(lake.rglob("part-0.parquet"))
    files[0].write_bytes(b"junk")
    with pytest.raises(DatasetError, match=r"table_name=Comercio/vintage_id=2/part-0\.parquet is damaged.*kedro run"):
        table().load()
    skipping = table(if_damaged="skip", if_missing="empty")
    assert skipping.load()["table_name"].tolist() == ["Producao", "Producao"]
    assert "left out: " in caplog.text
    files[1].write_bytes(b"junk")
    assert list(skipping.load().columns) == list(Observations.to_schema().columns)
    table(overwrite="never").save(OBSERVATIONS)
    assert len(table().load()) == 3


def test_a_table_without_a_contract_cannot_be_empty(table):
    with pytest.raises(DatasetError, match="no contract says which columns"):
        table(table="manifest", if_missing="empty")


def test_a_current_partition_that_is_not_there_is_empty_where_declared(table, lake):
    table().save(OBSERVATIONS)
    current = receipt(lake, vintage_id="9")
    assert table(current=current, if_missing="empty").load().empty
    assert len(table(current=receipt(lake, vintage_id="1"), if_missing="empty").load()) == 2


def test_a_run_reads_the_partition_that_it_saved_and_not_what_a_receipt_of_another_names(table, lake):
    mine = table(current=receipt(lake, table_name="Comercio", vintage_id="2"))
    mine.save(OBSERVATIONS.head(2))
    table().save(OBSERVATIONS.tail(1))
    assert mine.load()["table_name"].unique().tolist() == ["Producao"]
    other = table(current=receipt(lake, table_name="Comercio", vintage_id="2"))
    assert other.load()["table_name"].unique().tolist() == ["Comercio"]


def test_a_save_of_several_partitions_would_leave_open_which_is_current(table, lake):
    with pytest.raises(DatasetError, match="'observations' is loaded by its current partition, and 2 were"):
        table(current=receipt(lake, vintage_id="1")).save(OBSERVATIONS)
    assert not table().exists()


def test_tables_are_cataloged_and_described(table, lake, engine):
    table().save(OBSERVATIONS)
    catalog = LakeCatalogDataset(path=str(lake), engine=engine)
    catalog.save({"tables": {"observations": None}})
    [described] = [table for table in catalog.load() if table["partitions"]]
    assert (described["name"], described["rows"], described["partitions"]) == ("observations", 3, 2)


def test_a_statement_of_the_project_is_run_on_the_lake(table, lake, engine):
    landings = pd.DataFrame(
        {
            "table_name": ["Producao", "Producao", "Comercio"],
            "vintage_id": ["1", "1", "2"],
            "landing_id": ["b", "a", "c"],
            "source": "sample",
            "is_synthetic": True,
            "raw_sha256": ["later", "earlier", "only"],
            "published_at": pd.to_datetime(["2025-06-01", "2025-04-01", "2024-04-01"]),
            "is_published_at_inferred": [True, False, True],
            "fetched_at": pd.Timestamp("2025-07-01"),
            "last_year": [2024, 2024, 2023],
            "cells": [10, 10, 5],
        }
    )
    texts = ("table_name", "vintage_id", "landing_id", "source", "raw_sha256")
    partition_by = ["table_name", "vintage_id", "landing_id"]
    table(table="vintages", partition_by=partition_by).save(landings.astype(dict.fromkeys(texts, "str")))
    LakeCatalogDataset(path=str(lake), engine=engine).save({"tables": {"vintages": None}})
    found = LakeQueryDataset(statement_name="vintages", engine=engine).load()()
    columns = ["table_name", "raw_sha256", "is_published_at_inferred", "last_year", "cells"]
    assert found[columns].to_numpy().tolist() == [
        ["Comercio", "only", True, 2023, 5],
        ["Producao", "earlier", False, 2024, 10],
        ["Producao", "later", True, 2024, 10],
    ]
    assert found["published_at"].astype(str).tolist() == ["2024-04-01", "2025-04-01", "2025-06-01"]
    assert str(found["table_name"].dtype) == "str"


def test_a_query_before_cataloging_says_what_to_run(engine):
    query = LakeQueryDataset(statement_name="vintages", engine=engine).load()
    with pytest.raises(FileNotFoundError, match="kedro run --pipelines=ingestion,cataloging"):
        query()


def test_an_unknown_engine_is_refused(lake):
    with pytest.raises(DatasetError, match="'athens' is unknown"):
        LakeCatalogDataset(path=str(lake), engine={"type": "athens"}).load()
    with pytest.raises(DatasetError, match="'athens' is unknown"):
        LakeQueryDataset(statement_name="panel", engine={"type": "athens"}).load()


def test_an_unknown_statement_is_refused(engine):
    with pytest.raises(DatasetError, match=r"nothing\.sql"):
        LakeQueryDataset(statement_name="nothing", engine=engine).load()


def test_a_query_is_not_saved(engine):
    with pytest.raises(DatasetError, match="cannot be saved"):
        LakeQueryDataset(statement_name="panel", engine=engine).save("x")


def test_a_run_loads_back_what_it_saved_and_another_loads_all(table, lake):
    table().save(OBSERVATIONS.head(2))
    mine = table(loads="saved")
    assert len(mine.load()) == 2
    mine.save(OBSERVATIONS.tail(1))
    assert mine.load()["table_name"].tolist() == ["Comercio"]
    assert len(table(loads="saved").load()) == 3
    sorted(lake.rglob("part-0.parquet"))[0].write_bytes(b"junk")
    with pytest.raises(DatasetError, match=r"table_name=Comercio/vintage_id=2/part-0\.parquet is damaged"):
        mine.load()


def test_a_run_that_saved_no_row_loads_none(table):
    table().save(OBSERVATIONS)
    mine = table(loads="saved", if_missing="empty")
    mine.save(OBSERVATIONS.head(0))
    assert mine.load().empty
