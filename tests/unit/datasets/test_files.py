import json

import pytest
from kedro.io import DatasetError

from viticast.datasets.bytes_file import BytesDataset
from viticast.datasets.raw_store import RawStoreDataset
from viticast.datasets.receipt import read_receipt


def test_bytes_are_kept_as_they_are(tmp_path):
    dataset = BytesDataset(filepath=str(tmp_path / "picture.png"))
    assert not dataset.exists()
    dataset.save(b"\x89PNG\r\n")
    assert dataset.exists()
    assert dataset.load() == b"\x89PNG\r\n"


def test_raw_files_are_added_and_never_changed(tmp_path):
    store = RawStoreDataset(path=str(tmp_path / "raw"))
    assert not store.exists()
    store.save({"aa": b"1", "bb": b"2"})
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "raw").iterdir()}
    store.save({"aa": b"another", "cc": b"3"})
    assert store.load() == {"aa": b"1", "bb": b"2", "cc": b"3"}
    after = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "raw").iterdir()}
    assert {name: after[name] for name in before} == before


def test_a_receipt_is_read(tmp_path):
    path = tmp_path / "receipt.json"
    path.write_text(json.dumps({"snapshot_id": "ç"}), encoding="utf-8")
    assert read_receipt(path) == {"snapshot_id": "ç"}


def test_a_receipt_that_was_never_written_says_what_to_run(tmp_path):
    with pytest.raises(DatasetError, match=r"has not run yet\. Run them all once: kedro run"):
        read_receipt(tmp_path / "receipt.json")
