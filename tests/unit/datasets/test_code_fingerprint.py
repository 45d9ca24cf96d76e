import re
import sys

import pytest
from kedro.io import DatasetError

from viticast.datasets import code_fingerprint
from viticast.datasets.code_fingerprint import CodeFingerprintDataset


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package that can be imported, and nothing else of it left when the test ends."""
    folder = tmp_path / "fingerprinted"
    (folder / "inner").mkdir(parents=True)
    for name in ("__init__.py", "code.py", "inner/__init__.py"):
        (folder / name).write_text("x = 1\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder
    for name in [name for name in sys.modules if name.split(".")[0] == "fingerprinted"]:
        del sys.modules[name]


def fingerprint(*distributions, packages=("fingerprinted",)):
    return CodeFingerprintDataset(packages=list(packages), distributions=list(distributions)).load()


def test_a_fingerprint_is_a_hash_that_stays(package):
    assert re.fullmatch(r"[0-9a-f]{64}", fingerprint("numpy"))
    assert fingerprint("numpy") == fingerprint("numpy")


@pytest.mark.parametrize(
    ("name", "content"),
    [("code.py", "x = 2\n"), ("inner/__init__.py", "x = 2\n"), ("new.py", ""), ("inner/new.py", "")],
)
def test_other_code_has_another_fingerprint(package, name, content):
    before = fingerprint()
    (package / name).write_text(content, encoding="utf-8")
    assert fingerprint() != before


def test_a_module_that_moves_changes_the_fingerprint(package):
    before = fingerprint()
    (package / "code.py").rename(package / "other.py")
    assert fingerprint() != before


@pytest.mark.parametrize("name", ["notes.txt", "__pycache__/code.py", "inner/__pycache__/code.cpython-311.pyc"])
def test_what_is_no_code_does_not_count(package, name):
    before = fingerprint()
    (package / name).parent.mkdir(exist_ok=True)
    (package / name).write_text("anything", encoding="utf-8")
    assert fingerprint() == before


def test_other_libraries_and_other_versions_have_another_fingerprint(package, monkeypatch):
    before = fingerprint("numpy", "pandas")
    assert fingerprint("pandas", "numpy") == before
    assert fingerprint("numpy") != before
    monkeypatch.setattr(code_fingerprint, "version", lambda name: "0.0.1")
    assert fingerprint("numpy", "pandas") != before


def test_code_is_not_saved():
    with pytest.raises(DatasetError):
        CodeFingerprintDataset(packages=[], distributions=[]).save("x")
