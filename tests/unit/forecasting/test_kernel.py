import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

CALL = """
import logging
import numpy as np
logging.basicConfig(format="%(message)s")
from viticast.forecasting.members.ses import MEMBERS
from viticast.forecasting.smoothing import average_by_kernel
for _ in range(2):
    print(average_by_kernel(np.array([[1.0, 2.0, 4.0]]), np.array([3]), MEMBERS[0].grid, (2.0,), 2).tolist())
"""


def call(folder):
    """Two calls of the kernel in a process of its own: what it prints, and what it logs."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", CALL], env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first == second
    return first, done.stderr


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The files of a cache that was written once, and the forecasts of that call."""
    folder = tmp_path_factory.mktemp("cache")
    forecasts, told = call(folder)
    files = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.nb?")}
    assert told == ""
    assert {path.suffix for path in files} == {".nbi", ".nbc"}
    return files, forecasts


def lay_out(folder, files):
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


@pytest.mark.parametrize(
    ("suffix", "damage"),
    [
        (".nbi", lambda data: data[: len(data) // 2]),
        (".nbi", lambda data: b""),
        (".nbi", lambda data: b"garbage"),
        (".nbc", lambda data: data[: len(data) // 2]),
        (".nbc", lambda data: b""),
        (".nbc", lambda data: pickle.dumps(5)),
    ],
    ids=["index cut", "index empty", "index garbage", "code cut", "code empty", "code another object"],
)
def test_a_damaged_cache_is_named_once_and_done_without(whole, tmp_path, suffix, damage):
    files, forecasts = whole
    lay_out(tmp_path, {name: damage(data) if name.suffix == suffix else data for name, data in files.items()})
    again, told = call(tmp_path)
    assert again == forecasts
    assert told.count("\n") == 1
    assert str(tmp_path / next(iter(files)).parent) in told
    assert "delete it" in told


def test_an_index_that_is_a_folder_is_done_without(whole, tmp_path):
    files, forecasts = whole
    for name in files:
        if name.suffix == ".nbi":
            (tmp_path / name).mkdir(parents=True)
    again, told = call(tmp_path)
    assert again == forecasts
    assert told.count("\n") == 1


def test_a_cache_folder_that_is_a_file_is_done_without(whole, tmp_path):
    (tmp_path / "cache").write_text("")
    assert call(tmp_path / "cache")[0] == whole[1]


def test_a_whole_cache_is_used_in_silence(whole, tmp_path):
    files, forecasts = whole
    lay_out(tmp_path, files)
    before = {path: path.stat().st_mtime_ns for path in Path(tmp_path).rglob("*.nb?")}
    assert call(tmp_path) == (forecasts, "")
    assert {path: path.stat().st_mtime_ns for path in Path(tmp_path).rglob("*.nb?")} == before
