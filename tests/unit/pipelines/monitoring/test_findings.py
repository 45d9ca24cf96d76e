"""Which findings monitoring asks the lake for."""

import pandas as pd
import pytest

from viticast.contracts.findings import Findings
from viticast.contracts.lake import LAKE_TABLES
from viticast.datasets.lake_query import LakeQueryDataset
from viticast.lake.catalog import DuckDBCatalog
from viticast.lake.table import LakeTable
from viticast.pipelines.monitoring.nodes import query_findings
from viticast.sources.fetched import NO_FILE

STANDING, REFUSED, OLDER = (letter * 64 for letter in "abc")


def landing(raw_sha256, number, outcome="table_accepted", **more):
    """One row of `findings`."""
    row = {
        "table_name": "Producao",
        "raw_sha256": raw_sha256,
        "landing_id": f"{number:016x}",
        "source": "sample",
        "is_synthetic": True,
        "address": f"{number}.csv",
        "outcome": outcome,
        "rule": "intake",
        "row_number": 0,
        "column_number": 0,
        "column_label": None,
        "found": None,
        "reason": "said",
        "remedy": "do",
    }
    return row | more


ROWS = [
    landing(STANDING, 1),
    landing(STANDING, 1, "watch", row_number=9, found="x"),
    landing(STANDING, 1, "watch", row_number=3, found="y"),
    # the same bytes from another address
    landing(STANDING, 2),
    landing(STANDING, 2, "watch", row_number=9, found="x"),
    landing(STANDING, 2, "watch", row_number=3, found="y"),
    landing(REFUSED, 3, "table_refused"),
    landing(OLDER, 4),
    landing(NO_FILE, 5, "table_not_fetched"),
    landing(NO_FILE, 6, "table_not_fetched"),
]


@pytest.fixture
def query(tmp_path):
    empty = Findings.empty()
    types = {name: "str" for name in empty.columns if isinstance(ROWS[0][name], str | None)}
    frame = pd.DataFrame(ROWS)[list(empty.columns)].astype(types)
    LakeTable(str(tmp_path), "findings", LAKE_TABLES["findings"].partition_by, "changed").write(frame)
    database = str(tmp_path / "lake.duckdb")
    DuckDBCatalog(str(tmp_path), database).register({"findings": None})
    order_by = ["table_name", "raw_sha256", "landing_id", "row_number"]
    engine = {"type": "duckdb", "filepath": database}
    return LakeQueryDataset(statement_name="findings", engine=engine, order_by=order_by).load()


def asked(query, refused=(), not_fetched=()):
    receipt = {
        "refused": [{"raw_sha256": raw_sha256} for raw_sha256 in refused],
        "not_fetched": [{"landing_id": f"{number:016x}"} for number in not_fetched],
    }
    return query_findings(query, pd.DataFrame({"raw_sha256": [STANDING]}), receipt)


def test_what_was_found_in_a_file_is_told_once_in_the_order_of_its_lines(query):
    found = asked(query)
    assert found["row_number"].tolist() == [0, 3, 9]
    assert found["landing_id"].unique().tolist() == [f"{1:016x}"]
    Findings.validate(found[list(Findings.empty().columns)])


def test_files_refused_last_and_tables_that_did_not_come_are_told_of(query):
    found = asked(query, refused=[REFUSED], not_fetched=[6])
    assert found["raw_sha256"].tolist() == [STANDING] * 3 + [REFUSED, NO_FILE]
    assert found["landing_id"].iloc[-1] == f"{6:016x}"
