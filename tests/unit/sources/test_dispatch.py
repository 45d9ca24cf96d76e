import pytest

from viticast.sources import dispatch
from viticast.sources.dispatch import fetch
from viticast.sources.errors import MissingFolderError


def test_a_path_is_a_folder(sample_vintages, registry):
    assert len(fetch(str(sample_vintages["2024-04"]), registry)) == 15


@pytest.mark.parametrize("url", ["http://example.org/download", "HTTPS://example.org/download"])
def test_an_address_is_fetched_over_http(monkeypatch, registry, url):
    monkeypatch.setattr(dispatch, "fetch_http", lambda address, tables: (address, len(tables)))
    assert fetch(url, registry) == (url, 15)


@pytest.mark.parametrize("url", ["s3://bucket/figures", "ftp://example.org"])
def test_other_schemes_are_refused(registry, url):
    with pytest.raises(MissingFolderError, match="neither a folder nor an address"):
        fetch(url, registry)


def test_a_folder_that_does_not_exist(registry):
    with pytest.raises(MissingFolderError, match="the folder no/such/folder does not exist"):
        fetch("no/such/folder", registry)
