import duckdb
import pytest

from viticast.lake.engine import CATALOGED_AT, DuckDBEngine, MovedCatalogError
from viticast.lake.query import bind


@pytest.mark.parametrize(
    ("sql", "parameters", "bound", "values"),
    [
        ("SELECT 1", {}, "SELECT 1", []),
        ("WHERE a = :a", {"a": 5}, "WHERE a = ?", [5]),
        ("WHERE a IN (:ids)", {"ids": ["x", "y"]}, "WHERE a IN (?, ?)", ["x", "y"]),
        ("WHERE b > :b AND a IN (:ids)", {"ids": ("x",), "b": 0.5}, "WHERE b > ? AND a IN (?)", [0.5, "x"]),
        ("WHERE a = :a OR b = :a", {"a": "x"}, "WHERE a = ? OR b = ?", ["x", "x"]),
    ],
)
def test_placeholders_become_question_marks(sql, parameters, bound, values):
    assert bind(sql, parameters) == (bound, values)


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({}, KeyError, "ids"),
        ({"ids": ["x"], "other": 1, "another": 2}, KeyError, r"no placeholder for \['another', 'other'\]"),
        ({"ids": []}, ValueError, "the list for :ids is empty"),
    ],
)
def test_parameters_must_fit_the_statement(parameters, error, message):
    with pytest.raises(error, match=message):
        bind("SELECT * FROM t WHERE a IN (:ids)", parameters)


@pytest.fixture
def engine(tmp_path):
    path = str(tmp_path / "lake.duckdb")
    with duckdb.connect(path) as connection:
        connection.execute(f"CREATE MACRO {CATALOGED_AT}() AS '{path}'")
        connection.execute("CREATE TABLE t AS SELECT * FROM (VALUES ('a', 1), ('b', 2), ('c', 3)) AS v(name, number)")
    return DuckDBEngine(path)


def test_a_statement_is_answered(engine):
    frame = engine.query("SELECT number FROM t WHERE name IN (:names) ORDER BY 1", {"names": ["a", "c"]}).frame
    assert frame["number"].tolist() == [1, 3]


@pytest.mark.parametrize("text", ["a' OR '1'='1", "a'); DROP TABLE t; --", ":names", "?"])
def test_text_stays_a_value(engine, text):
    assert engine.query("SELECT * FROM t WHERE name IN (:names)", {"names": [text]}).frame.empty
    assert len(engine.query("SELECT * FROM t", {}).frame) == 3


def test_a_query_changes_nothing(engine):
    with pytest.raises(duckdb.InvalidInputException, match="read-only"):
        engine.query("DELETE FROM t", {})


def test_a_lake_that_is_not_cataloged_says_what_to_run(tmp_path):
    with pytest.raises(FileNotFoundError, match="kedro run --pipelines=ingestion,cataloging"):
        DuckDBEngine(str(tmp_path / "none.duckdb")).query("SELECT 1", {})


def test_a_database_that_says_no_place_is_not_asked(tmp_path):
    with duckdb.connect(str(tmp_path / "old.duckdb")) as connection:
        connection.execute("CREATE TABLE t AS SELECT 1 AS number")
    with pytest.raises(MovedCatalogError, match=r"an unknown place.*kedro run --pipelines=ingestion,cataloging"):
        DuckDBEngine(str(tmp_path / "old.duckdb")).query("SELECT * FROM t", {})
