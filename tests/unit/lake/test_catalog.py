import shutil
import subprocess
import sys
import textwrap
from dataclasses import asdict
from pathlib import Path

import pandas as pd
import pytest

from viticast.contracts.lake import LAKE_TABLES
from viticast.lake.catalog import DuckDBCatalog
from viticast.lake.cataloged import CatalogedTable
from viticast.lake.conformity import require_conformity
from viticast.lake.engine import DuckDBEngine, MovedCatalogError
from viticast.lake.storage import DamagedFileError
from viticast.lake.table import FILE_NAME, LakeTable
from viticast.lake.writers import STALE_SUFFIX


@pytest.fixture
def lake(tmp_path):
    """A folder whose name a pattern or a quote could misread."""
    return tmp_path / "it's a [lake]*"


@pytest.fixture
def catalog(lake):
    return DuckDBCatalog(str(lake), str(lake / "lake.duckdb"))


def with_files(catalog):
    """The tables but for those that may be empty, and are."""
    return [table for table in catalog.describe() if table.partitions]


def write(lake, name, **columns):
    frame = pd.DataFrame(columns).astype({"vintage_id": "str"})
    LakeTable(str(lake), name, ["vintage_id"], "changed").write(frame)


def query(lake, sql):
    return DuckDBEngine(str(lake / "lake.duckdb")).query(sql, {}).frame


def test_a_table_is_described_as_the_engine_sees_it(lake, catalog):
    write(lake, "figures", vintage_id=["001", "002"], value=[1.0, 2.0], year=[2020, 2021])
    catalog.register({"figures": None})
    assert with_files(catalog) == [
        CatalogedTable(
            name="figures",
            columns={"value": "DOUBLE", "year": "BIGINT", "vintage_id": "VARCHAR"},
            partition_columns=("vintage_id",),
            partitions=2,
            rows=2,
        )
    ]


@pytest.mark.parametrize("value", ["001", "a/b", "x=y", "%41", "a b", "it's", "[q]*", "ü"])
def test_partition_values_are_the_text_that_was_written(lake, catalog, value):
    write(lake, "figures", vintage_id=[value], value=[1.0])
    catalog.register({"figures": None})
    assert query(lake, "SELECT vintage_id FROM figures")["vintage_id"].tolist() == [value]


def test_new_partitions_are_seen_without_registering_again(lake, catalog):
    write(lake, "figures", vintage_id=["1"], value=[1.0])
    catalog.register({"figures": None})
    write(lake, "figures", vintage_id=["2"], value=[2.0])
    assert query(lake, "SELECT sum(value) AS s FROM figures")["s"].tolist() == [3.0]


def test_unfinished_files_are_not_seen(lake, catalog):
    write(lake, "figures", vintage_id=["1"], value=[1.0])
    (lake / "figures" / "vintage_id=1" / f"{FILE_NAME}{STALE_SUFFIX}0").write_bytes(b"half")
    catalog.register({"figures": None})
    assert with_files(catalog)[0].rows == 1


def test_registering_again_leaves_the_file_alone(lake, catalog):
    write(lake, "figures", vintage_id=["1"], value=[1.0])
    catalog.register({"figures": None})
    before = (catalog.database.stat().st_mtime_ns, catalog.database.stat().st_ino)
    catalog.register({"figures": None})
    assert (catalog.database.stat().st_mtime_ns, catalog.database.stat().st_ino) == before


def test_a_table_that_comes_later_stands_beside_the_others(lake, catalog):
    write(lake, "figures", vintage_id=["1"], value=[1.0])
    catalog.register({"figures": None})
    write(lake, "forecasts", vintage_id=["1"], value=[1.0])
    catalog.register({"forecasts": None})
    assert [table.name for table in with_files(catalog)] == ["figures", "forecasts"]
    assert sorted(path.name for path in lake.iterdir()) == ["figures", "forecasts", "lake.duckdb"]


def test_a_table_without_files_is_named(lake, catalog):
    write(lake, "figures", vintage_id=["1"], value=[1.0])
    with pytest.raises(FileNotFoundError, match=r"no files for \['forecasts', 'panel'\]"):
        catalog.register({"panel": None, "figures": None, "forecasts": None})
    assert not catalog.database.exists()


