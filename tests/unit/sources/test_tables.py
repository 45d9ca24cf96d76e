import pytest
from pydantic import ValidationError

from viticast.sources.errors import UnknownTableError
from viticast.sources.tables import Measure, TableRegistry, TableSpec

ALL = [
    "Producao",
    "ProcessaViniferas",
    "ProcessaAmericanas",
    "ProcessaMesa",
    "ProcessaSemclass",
    "Comercio",
    "ImpVinhos",
    "ImpEspumantes",
    "ImpFrescas",
    "ImpPassas",
    "ImpSuco",
    "ExpVinho",
    "ExpEspumantes",
    "ExpUva",
    "ExpSuco",
]


def fields(**changes):
    base = {
        "slug": "producao",
        "flow": "producao",
        "label": "Produção",
        "option": "opt_02",
        "database_table": "producao",
        "item_kind": "product",
        "layout": "grouped",
        "measures": [{"measure": "quantity", "unit": "L", "maximum": 1e9}],
        "attribution": "Fonte: teste.",
    }
    return base | changes


def test_the_registry_holds_the_fifteen_tables(registry):
    assert list(registry.names) == ALL
    assert len(registry) == len(list(registry)) == 15
    assert "ExpVinho" in registry
    assert "Nope" not in registry


def test_an_unknown_table_is_an_error_that_names_the_known_ones(registry):
    with pytest.raises(UnknownTableError) as raised:
        registry["ExpVinhos"]
    assert "'ExpVinhos'" in str(raised.value)
    assert all(name in str(raised.value) for name in ALL)


def test_units_follow_the_flow(registry):
    units = {table.flow: table.units for table in registry}
    assert units == {
        "producao": ("L",),
        "processamento": ("kg",),
        "comercializacao": ("L",),
        "importacao": ("kg", "USD"),
        "exportacao": ("kg", "USD"),
    }


def test_options_of_the_site_are_those_of_its_menu(registry):
    options = {table.name: (table.option, table.suboption) for table in registry}
    assert len(set(options.values())) == 15
    assert options["Producao"] == ("opt_02", None)
    assert options["ProcessaSemclass"] == ("opt_03", "subopt_04")
    assert options["Comercio"] == ("opt_04", None)
    assert options["ImpSuco"] == ("opt_05", "subopt_05")
    assert options["ExpSuco"] == ("opt_06", "subopt_04")


def test_every_table_says_its_source_and_its_bounds(registry):
    for table in registry:
        assert table.attribution.startswith("Fonte: ")
        assert set(table.bounds) == {measure.measure for measure in table.measures}
        assert all(low == 0 < high for low, high in table.bounds.values())
        assert table.first_year == 1970
        assert table.file_name == f"{table.name}.csv"


def test_the_whole_file_or_its_mapping_of_names(registry):
    mapping = {"Producao": fields()}
    assert TableRegistry.from_mapping(mapping).names == TableRegistry.from_mapping({"tables": mapping}).names


def test_a_table_is_frozen(registry):
    with pytest.raises(ValidationError):
        registry["Producao"].label = "other"


@pytest.mark.parametrize(
    "changes",
    [
        {"colour": "red"},
        {"layout": "countries"},
        {"item_kind": "country"},
        {"flow": "venda"},
        {"slug": "Produção"},
        {"option": "opt_01"},
        {"suboption": "subopt_06"},
        {"measures": []},
        {"measures": [{"measure": "quantity", "unit": "L"}]},
    ],
)
def test_a_misdeclared_table_is_refused(changes):
    with pytest.raises(ValidationError):
        TableSpec(name="Producao", **fields(**changes))


@pytest.mark.parametrize(("measure", "unit"), [("quantity", "USD"), ("value", "kg")])
def test_a_unit_fits_its_measure(measure, unit):
    with pytest.raises(ValidationError, match="cannot be in"):
        Measure(measure=measure, unit=unit, maximum=1)


@pytest.mark.parametrize("changes", [{"database_table": "other"}, {"slug": "other"}])
def test_two_tables_share_neither_slug_nor_database_table(changes):
    with pytest.raises(ValueError, match="stands twice"):
        TableRegistry.from_mapping({"A": fields(), "B": fields(**changes)})
