"""In whatever shape, vocabulary and locale an API answers, and whoever may ask: the readings are those of the files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.connectors.api_server import Api, serve_api
from tests.connectors.compare import differences
from tests.connectors.connection import CREDENTIALS, connection_of, only
from tests.connectors.contract import Contract
from tests.connectors.figures import figures_folder, registry
from tests.connectors.pairs import all_pairs

from viticast.sources.api import fetch_api
from viticast.sources.batch import ReadFile, check_and_read_all
from viticast.sources.connections import ApiConnection, read_connection
from viticast.sources.fetched import FetchedFile

FEW = ("ProcessaMesa", "ImpSuco")
"""Groups with every mark, and countries with two measures."""
TYPICAL = ("ProcessaViniferas", "Comercio", "ImpSuco")
"""A cultivar in capitals and one that stands twice, labels that differ by their group alone, two measures."""
FIRST = 2016

SHAPES = (
    {"shape": "list", "path": ""},
    {"shape": "list", "path": "data"},
    {"shape": "list", "path": "dados", "all_years": True},
    {"shape": "groups", "path": "result.data"},
    {"shape": "by_label", "path": "result.data"},
    {"shape": "columns", "path": "dados"},
    {"shape": "table", "path": "data"},
    {"shape": "wide", "path": "dados"},
    {"shape": "wide", "path": "", "by_year": "anos"},
)
SETTINGS: dict[str, Sequence[Any]] = {
    "shape": SHAPES,
    "auth": ("none", "basic", "bearer", "login_form", "login_json"),
    "vocabulary": ("suboption", "stem", "slug", "label", "digits"),
    "places": tuple({"suboption_in": one, "year_in": two} for one in ("query", "path") for two in ("query", "path")),
    "numbers": ("exact", "floats", "texts"),
    "marks": ("texts", "null"),
    "pages": (
        {},
        {"pages": "offset", "page_size": 10},
        {"pages": "page", "page_size": 7},
        {"pages": "offset", "page_size": 10, "says_total": False},
    ),
    "beyond": ("nothing", "dashes", "404"),
    "names": ({"english": False, "year_name": "ano"}, {"english": True, "year_name": "year"}),
    "labels": ({"rows_named_by": "category"}, {"rows_named_by": "control", "written_labels": True}),
    "says": (
        {},
        {"says_year": False},
        {"has_code": True, "login_under": "result"},
        {"provenance": "fonte", "status": 201},
    ),
}


def contract_of(choice: dict[str, Any]) -> Contract:
    """The contract of a choice, without what a shape has no room for."""
    merged: dict[str, Any] = {}
    for name, value in choice.items():
        merged |= value if isinstance(value, dict) else {name: value}
    if not merged["path"]:
        merged |= {"has_code": False, "login_under": "", "provenance": "", "says_total": False}
    if merged["shape"] == "groups":
        merged["pages"] = ""
    if merged.get("all_years"):
        merged |= {"says_year": True, "page_size": 500}
    return Contract(**merged)


CONTRACTS = [contract_of(choice) for choice in all_pairs(SETTINGS)]


def _name(contract: Contract) -> str:
    shape = f"{contract.shape}-{contract.path or 'bare'}"
    return f"{shape}-{contract.auth}-{contract.vocabulary}-{contract.pages or 'whole'}"


def readings_differ(api: Api, connection: ApiConnection, folder: Path) -> list[str]:
    """What the readings of an API's answers have that the files have not, and the other way."""
    names = tuple(connection.tables)
    fetched = fetch_api(api.url, only(names), connection, CREDENTIALS)
    failed = [str(error) for one in fetched if not isinstance(one, FetchedFile) for error in one.errors]
    files = [one for one in fetched if isinstance(one, FetchedFile)]
    read = check_and_read_all(files, only(names), connection)
    refused = [str(error) for one in read if not isinstance(one, ReadFile) for error in one.errors]
    readings = {one.file.table_name: one.reading for one in read if isinstance(one, ReadFile)}
    different = [
        text for name, reading in readings.items() for text in differences(reading, folder, name, api.contract)
    ]
    missing = sorted(set(names) - set(readings))
    return [*failed, *refused, *different, *([f"missing: {missing}"] if missing else [])]


