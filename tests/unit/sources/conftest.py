from collections.abc import Callable

import pytest

from viticast.sources.tables import Measure, TableSpec

Write = Callable[..., bytes]


@pytest.fixture(scope="session")
def cultivars() -> TableSpec:
    """A small table of groups, in kg, from 2000 on."""
    return TableSpec(
        name="ProcessaTeste",
        slug="processa_teste",
        flow="processamento",
        label="Teste",
        option="opt_03",
        database_table="teste",
        item_kind="cultivar",
        layout="grouped",
        measures=(Measure(measure="quantity", unit="kg", maximum=1e9),),
        attribution="Fonte: teste.",
        first_year=2000,
    )


@pytest.fixture(scope="session")
def countries() -> TableSpec:
    """A small table of countries, in kg and US$, from 2000 on."""
    return TableSpec(
        name="ExpTeste",
        slug="exp_teste",
        flow="exportacao",
        label="Teste",
        option="opt_06",
        database_table="teste",
        item_kind="country",
        layout="countries",
        measures=(
            Measure(measure="quantity", unit="kg", maximum=1e6),
            Measure(measure="value", unit="USD", maximum=1e7),
        ),
        attribution="Fonte: teste.",
        first_year=2000,
    )


@pytest.fixture(scope="session")
def write() -> Write:
    """Bytes of a file from lines of fields that are written with blanks for brevity: `1|ti_A|A|5`."""

    def lines_to_bytes(*lines: str, delimiter: str = ";", end: str = "\n") -> bytes:
        return ("\n".join(lines).replace("|", delimiter) + end).encode()

    return lines_to_bytes
