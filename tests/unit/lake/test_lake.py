import hashlib

import pandas as pd
import pytest

from viticast.contracts.lake import LAKE_TABLES
from viticast.contracts.raw import RawManifest
from viticast.lake.lake import Lake
from viticast.lake.table import LakeTable

BYTES = b"Id;Produto;1970\n"
SHA256 = hashlib.sha256(BYTES).hexdigest()


@pytest.fixture
def lake(tmp_path):
    return Lake("sample", str(tmp_path / "lake"), str(tmp_path / "raw"), str(tmp_path / "primary"))


def test_tables_that_have_no_partition_have_the_columns_of_their_contract(lake):
    for name, contract in LAKE_TABLES.items():
        frame = lake.table(name)
        assert frame.empty
        assert list(frame.columns) == list(contract.model.to_schema().columns)
    assert lake.manifest().empty
    assert "series_id" in lake.crosswalk()


def test_a_table_is_read_whole_or_by_partition(lake):
    rows = pd.DataFrame({"snapshot_id": ["a", "b"], "value": [1.0, 2.0]}).astype({"snapshot_id": "str"})
    LakeTable(lake.root, "panel", ["snapshot_id"], "changed").write(rows)
    assert lake.table("panel")["value"].tolist() == [1.0, 2.0]
    assert lake.table("panel", snapshot_id="b")["value"].tolist() == [2.0]
    assert lake.table("panel", snapshot_id="c").empty


def test_a_table_without_a_contract_is_no_table_of_the_lake(lake):
    with pytest.raises(KeyError):
        lake.table("wines")


def test_the_manifest_and_the_crosswalk_lie_beside_the_lake(lake, tmp_path):
    manifest = pd.DataFrame(
        {"table_name": ["Producao"], "raw_sha256": [SHA256], "landing_id": ["1" * 16], "bytes": [5]}
    )
    LakeTable(str(tmp_path / "raw"), "manifest", ["table_name", "raw_sha256", "landing_id"], "never").write(manifest)
    labels = pd.DataFrame({"source": ["sample"], "batch_id": ["000001-" + "0" * 16], "item_key": ["chile"]})
    LakeTable(str(tmp_path / "primary"), "crosswalk", ["source", "batch_id"], "never").write(labels)
    assert lake.manifest()["bytes"].tolist() == [5]
    assert lake.crosswalk()["item_key"].tolist() == ["chile"]
    assert set(manifest.columns) <= set(RawManifest.to_schema().columns)


def test_raw_bytes_are_those_of_the_file_or_none(lake, tmp_path):
    assert lake.raw_bytes(SHA256) is None
    (tmp_path / "raw" / "files").mkdir(parents=True)
    (tmp_path / "raw" / "files" / SHA256).write_bytes(BYTES)
    assert lake.raw_bytes(SHA256) == BYTES
    assert lake.raw_path(SHA256) == f"{tmp_path}/raw/files/{SHA256}"


def test_an_address_of_an_object_store_keeps_its_protocol():
    assert Lake("sample", "s3://b/lake", "s3://b/raw/", "s3://b/primary").raw_path("x") == "s3://b/raw/files/x"
