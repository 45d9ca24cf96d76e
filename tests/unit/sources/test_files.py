import shutil
from datetime import UTC, date, datetime

import pytest

from viticast.sources.errors import MissingFileError, MissingFolderError
from viticast.sources.fetched import NotFetched
from viticast.sources.files import fetch_folder

NOW = datetime(2025, 5, 1, tzinfo=UTC)


def test_one_vintage(sample_vintages, registry):
    files = fetch_folder(sample_vintages["2025-04"], registry, fetched_at=NOW)
    assert [file.table_name for file in files] == list(registry.names)
    first = files[0]
    assert first.content == (sample_vintages["2025-04"] / "Producao.csv").read_bytes()
    assert (first.fetched_at, first.status, first.published_at) == (NOW, None, date(2025, 4, 1))


def test_all_vintages_in_the_order_of_their_names(sample_vintages, registry):
    files = fetch_folder(sample_vintages["2025-04"].parent, registry)
    assert [file.published_at for file in files] == [date(2024, 4, 1)] * 15 + [date(2025, 4, 1)] * 15
    assert files[0].fetched_at.tzinfo is UTC


def test_the_address_is_the_path_as_given(sample_vintages, registry, monkeypatch):
    monkeypatch.chdir(sample_vintages["2025-04"].parent)
    assert fetch_folder("2025-04", registry)[0].address == "2025-04/Producao.csv"
    assert fetch_folder(".", registry)[0].address == "2024-04/Producao.csv"


def test_a_relative_folder_declares_its_month_too(sample_vintages, registry, monkeypatch):
    monkeypatch.chdir(sample_vintages["2025-04"])
    assert fetch_folder(".", registry)[0].published_at == date(2025, 4, 1)


@pytest.mark.parametrize("name", ["figures", "2025-13", "2025-4", "x2025-04"])
def test_another_name_declares_nothing(sample_vintages, registry, tmp_path, name):
    shutil.copytree(sample_vintages["2025-04"], tmp_path / name)
    assert {file.published_at for file in fetch_folder(tmp_path / name, registry)} == {None}


def test_missing_files_stop_no_other(sample_vintages, registry, tmp_path):
    for vintage, path in sample_vintages.items():
        shutil.copytree(path, tmp_path / vintage)
    (tmp_path / "2024-04" / "ExpUva.csv").unlink()
    (tmp_path / "2025-04" / "Comercio.csv").unlink()
    fetched = fetch_folder(tmp_path, registry)
    missing = [one for one in fetched if isinstance(one, NotFetched)]
    assert len(fetched) == 30
    assert [one.table_name for one in missing] == ["ExpUva", "Comercio"]
    assert missing[0].address == f"{tmp_path.as_posix()}/2024-04/ExpUva.csv"
    [error] = missing[0].errors
    assert (type(error), error.table) == (MissingFileError, "ExpUva")
    assert "2024-04/ExpUva.csv does not exist. Remedy: download the files from" in str(error)


def test_a_folder_that_does_not_exist_says_what_to_give(registry, tmp_path):
    with pytest.raises(MissingFolderError, match=r"nowhere does not exist. Remedy: give a folder with the 15 CSV"):
        fetch_folder(tmp_path / "nowhere", registry)


def test_a_file_is_no_folder(registry, sample_vintages):
    with pytest.raises(MissingFolderError):
        fetch_folder(sample_vintages["2025-04"] / "Producao.csv", registry)


def test_a_folder_without_figures_says_so(registry, tmp_path):
    (tmp_path / "notes").mkdir()
    with pytest.raises(MissingFolderError, match=r"holds a file such as Producao\.csv"):
        fetch_folder(tmp_path, registry)