def test_a_build_that_fails_leaves_the_old_file(lake, catalog):
    write(lake, "figures", vintage_id=["1"], value=[1.0])
    catalog.register({"figures": None})
    broken = Path(lake) / "broken" / "vintage_id=1" / FILE_NAME
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"no parquet")
    with pytest.raises(DamagedFileError, match=r"broken/vintage_id=1/part-0.parquet.*kedro run"):
        catalog.register({"broken": None})
    assert [table.name for table in with_files(catalog)] == ["figures"]
    assert not list(lake.glob(f"*{STALE_SUFFIX}*"))


READER = textwrap.dedent(
    """
    import sys, duckdb
    with duckdb.connect(sys.argv[1], read_only=True) as connection:
        print(connection.execute("SELECT count(*) FROM figures").fetchone()[0], flush=True)
        sys.stdin.readline()
        print(connection.execute("SELECT count(*) FROM figures").fetchone()[0], flush=True)
    """
)


def test_a_reader_keeps_reading_while_the_file_is_replaced(lake, catalog):
    write(lake, "figures", vintage_id=["1"], value=[1.0])
    catalog.register({"figures": None})
    command = [sys.executable, "-c", READER, str(catalog.database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout.readline() == "1\n"
        write(lake, "forecasts", vintage_id=["1"], value=[1.0])
        catalog.register({"forecasts": None})
        answer, _ = reader.communicate("\n")
    assert (answer, reader.returncode) == ("1\n", 0)
    assert [table.name for table in with_files(catalog)] == ["figures", "forecasts"]


def test_a_database_that_is_none_is_built_anew(lake, catalog):
    write(lake, "figures", vintage_id=["001"], value=[1.0])
    (lake / "lake.duckdb").write_bytes(b"junk")
    catalog.register({"figures": None})
    assert query(lake, "SELECT value FROM figures")["value"].tolist() == [1.0]


def test_the_catalog_of_a_copied_project_never_shows_the_figures_of_the_first(lake, catalog, tmp_path):
    write(lake, "figures", vintage_id=["1"], value=[1.0])
    catalog.register({"figures": None})
    copy = tmp_path / "copy"
    shutil.copytree(lake, copy)
    write(copy, "figures", vintage_id=["1"], value=[2.0])
    with pytest.raises(MovedCatalogError, match="kedro run --pipelines=ingestion,cataloging") as raised:
        query(copy, "SELECT value FROM figures")
    assert str(lake) in str(raised.value)
    copied = DuckDBCatalog(str(copy), str(copy / "lake.duckdb"))
    with pytest.raises(MovedCatalogError):
        copied.describe()
    copied.register({"figures": None})
    assert query(copy, "SELECT value FROM figures")["value"].tolist() == [2.0]
    assert query(lake, "SELECT value FROM figures")["value"].tolist() == [1.0]


def test_a_damaged_file_is_named_when_it_is_asked_for(lake, catalog):
    write(lake, "figures", vintage_id=["1", "2"], value=[1.0, 2.0])
    catalog.register({"figures": None})
    (lake / "figures" / "vintage_id=2" / FILE_NAME).write_bytes(b"")
    with pytest.raises(DamagedFileError, match=r"vintage_id=2/part-0\.parquet.*kedro run"):
        query(lake, "SELECT sum(value) AS s FROM figures")


def test_a_table_that_comes_while_the_catalog_is_built_is_in_it(lake, catalog, monkeypatch):
    write(lake, "figures", vintage_id=["1"], value=[1.0])
    build = catalog._build

    def build_while_another_writes(statements):
        write(lake, "forecasts", vintage_id=["1"], value=[1.0])
        build(statements)

    monkeypatch.setattr(catalog, "_build", build_while_another_writes)
    catalog.register({"figures": None})
    assert [table.name for table in with_files(catalog)] == ["figures", "forecasts"]


def test_a_table_that_may_be_empty_is_queryable_without_a_file_and_has_its_columns(lake, catalog):
    """`scores` has rows only once an earlier forecast was followed by figures; whoever asks for them gets none."""
    write(lake, "a", vintage_id=["1"], value=[1.0])
    catalog.register({"scores": []})
    [scores] = [table for table in catalog.describe() if table.name == "scores"]
    contract = LAKE_TABLES["scores"]
    assert set(scores.columns) == set(contract.model.to_schema().columns)
    assert (scores.rows, scores.partitions, scores.partition_columns) == (0, 0, contract.partition_by)
    require_conformity([asdict(scores)])
