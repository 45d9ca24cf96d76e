from dataclasses import replace

import pytest

from viticast.contracts.declared import DeclarationError
from viticast.sources.batch import check_and_read_all
from viticast.sources.connections import FILES, read_connection
from viticast.sources.errors import MissingFileError
from viticast.sources.fetched import NotFetched
from viticast.sources.files import fetch_folder
from viticast.sources.probe import describe, narrowed

API = {
    "kind": "api",
    "records": {"fields": {"item": ["produto"], "quantity": ["quantidade"]}},
    "tables": {name: {"path": "/x", "query": {"ano": "{year}"}} for name in ("Producao", "Comercio", "ImpSuco")},
}


@pytest.fixture(scope="module")
def suco(sample_vintages, registry):
    files = fetch_folder(sample_vintages["2025-04"], registry)
    return next(file for file in files if file.table_name == "ImpSuco")


def test_an_api_is_asked_for_fewer_tables_and_years(registry):
    connection, chosen = narrowed(read_connection(API), registry, ["ImpSuco"], (2020, 2022))
    assert chosen.names == ("ImpSuco",)
    assert list(connection.tables) == ["ImpSuco"]
    assert (connection.years.first, connection.years.last) == (2020, 2022)


def test_without_a_choice_all_is_asked_for(registry):
    declared = read_connection(API)
    connection, chosen = narrowed(declared, registry, [], None)
    assert (connection, chosen.names) == (declared, registry.names)
    assert narrowed(FILES, registry, [], (2020, 2022))[0] is FILES


@pytest.mark.parametrize("name", ["Vinhos", "ExpUva"])
def test_a_table_that_there_is_not_is_named(registry, name):
    with pytest.raises(DeclarationError, match=f"no table is named {name}"):
        narrowed(read_connection(API), registry, [name], None)


def test_a_table_that_can_be_read_is_described(suco, registry):
    [read] = check_and_read_all([suco], registry)
    found = describe(read, 0.02)
    assert (found.table_name, found.outcome, found.is_usable) == ("ImpSuco", "can be read", True)
    assert (found.bytes, found.address) == (len(suco.content), suco.address)
    frame = read.reading.frame
    assert (found.first_year, found.last_year, found.rows) == (1970, 2024, frame["row_number"].nunique())
    assert found.leaves == found.rows
    assert found.figures == frame["value"].notna().sum()
    last = frame[frame["year"] == 2024].groupby("unit")["value"].sum()
    assert dict(found.last_sum) == dict(last)
    assert found.first_rows[0] == frame["item"].iloc[0]


@pytest.mark.parametrize(("share", "outcome"), [(0.0, "would be refused"), (0.02, "can be read")])
def test_a_table_of_too_many_cells_that_cannot_be_read_would_be_refused(suco, registry, share, outcome):
    lines = suco.content.decode().split("\n")
    lines[1] = lines[1][: lines[1].rindex(";")] + ";x"
    [read] = check_and_read_all([replace(suco, content="\n".join(lines).encode())], registry)
    assert describe(read, share).outcome == outcome


def test_a_table_that_cannot_be_read_says_why(suco, registry):
    [refused] = check_and_read_all([replace(suco, content=b"<html>503</html>")], registry)
    found = describe(refused, 0.02)
    assert (found.outcome, found.is_usable, found.first_year) == ("would be refused", False, None)
    assert "is a web page" in found.notes[0]


def test_a_table_that_does_not_come_says_why():
    error = MissingFileError("it is not there", remedy="put it there", table="ImpSuco")
    found = describe(NotFetched("ImpSuco", "folder/ImpSuco.csv", (error,)), 0.02)
    assert (found.outcome, found.is_usable) == ("was not fetched", False)
    assert found.notes == ("ImpSuco: it is not there. Remedy: put it there",)


def test_a_long_database_is_asked_for_fewer_tables_and_renews_nothing(registry):
    declared = read_connection(
        {
            "kind": "database",
            "layout": "long",
            "fields": {"item": ["pais"], "quantity": ["kg"], "value": ["usd"], "year": ["ano"]},
            "long": {"ImpSuco": {"table": "s"}, "ExpUva": {"table": "u"}},
            "refresh": {"path": "/renew"},
        }
    )
    connection, chosen = narrowed(declared, registry, ["ExpUva"], None)
    assert (list(connection.long), chosen.names, connection.refresh) == (["ExpUva"], ("ExpUva",), None)
