import pytest
from kedro.io import DatasetError

from viticast.datasets.source_files import SourceFilesDataset
from viticast.sources.errors import MissingFolderError

USUAL = {"sample": "data/00_sample", "embrapa": "http://example.org"}


@pytest.mark.parametrize(
    ("source", "url", "expected", "is_synthetic"),
    [
        ("sample", None, "data/00_sample", True),
        ("embrapa", None, "http://example.org", False),
        ("embrapa", "folder", "folder", False),
        ("sample", "folder", "folder", True),
    ],
)
def test_a_source_has_an_address(source, url, expected, is_synthetic):
    found = SourceFilesDataset(source=source, url=url, default_urls=USUAL).load()
    assert (found.name, found.url, found.is_synthetic) == (source, expected, is_synthetic)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("ibge", "source 'ibge' is unknown. Use one of: sample, embrapa"),
        ("embrapa", "source 'embrapa' has no usual address.*--params source=embrapa,source_url=<folder or address>"),
    ],
)
def test_a_source_that_cannot_be_read_says_what_to_do(source, message):
    with pytest.raises(DatasetError, match=message):
        SourceFilesDataset(source=source, default_urls={}).load()


def test_a_source_is_asked_for_its_files(tmp_path, registry):
    source = SourceFilesDataset(source="embrapa", url=str(tmp_path / "none"), default_urls=USUAL).load()
    with pytest.raises(MissingFolderError):
        source.fetch(registry)


def test_the_sample_is_a_source(sample_vintages, registry):
    folder = sample_vintages["2025-04"]
    files = SourceFilesDataset(source="sample", url=str(folder), default_urls=USUAL).load().fetch(registry)
    assert {file.table_name for file in files} == set(registry.names)


def test_a_source_is_only_read():
    with pytest.raises(DatasetError, match="only read"):
        SourceFilesDataset(source="sample", default_urls=USUAL).save("x")
