"""Statements as datasets: sorted, alike whichever engine answers, and empty where a table may be missing."""

import numpy as np
import pandas as pd
import pytest
from kedro.io import DatasetError
from tests.unit.lake.aws.twin_lakes import on_duckdb, sample

from viticast.contracts.vintages import Vintages
from viticast.datasets import lake_query
from viticast.datasets.lake_query import LakeQuery, LakeQueryDataset, QueryResultDataset, make_engine
from viticast.lake.aws.athena import AthenaEngine, AthenaOptions
from viticast.lake.errors import QueryFailedError, TableMissingError
from viticast.lake.query import Answer

CONTRACT = "viticast.contracts.vintages.Vintages"
ATHENA = {"type": "athena", "database": "d", "work_group": "w", "staging": "s3://b/s"}


class Engine:
    """Answers with a frame, or raises an error."""

    def __init__(self, outcome):
        self.outcome = outcome

    def query(self, sql, parameters):
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return Answer(self.outcome, None)


def vintages(outcome, monkeypatch, **more):
    monkeypatch.setattr(lake_query, "make_engine", lambda settings: Engine(outcome))
    return QueryResultDataset(statement_name="known_vintages", engine={}, contract=CONTRACT, **more)


def test_rows_are_sorted_by_the_columns_that_are_named():
    frame = pd.DataFrame({"a": ["z", "á", "z", "b"], "b": [2, 1, 1, 3]})
    found = LakeQuery("x", "SELECT 1", Engine(frame), ["a", "b"])()
    assert found["a"].tolist() == ["b", "z", "z", "á"]
    assert found["b"].tolist() == [3, 1, 2, 1]
    assert found.index.tolist() == [0, 1, 2, 3]


def test_without_such_columns_rows_stay_as_they_came():
    frame = pd.DataFrame({"a": [3, 1, 2]})
    assert LakeQuery("x", "SELECT 1", Engine(frame))()["a"].tolist() == [3, 1, 2]


def test_types_are_the_same_whichever_engine_answers():
    moments = np.array(["2024-04-01"], dtype="datetime64[ns]")
    frame = pd.DataFrame({"t": pd.Series(["x"], dtype=object), "m": moments, "i": [1], "f": [0.5], "b": [True]})
    found = LakeQuery("x", "SELECT 1", Engine(frame))()
    assert {name: str(kind) for name, kind in found.dtypes.items()} == {
        "t": "str",
        "m": "datetime64[us]",
        "i": "int64",
        "f": "float64",
        "b": "bool",
    }


def test_the_table_of_vintages_is_read_whole_by_its_statement(tmp_path):
    frame = sample("vintages", table_name=["B", "A"], vintage_id=["1", "2"], landing_id=["3", "4"])
    on_duckdb(tmp_path / "lake", {"vintages": frame})
    engine = {"type": "duckdb", "filepath": str(tmp_path / "lake" / "lake.duckdb")}
    dataset = QueryResultDataset(
        statement_name="known_vintages", engine=engine, contract=CONTRACT, order_by=["table_name"]
    )
    assert dataset.load()["vintage_id"].tolist() == ["2", "1"]
    assert set(dataset.load().columns) == set(Vintages.to_schema().columns)


def test_a_table_that_may_be_missing_has_no_rows_and_keeps_its_contract(monkeypatch):
    found = vintages(TableMissingError("no table"), monkeypatch, if_missing="empty").load()
    assert found.empty
    Vintages.validate(found)


def test_a_table_that_must_be_there_is_an_error(monkeypatch):
    with pytest.raises(DatasetError) as raised:
        vintages(TableMissingError("no table"), monkeypatch).load()
    assert isinstance(raised.value.__cause__, TableMissingError)


def test_another_fault_is_never_taken_for_a_missing_table(monkeypatch):
    with pytest.raises(DatasetError) as raised:
        vintages(QueryFailedError("no"), monkeypatch, if_missing="empty").load()
    assert isinstance(raised.value.__cause__, QueryFailedError)


@pytest.mark.parametrize("kind", [LakeQueryDataset, QueryResultDataset])
def test_a_query_is_not_saved(kind):
    more = {"contract": CONTRACT} if kind is QueryResultDataset else {}
    with pytest.raises(DatasetError, match="known_vintages is a query and cannot be saved"):
        kind(statement_name="known_vintages", engine=ATHENA, **more).save("rows")


def test_athena_is_made_from_its_settings():
    engine = make_engine(ATHENA | {"timeout_seconds": 5, "encryption": "AES256", "kms_key": None})
    assert isinstance(engine, AthenaEngine)
    assert engine.options == AthenaOptions("d", "w", "s3://b/s", timeout_seconds=5, encryption="AES256")


def test_an_unknown_engine_is_refused():
    with pytest.raises(DatasetError, match="'athens' is unknown; known: duckdb, athena"):
        make_engine({"type": "athens"})


def test_an_unknown_setting_is_refused():
    with pytest.raises(TypeError, match="workgroup"):
        make_engine(ATHENA | {"workgroup": "w"})
