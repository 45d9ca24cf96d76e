"""The two vintages: the newer is drawn, the older is what had been published of it a year before."""

from copy import deepcopy
from dataclasses import replace

from viticast.sources.sample.grouped import PLANS as GROUPED_PLANS
from viticast.sources.sample.grouped import draw_grouped, draw_unclassified
from viticast.sources.sample.render import Shape, render
from viticast.sources.sample.rows import SampleRow, find
from viticast.sources.sample.trade import PLANS as TRADE_PLANS
from viticast.sources.sample.trade import draw_trade
from viticast.sources.sample.traps import Tables, set_traps

OLDER, NEWER = "2024-04", "2025-04"
OLDER_LAST_YEAR = 2022

_TAB_TRADE = Shape("\t", "País", "Id", measures=2, has_control=False)
_NEWER_SHAPES = {
    "Producao": Shape(";", "produto"),
    "ProcessaViniferas": Shape(";", "cultivar"),
    "ProcessaAmericanas": Shape("\t", "cultivar", duplicated_id=11),
    "ProcessaMesa": Shape("\t", "cultivar"),
    "ProcessaSemclass": Shape("\t", "cultivar"),
    "Comercio": Shape(";", "Produto"),
    **dict.fromkeys(TRADE_PLANS, _TAB_TRADE),
    "ImpSuco": replace(_TAB_TRADE, delimiter=";"),
}
_OLDER_SHAPES = {
    **{name: replace(_TAB_TRADE, delimiter=";") for name in TRADE_PLANS},
    "Producao": Shape(";", "produto", has_control=False),
    "ProcessaViniferas": Shape("\t", "cultivar"),
    "ProcessaAmericanas": Shape("\t", "cultivar", duplicated_id=11),
    "ProcessaMesa": Shape("\t", "cultivar"),
    "ProcessaSemclass": Shape("\t", "cultivar"),
    "Comercio": Shape(";", "Produto", has_header=False),
    "ImpSuco": Shape(";", "País", "Id", measures=2, has_control=False, is_last_year_mislabelled=True),
}

_OLDER_LABELS = {
    "VINHO FINO DE MESA (VINIFERA)": "VINHO FINO DE MESA (VINÍFERA)",
    "  Suco Natural Integral": "   Suco Natural Integral",
    "Indonésia": "Indonesia",
    "Iugoslávia": "Iugoslavia",
    "Países Baixos (Holanda)": "Paises Baixos (Holanda)",
    "Índia": "India",
    "Namíbia": "Namibia",
    "Nicarágua": "Nicaragua",
    "Taiwan (Formosa)": "Taiwan (FORMOSA)",
}


def draw_newer(seed: int) -> Tables:
    """Draw the tables of the newer vintage, traps included."""
    tables = {name: draw_grouped(name, plan, seed) for name, plan in GROUPED_PLANS.items()}
    tables["ProcessaSemclass"] = draw_unclassified(seed)
    tables |= {name: draw_trade(name, plan, seed) for name, plan in TRADE_PLANS.items()}
    set_traps(tables, seed)
    return tables


def derive_older(newer: Tables) -> Tables:
    """What the older vintage said: fewer rows and years, older spellings, and two figures that were revised since."""
    older = {name: [_older_row(row) for row in rows if not row.is_new] for name, rows in newer.items()}
    for name, cells in (("ImpSuco", _revised(older["ImpSuco"])), ("ImpVinhos", _emptied(older["ImpVinhos"]))):
        for row, key, cell in cells:
            find(older[name], row.label).cells[key] = cell
    find(older["Comercio"], "OUTROS PRODUTOS COMERCIALIZADOS").control = "OUTROS PRODUTOS COMERCIALIZADOS"
    return older


def write_vintages(seed: int) -> dict[str, bytes]:
    """Render both vintages: bytes by path, e.g. `2025-04/ExpVinho.csv`."""
    newer = draw_newer(seed)
    rendered = {}
    for vintage, tables, shapes in ((OLDER, derive_older(newer), _OLDER_SHAPES), (NEWER, newer, _NEWER_SHAPES)):
        for name, rows in sorted(tables.items()):
            rendered[f"{vintage}/{name}.csv"] = render(rows, shapes[name])
    return rendered


def _older_row(row: SampleRow) -> SampleRow:
    kept = deepcopy(row)
    kept.children = [_older_row(child) for child in row.children if not child.is_new]
    kept.label = _OLDER_LABELS.get(row.label, row.label)
    kept.cells = {key: cell for key, cell in row.cells.items() if key[0] <= OLDER_LAST_YEAR}
    return kept


def _revised(rows: list[SampleRow]) -> list[tuple[SampleRow, tuple[int, int], float]]:
    """Juice from the largest partner in 2021: both figures were corrected downwards later."""
    row = max(rows, key=lambda candidate: candidate.number(2021))
    return [(row, (2021, measure), float(round(5.3 * row.number(2021, measure)))) for measure in (0, 1)]


def _emptied(rows: list[SampleRow]) -> list[tuple[SampleRow, tuple[int, int], str]]:
    """Three cells that were blank before they became 0."""
    row = next(row for row in rows if row.number(1970) == 0 and row.number(2021) == 0)
    years = [year for year in row.years if row.number(year) == 0 and row.number(year, 1) == 0]
    return [(row, (years[0], 1), ""), (row, (years[-1], 0), ""), (row, (years[-1], 1), "")]
