"""An expected error is one message that says what to do; any other keeps its traceback."""

import pytest
from click.testing import CliRunner
from kedro.io import AbstractDataset, DataCatalog, DatasetError

from viticast.commands.plain import PlainErrors
from viticast.contracts.declared import DeclarationError
from viticast.lake.storage import DamagedFileError


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


def test_an_error_that_nobody_expects_keeps_its_traceback():
    def fail():
        raise KeyError("x")

    assert isinstance(CliRunner().invoke(PlainErrors(name="ask", callback=fail)).exception, KeyError)
    assert isinstance(ended(KeyError("x")).exception, SystemExit)
    assert "Error: DatasetError: " in ended(KeyError("x")).output
