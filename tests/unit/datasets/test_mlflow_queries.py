"""What queries cost stands in the MLflow run, however often and wherever a statement is run."""

import subprocess
import sys

import mlflow
import pandas as pd
import pytest

from viticast.datasets.lake_query import LakeQuery
from viticast.datasets.mlflow_queries import record_query
from viticast.lake.query import Answer, QueryStatistics


@pytest.fixture
def store(tmp_path):
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/mlflow.db")
    # MLflow goes on with the experiment of the test before, by its number, whatever the store.
    mlflow.set_experiment("queries")
    yield mlflow.MlflowClient()
    mlflow.set_tracking_uri(before)


class Engine:
    """Answers with what its queries cost, one after the other."""

    def __init__(self, *statistics):
        self.statistics = list(statistics)

    def query(self, sql, parameters):
        return Answer(pd.DataFrame({"x": [1]}), self.statistics.pop(0))


def test_a_statement_that_runs_again_adds_to_what_it_cost(store):
    engine = Engine(QueryStatistics("q1", 10, 1.5), QueryStatistics("q2", 5, 0.25), QueryStatistics("q3", 0, 1.0))
    with mlflow.start_run() as run:
        for _ in range(3):
            LakeQuery("panel", "SELECT 1", engine)()
        LakeQuery("counts", "SELECT 1", Engine(QueryStatistics("q4", 7, 1.0)))()
    found = store.get_run(run.info.run_id).data
    assert found.metrics == {
        "athena.panel.bytes_scanned": 15,
        "athena.panel.seconds": 2.75,
        "athena.counts.bytes_scanned": 7,
        "athena.counts.seconds": 1.0,
    }
    assert found.tags["athena.panel.query_id"] == "q1, q2, q3"
    assert found.tags["athena.counts.query_id"] == "q4"
    history = store.get_metric_history(run.info.run_id, "athena.panel.bytes_scanned")
    assert [(point.step, point.value) for point in history] == [(1, 10), (2, 15), (3, 15)]


def test_another_process_of_the_run_goes_on_with_the_totals(store, tmp_path):
    with mlflow.start_run() as run:
        record_query("panel", QueryStatistics("q1", 10, 1.0))
    code = (
        "import mlflow, sys\n"
        "from viticast.datasets.mlflow_queries import record_query\n"
        "from viticast.lake.query import QueryStatistics\n"
        "mlflow.set_tracking_uri(sys.argv[1])\n"
        "with mlflow.start_run(run_id=sys.argv[2]):\n"
        "    record_query('panel', QueryStatistics('q2', 5, 1.0))\n"
    )
    subprocess.run([sys.executable, "-c", code, mlflow.get_tracking_uri(), run.info.run_id], check=True)
    found = store.get_run(run.info.run_id).data
    assert found.metrics["athena.panel.bytes_scanned"] == 15
    assert found.tags["athena.panel.query_id"] == "q1, q2"


def test_without_a_run_none_is_made(store):
    LakeQuery("panel", "SELECT 1", Engine(QueryStatistics("q1", 10, 1.0)))()
    assert store.search_runs(["0"]) == []


def test_an_engine_that_counts_nothing_leaves_no_trace(store):
    with mlflow.start_run() as run:
        LakeQuery("panel", "SELECT 1", Engine(None))()
    assert store.get_run(run.info.run_id).data.metrics == {}


def test_the_log_says_what_a_query_cost(store, caplog):
    with caplog.at_level("INFO", logger="viticast"):
        LakeQuery("panel", "SELECT 1", Engine(QueryStatistics("q1", 1048576, 1.25)))()
    assert "panel: 1 rows, 1048576 bytes scanned in 1.2 s, query q1" in caplog.text


def test_a_command_does_not_load_mlflow_to_find_no_run():
    code = (
        "import sys\n"
        "from viticast.datasets.mlflow_queries import record_query\n"
        "from viticast.lake.query import QueryStatistics\n"
        "record_query('panel', QueryStatistics('q', 1, 1.0))\n"
        "print('mlflow' in sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["False"]
