import hashlib

import pytest
from kedro.io import DatasetError

from viticast.datasets.bytes_file import BytesDataset
from viticast.datasets.raw_store import RawStoreDataset


def named(*contents):
    return {hashlib.sha256(content).hexdigest(): content for content in contents}


def test_bytes_are_kept_as_they_are(tmp_path):
    dataset = BytesDataset(filepath=str(tmp_path / "picture.png"))
    assert not dataset.exists()
    dataset.save(b"\x89PNG\r\n")
    assert dataset.exists()
    assert dataset.load() == b"\x89PNG\r\n"


def test_raw_files_are_added_and_never_changed(tmp_path):
    store = RawStoreDataset(path=str(tmp_path / "raw"))
    assert not store.exists()
    store.save(named(b"1", b"2"))
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "raw").iterdir()}
    store.save(named(b"1", b"3"))
    assert store.load() == named(b"1", b"2", b"3")
    after = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "raw").iterdir()}
    assert {name: after[name] for name in before} == before


def test_a_raw_file_that_was_damaged_is_named_and_put_right(tmp_path, caplog):
    store = RawStoreDataset(path=str(tmp_path / "raw"))
    store.save(named(b"figures"))
    [name] = named(b"figures")
    (tmp_path / "raw" / name).write_bytes(b"figur")
    with pytest.raises(DatasetError, match=rf"{name} is damaged.*kedro run --pipelines=ingestion"):
        store.load()
    store.save(named(b"figures"))
    assert store.load() == named(b"figures")
    assert f"{name} was damaged and is written anew" in caplog.text


def test_a_raw_file_is_kept_under_no_other_name_than_its_hash(tmp_path):
    with pytest.raises(DatasetError, match="abc is not the SHA-256"):
        RawStoreDataset(path=str(tmp_path / "raw")).save({"abc": b"1"})
    assert not (tmp_path / "raw").exists()
