import json

import pytest
from kedro.io import DatasetError

from viticast.contracts.receipts import FeatureReceipt
from viticast.datasets.receipt import ReceiptDataset, read_receipt

CONTENT = {
    "source": "sample",
    "is_synthetic": True,
    "snapshot_id": "0" * 16,
    "last_years": {"Producao": 2024},
    "series": 3,
    "leaf_series": 2,
    "panel_sha256": "a" * 64,
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "lake" / "receipt.json"


def dataset(path):
    return ReceiptDataset(filepath=str(path), contract=f"{FeatureReceipt.__module__}.FeatureReceipt")


def test_a_receipt_comes_back(path):
    assert not dataset(path).exists()
    dataset(path).save(CONTENT)
    assert dataset(path).exists()
    assert dataset(path).load() == CONTENT
    assert [found.name for found in path.parent.iterdir()] == ["receipt.json"]


def test_a_receipt_that_says_the_same_keeps_its_file(path):
    dataset(path).save(CONTENT)
    before = (path.stat().st_ino, path.stat().st_mtime_ns)
    dataset(path).save(dict(reversed(CONTENT.items())))
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == before


def test_a_run_reads_its_own_receipt_and_not_that_of_another(path):
    mine = dataset(path)
    mine.save(CONTENT)
    dataset(path).save(CONTENT | {"snapshot_id": "1" * 16})
    assert mine.load()["snapshot_id"] == "0" * 16
    assert dataset(path).load()["snapshot_id"] == "1" * 16


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is damaged"),
        ('{"source": "sam', "is damaged"),
        ("\x00\x00", "is damaged"),
        ("[1]", r"is damaged \(it holds no JSON object\)"),
        ("{}", "is incomplete: .*snapshot_id: Field required"),
        (json.dumps(CONTENT | {"panel_sha256": "a"}), "is incomplete: panel_sha256: String should match"),
        (json.dumps(CONTENT | {"more": 1}), "is incomplete: more: Extra inputs"),
    ],
)
def test_a_receipt_that_is_not_whole_is_named_with_a_remedy(path, text, message):
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DatasetError, match=rf"receipt\.json {message}.*kedro run"):
        dataset(path).load()


def test_a_receipt_in_another_encoding_is_damaged(path):
    path.parent.mkdir()
    path.write_bytes(b'{"source": "\xe7"}')
    with pytest.raises(DatasetError, match=r"receipt\.json is damaged.*kedro run"):
        read_receipt(str(path))


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000], ids=["arrays", "objects"])
def test_a_receipt_that_is_nested_without_end_is_damaged(path, text):
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DatasetError, match=r"^\S*receipt\.json is damaged.*kedro run"):
        read_receipt(str(path))


def test_a_folder_in_the_place_of_a_receipt_is_named_with_a_remedy(path):
    path.mkdir(parents=True)
    with pytest.raises(
        DatasetError, match=r"^\S*receipt\.json cannot be read \(Is a directory\).*moved away.*kedro run"
    ):
        read_receipt(str(path))


def test_a_receipt_that_was_never_written_says_what_to_run(path):
    with pytest.raises(DatasetError, match=r"has not run yet\. Run them all once: kedro run"):
        dataset(path).load()


@pytest.mark.parametrize("change", [{"panel_sha256": None}, {"series": 0}, {"last_years": {}}])
def test_what_breaks_the_contract_is_not_written(path, change):
    dataset(path).save(CONTENT)
    with pytest.raises(DatasetError, match=next(iter(change))):
        dataset(path).save(CONTENT | change)
    assert dataset(path).load() == CONTENT
