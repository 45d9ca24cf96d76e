import pytest
from kedro.io import DatasetError

from viticast.contracts.declared import DeclarationError
from viticast.datasets.figure_source import FigureSourceDataset
from viticast.sources.errors import CredentialsError, MissingFolderError

USUAL = {"sample": "data/00_sample", "embrapa": "http://example.org", "api": None, "database": None}
API = """
kind: api
is_synthetic: {synthetic}
records: {{fields: {{item: [produto], quantity: [quantidade]}}}}
tables: {{Producao: {{path: /producao, query: {{ano: "{{year}}"}}}}}}
"""


@pytest.fixture
def files(tmp_path):
    path = tmp_path / "files.yml"
    path.write_text("kind: files\n", encoding="utf-8")
    return str(path)


@pytest.fixture
def api(tmp_path):
    def write(synthetic="false"):
        path = tmp_path / "api.yml"
        path.write_text(API.format(synthetic=synthetic), encoding="utf-8")
        return str(path)

    return write


@pytest.mark.parametrize(
    ("source", "url", "expected", "is_synthetic"),
    [
        ("sample", None, "data/00_sample", True),
        ("embrapa", None, "http://example.org", False),
        ("embrapa", "folder", "folder", False),
        ("sample", "folder", "folder", True),
    ],
)
def test_a_source_has_an_address(files, source, url, expected, is_synthetic):
    found = FigureSourceDataset(source=source, url=url, default_urls=USUAL, connection=files).load()
    assert (found.name, found.url, found.is_synthetic) == (source, expected, is_synthetic)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("ibge", "source 'ibge' is unknown. Use one of: sample, embrapa, api, database"),
        ("embrapa", "source 'embrapa' has no usual address.*source=embrapa,source_url=<folder or http address>"),
        ("api", "source 'api' has no usual address.*source=api,source_url=<http address>"),
        ("database", "source 'database' has no usual address.*source_url=<SQLAlchemy URL, e.g. sqlite:///"),
    ],
)
def test_a_source_that_cannot_be_read_says_what_to_do(files, source, message):
    with pytest.raises(DatasetError, match=message):
        FigureSourceDataset(source=source, default_urls={}, connection=files).load()


def test_a_source_is_asked_for_its_files(tmp_path, files, registry):
    source = FigureSourceDataset(
        source="embrapa", url=str(tmp_path / "none"), default_urls=USUAL, connection=files
    ).load()
    with pytest.raises(MissingFolderError):
        source.fetch(registry)


def test_the_sample_is_a_source(sample_vintages, files, registry):
    folder = sample_vintages["2025-04"]
    source = FigureSourceDataset(source="sample", url=str(folder), default_urls=USUAL, connection=files).load()
    assert {file.table_name for file in source.fetch(registry)} == set(registry.names)


def test_a_source_is_only_read(files):
    with pytest.raises(DatasetError, match="only read"):
        FigureSourceDataset(source="sample", default_urls=USUAL, connection=files).save("x")


@pytest.mark.parametrize(("declared", "expected"), [("true", True), ("false", False)])
def test_an_api_may_declare_that_its_figures_are_made_up(api, declared, expected):
    source = FigureSourceDataset(
        source="api", url="http://127.0.0.1:1", default_urls=USUAL, connection=api(declared)
    ).load()
    assert source.is_synthetic is expected


def test_a_connection_file_is_for_its_kind_of_source(api, files):
    for source, connection in (("embrapa", api()), ("api", files), ("database", files)):
        found = FigureSourceDataset(source=source, url="x", default_urls=USUAL, connection=connection).load()
        with pytest.raises(DeclarationError, match=r"is for a source of the kind .* Remedy: give another file"):
            _ = found.connection


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "cannot be read: .*No such file.*--params connection=<file>"),
        ("kind: [", "is no YAML"),
        ("kind: soap", "has the kind 'soap'"),
        ("kind: files\nrequests: {atempts: 3}", "requests.atempts: Extra inputs are not permitted"),
        ("", "has no `kind`"),
    ],
)
def test_a_connection_file_that_cannot_be_understood_is_named(tmp_path, text, message):
    path = tmp_path / "mine.yml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    source = FigureSourceDataset(source="embrapa", url="x", default_urls=USUAL, connection=str(path)).load()
    with pytest.raises(DeclarationError, match=rf"(?s)mine\.yml.*{message}"):
        _ = source.connection


def test_what_is_not_given_is_no_credential(files):
    given = {"username": "ana", "password": "", "token": None}
    source = FigureSourceDataset(source="sample", default_urls=USUAL, connection=files, credentials=given).load()
    assert (source.credentials.username, source.credentials.password, source.credentials.token) == ("ana", None, None)


def test_no_text_shows_a_credential(files):
    given = {"username": "ana", "password": "geheim", "token": "tok", "database_password": "geheim"}
    dataset = FigureSourceDataset(source="sample", default_urls=USUAL, connection=files, credentials=given)
    source = dataset.load()
    for text in (repr(dataset), str(dataset), repr(source), repr(source.credentials), str(source.credentials)):
        assert "geheim" not in text
        assert "tok" not in text.replace("token", "")


@pytest.mark.parametrize("url", ["http://ana:geheim@127.0.0.1:1/x", "http://127.0.0.1:1/x?api_key=geheim"])
def test_a_secret_in_the_address_is_refused_before_anybody_can_show_it(files, url):
    with pytest.raises(DatasetError, match="VITICAST_PASSWORD") as raised:
        FigureSourceDataset(source="embrapa", url=url, default_urls=USUAL, connection=files).load()
    assert isinstance(raised.value.__cause__, CredentialsError)
    assert "geheim" not in str(raised.value)


def test_a_source_says_how_it_is_asked_again(files):
    given = {"connection": "mine.yml", "declarations": None}
    source = FigureSourceDataset(source="embrapa", url="x", default_urls=USUAL, connection=files, given=given).load()
    assert source.origin.run_params == "source=embrapa,source_url=x,connection=mine.yml"
