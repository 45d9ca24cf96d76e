"""Statements as datasets: sorted, and alike whichever engine answers."""

import numpy as np
import pandas as pd
import pytest
from kedro.io import DatasetError

from viticast.datasets.lake_query import LakeQuery, LakeQueryDataset, make_engine
from viticast.lake.aws.athena import AthenaEngine, AthenaOptions
from viticast.lake.query import Answer

ATHENA = {"type": "athena", "database": "d", "work_group": "w", "staging": "s3://b/s"}


class Engine:
    """Answers with a frame."""

    def __init__(self, frame):
        self.frame = frame

    def query(self, sql, parameters):
        return Answer(self.frame, None)


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


def test_a_query_is_not_saved():
    with pytest.raises(DatasetError, match="known_vintages is a query and cannot be saved"):
        LakeQueryDataset(statement_name="known_vintages", engine=ATHENA).save("rows")


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
