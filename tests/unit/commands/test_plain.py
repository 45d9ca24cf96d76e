"""An expected error is one message that says what to do; any other keeps its traceback."""

import pytest
from click.testing import CliRunner
from kedro.io import AbstractDataset, DataCatalog, DatasetError
from omegaconf import OmegaConf

from viticast.commands.plain import PlainErrors
from viticast.contracts.declared import DeclarationError
from viticast.lake.aws.settings import MissingSettingsError
from viticast.lake.errors import AccessDeniedError, TableMissingError
from viticast.lake.storage import DamagedFileError
from viticast.registry.publication import NothingPublishedError, OtherChampionError


class Broken(AbstractDataset):
    def __init__(self, error, cause=None):
        self.error, self.cause = error, cause

    def load(self):
        raise self.error from self.cause

    def save(self, data):
        raise self.error

    def _describe(self):
        return {}


def ended(error, cause=None):
    catalog = DataCatalog({"figures": Broken(error, cause)})
    return CliRunner().invoke(PlainErrors(name="ask", callback=lambda: catalog.load("figures")))


@pytest.mark.parametrize("error", [DamagedFileError("a.parquet is damaged. Do this"), FileNotFoundError("no a.yml")])
def test_what_is_wrong_with_a_file_comes_without_kedros_words_about_its_dataset(error):
    assert ended(error).output.startswith(f"Error: {type(error).__name__}: {error}\n")


def test_an_error_of_a_dataset_is_said_whole_whatever_caused_it():
    said = ended(DatasetError("receipt is missing. Run: kedro run"), FileNotFoundError(2, "No such file")).output
    assert said.startswith("Error: DatasetError: ")
    assert "receipt is missing. Run: kedro run" in said.splitlines()[0]


def test_a_declaration_that_is_wrong_is_expected():
    def fail():
        raise DeclarationError("a.yml: entries: Field required")

    result = CliRunner().invoke(PlainErrors(name="ask", callback=fail))
    assert result.exit_code == 1
    assert result.output.startswith("Error: DeclarationError: a.yml: entries: Field required\n")


@pytest.fixture
def configured(tmp_path):
    """A setting whose value a resolver gives, or refuses to give."""

    def make(resolver):
        OmegaConf.register_new_resolver("test_only", resolver, replace=True)
        return OmegaConf.create({"bucket": "${test_only:}"})

    yield make
    OmegaConf.clear_resolver("test_only")


def test_what_a_setting_lacks_is_said_without_the_words_of_omegaconf(configured):
    def refuse():
        raise MissingSettingsError("VITICAST_AWS_BUCKET is missing. Set it")

    settings = configured(refuse)
    result = CliRunner().invoke(PlainErrors(name="ask", callback=lambda: settings.bucket))
    assert result.exit_code == 1
    assert result.output.startswith("Error: MissingSettingsError: VITICAST_AWS_BUCKET is missing. Set it\n")


def test_a_setting_that_cannot_be_found_is_one_message():
    settings = OmegaConf.create({"bucket": "${nowhere}"})
    result = CliRunner().invoke(PlainErrors(name="ask", callback=lambda: settings.bucket))
    assert result.exit_code == 1
    assert result.output.startswith("Error: InterpolationKeyError: Interpolation key 'nowhere' not found")


@pytest.mark.parametrize("error", [AccessDeniedError("may not. Allow it"), TableMissingError("no table. Run kedro")])
def test_a_fault_of_a_service_is_one_message(error):
    def fail():
        raise error

    expected = f"Error: {type(error).__name__}: {error}\n"
    assert CliRunner().invoke(PlainErrors(name="ask", callback=fail)).output.startswith(expected)
    assert ended(error).output.startswith(expected)


@pytest.mark.parametrize("error", [NothingPublishedError("no. Run it"), OtherChampionError("other. Run it")])
def test_what_cannot_be_published_is_one_message(error):
    def fail():
        raise error

    result = CliRunner().invoke(PlainErrors(name="ask", callback=fail))
    assert result.output.startswith(f"Error: {type(error).__name__}: {error}\n")


def test_an_error_that_nobody_expects_keeps_its_traceback():
    def fail():
        raise KeyError("x")

    assert isinstance(CliRunner().invoke(PlainErrors(name="ask", callback=fail)).exception, KeyError)
    assert isinstance(ended(KeyError("x")).exception, SystemExit)
    assert "Error: DatasetError: " in ended(KeyError("x")).output
