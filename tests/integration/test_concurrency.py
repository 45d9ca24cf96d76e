"""Several processes on one lake: readers see whole tables, and two runs make what one makes."""

import json
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pandas as pd
import pytest
from tests.integration import crash_runs

from viticast.lake.catalog import DuckDBCatalog
from viticast.lake.engine import DuckDBEngine
from viticast.lake.table import LakeTable

READS, WRITES = 1_000, 100
ROWS = 500

WRITER = textwrap.dedent(
    """
    import itertools, sys
    from pathlib import Path
    import pandas as pd
    from viticast.datasets.lake_table import LakeTableDataset
    from viticast.datasets.receipt import ReceiptDataset

    root, rows, end = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    arguments = {"path": root, "table": "panel", "partition_by": ["snapshot_id"], "overwrite": "changed"}
    content = {"source": "sample", "is_synthetic": True, "last_years": {"a": 2024}, "series": 1, "leaf_series": 1}
    print("ready", flush=True)
    for number in itertools.count():
        snapshot = f"{number % 3:016x}"
        frame = pd.DataFrame({"snapshot_id": [snapshot] * rows, "value": [float(number)] * rows})
        LakeTableDataset(**arguments).save(frame.astype({"snapshot_id": "str"}))
        receipt = ReceiptDataset(filepath=f"{root}/receipt.json", contract="viticast.contracts.receipts.FeatureReceipt")
        receipt.save({**content, "snapshot_id": snapshot, "panel_sha256": f"{number:064x}"})
        if end.exists():
            break
    print(number + 1)
    """
)


@pytest.fixture(scope="module")
def both_runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A project with one run, and one in which two runs started at once."""
    folder = tmp_path_factory.mktemp("runs")
    one, two = (crash_runs.make_small_project(folder / name) for name in ("one", "two"))
    # A fresh project has no store either: both runs want to make it.
    shutil.rmtree(two / "data" / "mlflow")
    alone = _start(one)
    assert alone.wait() == 0, _log(one)
    together = [_start(two), _start(two)]
    assert [process.wait() for process in together] == [0, 0], _log(two)
    return one, two


def _start(project: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tests.integration.crash_runs", "run", str(project)]
    return subprocess.Popen(command, cwd=crash_runs.ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)


def _log(project: Path) -> str:
    return (project / "run.log").read_text()[-3000:]


@pytest.mark.crash
def test_a_thousand_reads_during_a_hundred_writes_see_whole_tables(tmp_path: Path) -> None:
    root = str(tmp_path / "lake")
    table = LakeTable(root, "panel", ["snapshot_id"], "changed")
    table.write(pd.DataFrame({"snapshot_id": ["0" * 16] * ROWS, "value": [-1.0] * ROWS}).astype({"snapshot_id": "str"}))
    DuckDBCatalog(root, f"{root}/lake.duckdb").register({"panel": None})
    engine = DuckDBEngine(f"{root}/lake.duckdb")
    end = tmp_path / "end"
    command = [sys.executable, "-c", WRITER, root, str(ROWS), str(end)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        for number in range(READS):
            assert writer.poll() is None
            _read(table, engine, tmp_path / "lake" / "receipt.json", number)
        end.touch()
        writes = int(writer.communicate()[0])
    assert writer.returncode == 0
    assert writes >= WRITES


def _read(table: LakeTable, engine: DuckDBEngine, receipt: Path, number: int) -> None:
    """One read, of the table itself or through the catalog: every partition is of one write, the receipt is whole."""
    frame = table.read() if number % 4 else engine.query("SELECT snapshot_id, value FROM panel", {}).frame
    found = frame.groupby("snapshot_id")["value"].agg(["size", "nunique"])
    assert (found["size"] == ROWS).all()
    assert (found["nunique"] == 1).all()
    if receipt.exists():
        assert len(json.loads(receipt.read_text(encoding="utf-8"))["panel_sha256"]) == 64


@pytest.mark.crash
def test_two_runs_at_once_make_the_lake_of_one(both_runs: tuple[Path, Path]) -> None:
    one, two = both_runs
    assert list(crash_runs.differences(one, two)) == []


@pytest.mark.crash
def test_two_runs_at_once_register_one_version(both_runs: tuple[Path, Path]) -> None:
    one, two = both_runs
    assert len(crash_runs.versions(two)) == 1
    assert (crash_runs.statuses(one), crash_runs.statuses(two)) == (["FINISHED"], ["FINISHED"] * 2)