def _some_quick(contracts: Sequence[Contract]) -> list[Any]:
    """All of them, of which every fifth is tried in no time."""
    return [
        pytest.param(contract, marks=() if position % 5 == 0 else pytest.mark.slow)
        for position, contract in enumerate(contracts)
    ]


@pytest.mark.parametrize("contract", _some_quick(CONTRACTS), ids=_name)
def test_readings_are_those_of_the_files(contract: Contract) -> None:
    folder = figures_folder()
    with serve_api(folder, contract, tables=FEW) as api:
        connection = connection_of(contract, FEW, years={"first": FIRST})
        assert readings_differ(api, connection, folder) == []
        assert api.logins == (1 if contract.auth.startswith("login") else 0)


def test_every_shape_meets_every_authentication_and_vocabulary() -> None:
    shapes = {(contract.shape, contract.path, contract.by_year) for contract in CONTRACTS}
    assert len(shapes) == len(SHAPES)
    for name in ("auth", "vocabulary"):
        met = {(contract.shape, contract.path, contract.by_year, getattr(contract, name)) for contract in CONTRACTS}
        assert len(met) == len(SHAPES) * len(SETTINGS[name])


@pytest.mark.slow
@pytest.mark.parametrize(
    "contract",
    [
        Contract(),
        Contract(rows_named_by="control", written_labels=True, shape="table"),
        Contract(shape="groups", numbers="texts", beyond="404"),
        Contract(shape="wide", marks="null"),
    ],
    ids=_name,
)
def test_all_years_of_tables_with_labels_that_are_hard_to_tell(contract: Contract) -> None:
    folder = figures_folder()
    with serve_api(folder, contract, tables=TYPICAL) as api:
        assert readings_differ(api, connection_of(contract, TYPICAL), folder) == []


def test_connections_are_used_again_and_no_more_are_open_than_allowed() -> None:
    with serve_api(figures_folder(), tables=FEW, delay_seconds=0.005) as api:
        connection = connection_of(api.contract, FEW, requests={"concurrency": 3})
        fetch_api(api.url, only(FEW), connection, CREDENTIALS)
        assert len(api.requests) > 100
        assert api.connections == 3
        assert api.most_at_once == 3


def test_a_label_that_stands_twice_in_an_object_is_refused() -> None:
    contract, names = Contract(shape="by_label"), ("Comercio",)
    with serve_api(figures_folder(), contract, tables=names) as api:
        found = readings_differ(api, connection_of(contract, names, years={"first": FIRST}), figures_folder())
    assert "AnswerShapeError" not in found[0]
    assert "'Tinto' stands twice in one object" in found[0]


EXAMPLES = {
    "api": Contract(auth="login_json"),
    "api_groups_basic": Contract(
        shape="groups",
        path="",
        auth="basic",
        vocabulary="slug",
        suboption_in="path",
        year_in="path",
        numbers="texts",
        beyond="404",
        says_year=False,
    ),
    "api_wide": Contract(
        shape="wide", path="dados", by_year="anos", vocabulary="stem", rows_named_by="control", provenance="fonte"
    ),
    "api_columns_pages": Contract(
        shape="columns",
        path="result.data",
        auth="login_form",
        login_under="result",
        vocabulary="label",
        year_name="year",
        english=True,
        numbers="floats",
        pages="offset",
        has_code=True,
    ),
}
"""Connection file -> the contract that its comments describe."""


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_connection_files_fit_the_contracts_that_they_describe(name: str, project_root: Path) -> None:
    declared = _declared(name, project_root, TYPICAL)
    _require_fit(name, declared.model_copy(update={"years": declared.years.model_copy(update={"first": FIRST})}))


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES)
def test_the_connection_files_fit_for_every_table_and_year(name: str, project_root: Path) -> None:
    _require_fit(name, _declared(name, project_root, registry().names))


def _declared(name: str, root: Path, tables: Sequence[str]) -> ApiConnection:
    text = (root / "conf" / "base" / "connections" / f"{name}.yml").read_text(encoding="utf-8")
    declared = read_connection(yaml.safe_load(text), name)
    assert isinstance(declared, ApiConnection)
    return declared.model_copy(update={"tables": {table: declared.tables[table] for table in tables}})


def _require_fit(name: str, connection: ApiConnection) -> None:
    folder = figures_folder()
    with serve_api(folder, EXAMPLES[name], tables=tuple(connection.tables)) as api:
        assert readings_differ(api, connection, folder) == []
