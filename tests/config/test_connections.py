"""Every connection file can be read, and is about tables that there are."""

from pathlib import Path

import pytest
import yaml

from viticast.sources.connections import ApiConnection, Connection, DatabaseConnection, FilesConnection, read_connection
from viticast.sources.connections.answers import Success
from viticast.sources.connections.api import Years
from viticast.sources.connections.numbers import Numbers
from viticast.sources.connections.requests import Requests

FOLDER = Path(__file__).resolve().parents[2] / "conf" / "base" / "connections"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yml"))


def read(name: str) -> Connection:
    return read_connection(yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8")), f"{name}.yml")


@pytest.mark.parametrize("name", NAMES)
def test_a_connection_is_about_tables_that_there_are(name, registry):
    connection = read(name)
    if isinstance(connection, ApiConnection):
        assert set(connection.tables) == set(registry.names)
    elif isinstance(connection, DatabaseConnection):
        assert {*connection.wide, *connection.long} <= set(registry.names)
        assert connection.layout == "wide" or set(connection.long) == set(registry.names)


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_the_file_begins_with_its_kind(name):
    assert name.split("_")[0] == read(name).kind


def test_each_kind_has_a_file_of_its_name():
    kinds = {"files": FilesConnection, "database": DatabaseConnection, "api": ApiConnection}
    assert {kind: type(read(kind)) for kind in kinds} == kinds


@pytest.mark.parametrize("name", ["files", "api", "database"])
def test_what_a_file_explains_is_what_holds_without_it(name):
    """What is written there only to be explained must not differ from what other files leave out."""
    connection = read(name)
    fields = type(connection).model_fields
    for key in {"requests", "numbers", "success", "years", "provenance", "refresh", "pages"} & set(fields):
        assert getattr(connection, key) == fields[key].get_default(), key


def test_the_file_of_each_kind_has_every_key():
    for kind, model in {"files": FilesConnection, "database": DatabaseConnection, "api": ApiConnection}.items():
        text = (FOLDER / f"{kind}.yml").read_text(encoding="utf-8")
        of_long_tables = {"long", "fields", "absent"} if kind == "database" else set()
        assert set(model.model_fields) - set(yaml.safe_load(text)) == of_long_tables
        for name, part in {"requests": Requests, "success": Success, "years": Years, "numbers": Numbers}.items():
            if name in model.model_fields:
                assert set(yaml.safe_load(text)[name]) == set(part.model_fields)


@pytest.mark.parametrize("name", NAMES)
def test_no_secret_is_in_a_connection_file(name):
    lines = (FOLDER / f"{name}.yml").read_text(encoding="utf-8").splitlines()
    for line in lines:
        assert not line.split("#")[0].strip().startswith(("password:", "token_value:", "username:"))
        assert "@" not in line.split("#")[0].replace('"@"', "")
