import pandas as pd
import pytest

from viticast.provenance.errors import SeveralFilesError, UnknownFileError
from viticast.provenance.raw import file_hash, find_landed, landed_files, raw_file

HASHES = ["abcd1" + "0" * 59, "abcd2" + "0" * 59, file_hash(b"figures")]


@pytest.fixture
def landed() -> pd.DataFrame:
    return pd.DataFrame({"raw_sha256": [*HASHES, HASHES[2]], "address": ["a.csv", "a.csv", "b.csv", "c.csv"]})


@pytest.mark.parametrize(("content", "state"), [(b"figures", "ok"), (b"figure", "damaged"), (None, "missing")])
def test_bytes_are_checked_against_their_hash(content: bytes | None, state: str) -> None:
    assert raw_file(HASHES[2], "raw/x", content).state == state


def test_a_file_that_any_table_names_has_landed() -> None:
    manifest = pd.DataFrame({"raw_sha256": ["b", "a"], "address": ["2", "1"], "bytes": [1, 2]})
    findings = pd.DataFrame({"raw_sha256": ["a", "a", "c"], "address": ["1", "1", "3"]})
    assert landed_files(manifest, findings)["raw_sha256"].tolist() == ["a", "b", "c"]


@pytest.mark.parametrize("asked", ["b.csv", HASHES[2], HASHES[2][:4], HASHES[2].upper()])
def test_a_file_is_found_by_address_hash_and_beginning(landed: pd.DataFrame, asked: str) -> None:
    assert find_landed(asked, None, landed) == HASHES[2]


def test_a_path_is_found_by_its_bytes_and_not_by_its_name(landed: pd.DataFrame) -> None:
    assert find_landed("a.csv", b"figures", landed) == HASHES[2]


def test_bytes_that_never_landed_end_with_what_came_from_that_path(landed: pd.DataFrame) -> None:
    with pytest.raises(UnknownFileError, match=f"b.csv .{file_hash(b'new')}. have never landed.*{HASHES[2]}"):
        find_landed("b.csv", b"new", landed)
    with pytest.raises(UnknownFileError) as caught:
        find_landed("elsewhere.csv", b"new", landed)
    assert "From this address" not in str(caught.value)


@pytest.mark.parametrize("asked", ["a.csv", "abcd"])
def test_what_stands_for_several_files_is_refused_with_their_hashes(landed: pd.DataFrame, asked: str) -> None:
    with pytest.raises(SeveralFilesError, match=f"2 files.*\n  {HASHES[0]}  a.csv\n  {HASHES[1]}  a.csv"):
        find_landed(asked, None, landed)


def test_a_long_list_of_files_is_cut() -> None:
    many = pd.DataFrame({"raw_sha256": [f"abcd{digit:060x}" for digit in range(9)], "address": "a.csv"})
    with pytest.raises(SeveralFilesError, match="and 4 more") as caught:
        find_landed("abcd", None, many)
    assert len(str(caught.value).splitlines()) == 7


@pytest.mark.parametrize("asked", ["abc", "none.csv", "0" * 65])
def test_what_is_no_file_and_no_hash_is_refused(landed: pd.DataFrame, asked: str) -> None:
    with pytest.raises(UnknownFileError, match="neither a file, nor an address"):
        find_landed(asked, None, landed)


def test_a_hash_that_nothing_has_is_refused(landed: pd.DataFrame) -> None:
    with pytest.raises(UnknownFileError, match=r"begins with 0123 has landed; 3 files have.*--source"):
        find_landed("0123", None, landed)
