import pytest

from viticast.contracts.declared import DeclarationError
from viticast.sources.web.templates import fill


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("/processamento/{year}", "/processamento/2020"),
        ("{stem}.csv", "ProcessaAmericanas.csv"),
        ("{option}-{suboption}", "opt_03-subopt_02"),
        ("{digits}", "02"),
        ("{slug}", "americanas_e_hibridas"),
        ("{label}", "Americanas e híbridas"),
        ("{database_table}", "processamento_americanas_hibridas"),
        ("/update/table/{name}", "/update/table/hibridas"),
        ("/all", "/all"),
    ],
)
def test_every_gap_is_filled(registry, text, filled):
    assert fill(text, registry["ProcessaAmericanas"], 2020, name="hibridas") == filled


def test_an_address_of_all_years_keeps_its_gap(registry):
    assert fill("/{stem}/{year}", registry["ExpUva"]) == "/ExpUva/{year}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("/{ano}", r"Producao: '/\{ano\}' has the unknown gap \{ano\}; known are \{year\}, \{stem\}"),
        ("/{name}", r"unknown gap \{name\}"),
        ("/{}", r"unknown gap \{\}"),
        ("/{year", "a brace of '/{year' has no other half"),
        ("/{suboption}", r"the gap \{suboption\}, and this table has no suboption"),
        ("/{digits}", "this table has no suboption"),
        ("/{slug}", "this table has no suboption"),
        ("/{label}", "this table has no suboption"),
    ],
)
def test_a_gap_that_cannot_be_filled_is_named(registry, text, message):
    with pytest.raises(DeclarationError, match=message):
        fill(text, registry["Producao"], 2020)
