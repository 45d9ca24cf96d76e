"""What is wrong in the published figures, built into the sample on purpose: a reader must survive or report each."""

from collections.abc import Iterable

from viticast.sources.sample.draws import Draws
from viticast.sources.sample.rows import SampleRow, add_up, find

Tables = dict[str, list[SampleRow]]

PROCESSING = ("ProcessaViniferas", "ProcessaAmericanas", "ProcessaMesa", "ProcessaSemclass")
DECIMAL_CELLS = 30
"""Leaves of ProcessaViniferas 2023 with cents; both totals have them too."""


def set_traps(tables: Tables, seed: int) -> None:
    """Put every defect that both vintages share into the tables."""
    _rotate_table_wine(tables["Producao"])
    _scramble_2021(tables["ProcessaViniferas"])
    _add_cents(tables["ProcessaViniferas"], Draws(seed, "cents"))
    _hide_details(tables)
    _break_totals(tables)
    for name in PROCESSING:
        _mark_years(_with_children(tables[name]))
    for label, group in (("BRS Núbia", "TINTAS"), ("BRS Bibiana", "BRANCAS E ROSADAS")):
        find(tables["ProcessaAmericanas"], label, group).cells[2022, 0] = "+"
    for label, group in (("Primitivo", "TINTAS"), ("Saperavi", "TINTAS")):
        find(tables["ProcessaViniferas"], label, group).cells[2020, 0] = ""
    _disagree(tables, Draws(seed, "disagree"))


def _with_children(rows: list[SampleRow]) -> list[SampleRow]:
    return [row for parent in rows for row in (parent, *parent.children)]


def _rotate_table_wine(rows: list[SampleRow]) -> None:
    """2017: the figures of red, white and rosé stand one row off; the total is right."""
    red, white, rose = (find(rows, colour, "VINHO DE MESA") for colour in ("Tinto", "Branco", "Rosado"))
    key = (2017, 0)
    red.cells[key], white.cells[key], rose.cells[key] = rose.cells[key], red.cells[key], white.cells[key]


def _scramble_2021(rows: list[SampleRow]) -> None:
    """2021: the figures stand against other cultivars, and are more than twice too large."""
    for category in rows:
        grown = [child for child in category.children if child.number(2021)]
        figures = [child.number(2021) for child in grown]
        for child, figure in zip(grown, figures[7:] + figures[:7], strict=True):
            child.cells[2021, 0] = float(round(2.4 * figure))
        add_up(category)


def _add_cents(rows: list[SampleRow], draws: Draws) -> None:
    """2023: the largest leaves of each colour, and both totals, with a decimal comma."""
    per_colour = DECIMAL_CELLS // len(rows)
    for category in rows:
        for child in sorted(category.children, key=lambda row: -row.number(2023))[:per_colour]:
            child.cells[2023, 0] = child.number(2023) + draws.whole(1, 98) / 100
        add_up(category)
        category.cells[2023, 0] = round(int(category.number(2023)) + 0.37, 2)


def _hide_details(tables: Tables) -> None:
    """Totals whose leaves were not recorded yet."""
    _hide(find(tables["Comercio"], "ESPUMANTES"), range(1970, 1997), 2.0e5)
    _hide(find(tables["Comercio"], "SUCO DE UVAS"), range(1970, 2019), 2.5e6)
    _hide(find(tables["ProcessaMesa"], "TINTAS"), range(1988, 2000), 2.0e5)


def _hide(category: SampleRow, years: Iterable[int], step: float) -> None:
    for position, year in enumerate(years, start=1):
        for child in category.children:
            child.cells[year, 0] = 0.0
        category.cells[year, 0] = float(round(step * position * (1 + 0.1 * (-1) ** position)))


def _break_totals(tables: Tables) -> None:
    """Published subtotals that are not the sum of their leaves."""
    others = find(tables["Comercio"], "OUTROS PRODUTOS COMERCIALIZADOS")
    agrin = find(others.children, "Agrin (fermentado, acetico misto)")
    for year in range(2004, 2014):
        others.cells[year, 0] = others.number(year) - agrin.number(year)
    for table, label, year, excess in (
        ("Comercio", "VINHO DE MESA", 2007, 4_100_200.0),
        ("ProcessaAmericanas", "BRANCAS E ROSADAS", 2020, -83_000.0),
        ("ProcessaAmericanas", "TINTAS", 1999, 1_000.0),
        ("Producao", "DERIVADOS", 1988, 900.0),
        ("Producao", "SUCO", 1994, -450.0),
    ):
        category = find(tables[table], label)
        category.cells[year, 0] = category.number(year) + excess


def _mark_years(rows: list[SampleRow]) -> None:
    for row in rows:
        row.cells[2019, 0] = "nd"
        row.cells[2022, 0] = "*"


def _disagree(tables: Tables, draws: Draws) -> None:
    """15 cells with US$ and no kg, and two the other way; years that both vintages hold."""
    trade = [
        (row, year)
        for name in ("ImpVinhos", "ImpEspumantes", "ExpVinho", "ExpEspumantes", "ExpUva", "ExpSuco")
        for row in tables[name]
        for year in range(1998, 2022)
        if 0 < row.number(year) < 500 and not row.is_new
    ]
    chosen = draws.shuffled(trade)[:17]
    for position, (row, year) in enumerate(chosen):
        row.cells[year, 0 if position < 15 else 1] = 0.0
