import pytest
from kedro.io import DatasetError
from kedro.validation import DataValidationError
from tests.unit.datasets.landings import landings

from viticast.datasets.lake_partitions import LakePartitionsDataset
from viticast.lake.storage import DamagedFileError
from viticast.lake.table import LakeTable

PARTITION_BY = ["table_name", "vintage_id", "landing_id"]
VINTAGES = "viticast.contracts.vintages.Vintages"


@pytest.fixture
def lake(tmp_path):
    LakeTable(str(tmp_path), "vintages", PARTITION_BY, "never").write(landings(1, 2).assign(table_name=["a/b", "c"]))
    return tmp_path


def partitions(path, contract=VINTAGES):
    return LakePartitionsDataset(path=str(path), table="vintages", partition_by=PARTITION_BY, contract=contract)


def key(table, number):
    return (table, f"{number:016x}", f"{number:016x}")


def test_each_partition_is_read_by_its_values(lake):
    assert partitions(lake).exists()
    readers = partitions(lake).load()
    assert set(readers) == {key("a/b", 1), key("c", 2)}
    assert readers[key("a/b", 1)]()["raw_sha256"].tolist() == [f"{1:064x}"]


def test_a_lake_without_the_table_has_none(tmp_path):
    assert not partitions(tmp_path).exists()
    assert partitions(tmp_path).load() == {}


def test_only_what_is_asked_for_has_to_be_whole_and_in_order(lake):
    first, _ = sorted(lake.rglob("part-0.parquet"))
    first.write_bytes(b"junk")
    readers = partitions(lake).load()
    assert len(readers[key("c", 2)]()) == 1
    with pytest.raises(DamagedFileError, match=r"table_name=a%2Fb/.*is damaged.*kedro run"):
        readers[key("a/b", 1)]()
    with pytest.raises(DataValidationError):
        partitions(lake, "viticast.contracts.raw.RawManifest").load()[key("c", 2)]()


def test_what_is_known_is_not_saved(lake):
    with pytest.raises(DatasetError, match="'vintages' is only read here"):
        partitions(lake).save({})
