import json

import pandas as pd
import pytest
from kedro.io import AbstractDataset, DatasetError

from viticast.datasets.atomic import AtomicDataset

FRAME = pd.DataFrame({"a": [1, 2], "b": ["x", "ç"]})
FORMATS = {
    "json": ({"type": "json.JSONDataset"}, {"a": [1, "ç"]}, {"a": [2]}),
    "txt": ({"type": "text.TextDataset"}, "olá\n", "tchau"),
    "csv": ({"type": "pandas.CSVDataset", "save_args": {"index": False}}, FRAME, FRAME.head(1)),
    "png": ({"type": "viticast.datasets.bytes_file.BytesDataset"}, b"\x89PNG", b"\x00"),
}


class HalfDataset(AbstractDataset):
    """Writes half of its file and then fails."""

    def __init__(self, filepath):
        self._filepath = filepath

    def save(self, data):
        with open(self._filepath, "w") as stream:  # noqa: PTH123
            stream.write("half")
        raise OSError("disk full")

    def load(self):
        raise NotImplementedError

    def _describe(self):
        return {}


def same(one, other):
    return one.equals(other) if isinstance(one, pd.DataFrame) else one == other


@pytest.fixture(params=sorted(FORMATS))
def case(request, tmp_path):
    definition, first, second = FORMATS[request.param]
    target = tmp_path / "folder" / f"target.{request.param}"
    return AtomicDataset(filepath=str(target), dataset=definition), target, first, second


def test_data_comes_back_as_the_other_dataset_gives_it(case):
    dataset, target, first, _ = case
    assert not dataset.exists()
    dataset.save(first)
    assert dataset.exists()
    assert same(dataset.load(), first)
    assert list(target.parent.iterdir()) == [target]


def test_a_change_replaces_the_file(case):
    dataset, target, first, second = case
    dataset.save(first)
    before = target.stat().st_ino
    dataset.save(second)
    assert same(dataset.load(), second)
    assert target.stat().st_ino != before


def test_a_file_that_would_not_change_is_left_alone(case):
    dataset, target, first, _ = case
    dataset.save(first)
    before = (target.stat().st_mtime_ns, target.stat().st_ino)
    dataset.save(first)
    assert (target.stat().st_mtime_ns, target.stat().st_ino) == before


def test_the_target_stays_whole_when_the_other_dataset_fails(tmp_path):
    target = tmp_path / "target.txt"
    target.write_text("whole", encoding="utf-8")
    dataset = AtomicDataset(filepath=str(target), dataset={"type": HalfDataset})
    with pytest.raises(DatasetError, match="disk full"):
        dataset.save("anything")
    assert list(tmp_path.iterdir()) == [target]
    assert target.read_text(encoding="utf-8") == "whole"


def test_data_of_the_wrong_kind_leaves_the_old_file(tmp_path):
    target = tmp_path / "target.json"
    dataset = AtomicDataset(filepath=str(target), dataset={"type": "json.JSONDataset"})
    dataset.save({"a": 1})
    with pytest.raises(DatasetError):
        dataset.save({"a": object()})
    assert json.loads(target.read_text(encoding="utf-8")) == {"a": 1}
    assert list(tmp_path.iterdir()) == [target]


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(DatasetError):
        AtomicDataset(filepath=str(tmp_path / "none.txt"), dataset={"type": "text.TextDataset"}).load()
