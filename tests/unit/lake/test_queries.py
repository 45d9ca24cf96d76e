from importlib.resources import files

import duckdb
import pandas as pd
import pytest
import sqlglot
from sqlglot import exp

from viticast.contracts.lake import LAKE_TABLES
from viticast.lake.queries import statement
from viticast.lake.query import bind

NAMES = sorted(
    entry.name.removesuffix(".sql")
    for entry in files("viticast.lake").joinpath("sql").iterdir()
    if entry.name.endswith(".sql")
)
SNAPSHOT = {"vintage_ids": ["a", "b"]}
STAMP = ["snapshot_id", "model_key", "source", "is_synthetic"]
FORECAST = [("before", 2023), ("before", 2024), ("before", 2025), ("now", 2024)]
PARAMETERS = {
    "counts": SNAPSHOT,
    "earlier_forecasts": {"snapshot_id": "a", "last_year": 2024},
    "findings": {"raw_hashes": ["a"], "landing_ids": ["b"]},
    "known_vintages": {},
    "panel": SNAPSHOT,
    "vintages": {},
}


def tables(sql, dialect):
    [tree] = sqlglot.parse(sql, dialect=dialect, error_level=sqlglot.ErrorLevel.RAISE)
    assert isinstance(tree, exp.Select)
    return {table.name for table in tree.find_all(exp.Table)}


def test_every_statement_is_tested():
    assert sorted(PARAMETERS) == NAMES


@pytest.mark.parametrize("dialect", ["duckdb", "athena"])
@pytest.mark.parametrize("name", NAMES)
def test_a_statement_is_one_select_in_both_dialects_over_tables_of_the_lake(name, dialect):
    bound, _ = bind(statement(name), PARAMETERS[name])
    assert tables(bound, dialect) <= set(LAKE_TABLES)


@pytest.mark.parametrize("name", NAMES)
def test_a_statement_means_the_same_in_both_dialects(name):
    bound, _ = bind(statement(name), PARAMETERS[name])
    written = {dialect: sqlglot.transpile(bound, read=dialect, write="trino")[0] for dialect in ("duckdb", "athena")}
    assert written["duckdb"] == written["athena"]


def test_a_statement_in_one_dialect_only_would_be_noticed():
    with pytest.raises(sqlglot.ParseError):
        tables("SELECT COLUMNS(* EXCLUDE (a)) FROM observations WHERE a::INT = 1 QUALIFY 1 = 1 SAMPLE 5", "athena")


def test_a_statement_that_is_not_there_is_an_error():
    with pytest.raises(FileNotFoundError):
        statement("nothing")


def test_earlier_forecasts_are_those_of_other_snapshots_up_to_a_year():
    columns = [*STAMP, "series_id", "year", "horizon", "series_class", "yhat", "lo80", "hi80", "lo95", "hi95"]
    rows = [(snapshot, "m", "sample", True, "a", year, 1, "regular", *range(5)) for snapshot, year in FORECAST]
    bound, values = bind(statement("earlier_forecasts"), {"snapshot_id": "now", "last_year": 2024})
    with duckdb.connect() as connection:
        connection.register("forecasts", pd.DataFrame(rows, columns=columns))
        found = connection.execute(bound, values).df()
    assert list(found.columns) == columns
    assert sorted(zip(found["snapshot_id"], found["year"], strict=True)) == [("before", 2023), ("before", 2024)]
