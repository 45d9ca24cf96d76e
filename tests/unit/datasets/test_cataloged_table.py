"""A table by its query and its files: whole, whatever the catalog knows of it."""

import logging

import pandas as pd
import pytest
from kedro.io import DatasetError
from tests.unit.lake.aws.twin_lakes import on_duckdb, sample

from viticast.contracts.vintages import Vintages
from viticast.datasets import lake_query
from viticast.datasets.cataloged_table import CatalogedTableDataset
from viticast.lake.errors import QueryFailedError, TableMissingError
from viticast.lake.query import Answer
from viticast.lake.table import LakeTable

KEYS = ["table_name", "vintage_id", "landing_id"]
MISSING = TableMissingError("no table")


class Engine:
    """Answers with a frame, or raises an error; counts how often."""

    def __init__(self, outcome):
        self.outcome = outcome
        self.asked = 0

    def query(self, sql, parameters):
        self.asked += 1
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return Answer(self.outcome, None)


def rows(*names):
    return sample(
        "vintages",
        table_name=list(names),
        vintage_id=["0123456789abcdef"] * len(names),
        landing_id=["fedcba9876543210"] * len(names),
        raw_sha256=["0" * 64] * len(names),
        source=["sample"] * len(names),
        last_year=[2022] * len(names),
    )


def write(folder, frame):
    LakeTable(str(folder), "vintages", KEYS, "never").write(frame)


def dataset(folder, engine=None, **more):
    return CatalogedTableDataset(
        path=str(folder),
        table="vintages",
        partition_by=KEYS,
        statement_name="known_vintages",
        engine=engine or {},
        contract="viticast.contracts.vintages.Vintages",
        order_by=["table_name"],
        **more,
    )


@pytest.fixture
def cataloged(monkeypatch):
    """Lets the catalog know these rows, or the query raise this."""

    def know(outcome):
        engine = Engine(outcome)
        monkeypatch.setattr(lake_query, "make_engine", lambda settings: engine)
        return engine

    return know


def test_a_table_is_read_by_its_statement(tmp_path):
    on_duckdb(tmp_path / "lake", {"vintages": rows("B", "A")})
    engine = {"type": "duckdb", "filepath": str(tmp_path / "lake" / "lake.duckdb")}
    found = dataset(tmp_path / "lake", engine).load()
    assert found["table_name"].tolist() == ["A", "B"]
    assert set(found.columns) == set(Vintages.to_schema().columns)


def test_partitions_that_the_catalog_does_not_know_are_read(tmp_path, cataloged):
    write(tmp_path, rows("C", "B", "A"))
    # As engines give them: texts as objects, moments in nanoseconds.
    known = rows("B").assign(rows=77).astype({"table_name": object, "fetched_at": "datetime64[ns]"})
    cataloged(known)
    found = dataset(tmp_path).load()
    assert found["table_name"].tolist() == ["A", "B", "C"]
    # What the query gave is not read again.
    assert found["rows"].tolist() == [1, 77, 1]
    expected = rows("A", "B", "C").assign(rows=[1, 77, 1])
    pd.testing.assert_frame_equal(found[list(expected.columns)], expected, check_dtype=False)
    assert str(found["fetched_at"].dtype) == "datetime64[us]"
    Vintages.validate(found)


def test_only_those_partitions_are_opened(tmp_path, cataloged):
    write(tmp_path, rows("A", "B"))
    [damaged] = tmp_path.glob("vintages/table_name=A/**/*.parquet")
    damaged.write_bytes(b"nothing")
    cataloged(rows("A"))
    assert dataset(tmp_path).load()["table_name"].tolist() == ["A", "B"]
    cataloged(rows("B"))
    with pytest.raises(DatasetError, match="is damaged"):
        dataset(tmp_path).load()


@pytest.mark.parametrize("if_missing", ["error", "empty"])
def test_a_table_that_the_catalog_lacks_is_read_from_the_lake(tmp_path, cataloged, if_missing):
    write(tmp_path, rows("A", "B"))
    cataloged(MISSING)
    assert dataset(tmp_path, if_missing=if_missing).load()["table_name"].tolist() == ["A", "B"]


def test_rows_whose_partition_the_lake_has_no_more_are_left_out_with_a_warning(tmp_path, cataloged, caplog):
    write(tmp_path, rows("A"))
    cataloged(rows("A", "B"))
    with caplog.at_level(logging.WARNING, "viticast"):
        assert dataset(tmp_path).load()["table_name"].tolist() == ["A"]
    [record] = caplog.records
    assert "vintages/table_name=B/" in record.getMessage()
    assert "table_name=A/" not in record.getMessage()


def test_a_table_that_neither_has_is_empty_or_an_error(tmp_path, cataloged):
    cataloged(MISSING)
    found = dataset(tmp_path, if_missing="empty").load()
    assert found.empty
    Vintages.validate(found)
    with pytest.raises(DatasetError, match="neither catalog nor lake has the table 'vintages'"):
        dataset(tmp_path).load()


def test_another_fault_is_never_taken_for_a_missing_table(tmp_path, cataloged):
    write(tmp_path, rows("A"))
    cataloged(QueryFailedError("no"))
    with pytest.raises(DatasetError) as raised:
        dataset(tmp_path, if_missing="empty").load()
    assert isinstance(raised.value.__cause__, QueryFailedError)


def test_what_was_known_stays_known_within_a_run(tmp_path, cataloged):
    write(tmp_path, rows("A"))
    engine = cataloged(rows("A"))
    known = dataset(tmp_path)
    given = known.load()
    given["table_name"] = "changed by a node"
    write(tmp_path, rows("B"))
    assert known.load()["table_name"].tolist() == ["A"]
    assert engine.asked == 1
    known.release()
    assert known.load()["table_name"].tolist() == ["A", "B"]


def test_it_is_not_saved(tmp_path):
    with pytest.raises(DatasetError, match="read by the query known_vintages and cannot be saved"):
        dataset(tmp_path).save("rows")
