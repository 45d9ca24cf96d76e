"""Tables of groups: production, processing and sales in Rio Grande do Sul, in litres or kg."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from viticast.sources.sample.draws import Draws
from viticast.sources.sample.lives import Kind, Life, quantities
from viticast.sources.sample.names import (
    AMERICANAS,
    COMERCIO,
    MESA,
    PRODUCAO,
    SEM_CLASSIFICACAO,
    VINIFERAS,
    Child,
    Group,
)
from viticast.sources.sample.rows import SampleRow, add_up

YEARS = tuple(range(1970, 2024))
_HARVEST = {1978: 0.8, 1989: 1.15, 1996: 0.8, 2000: 0.85, 2005: 1.2, 2016: 0.45, 2017: 1.1, 2020: 0.9, 2021: 1.15}
_SALES = {1996: 0.92, 2016: 0.88}


@dataclass(frozen=True)
class GroupedPlan:
    """How one table of groups is drawn.

    Attributes:
        groups: Categories and children.
        main: Lives of the rows that carry the table, by `group > label`.
        kinds: How many of the other rows live which life.
        scale: Usual size of the other rows.
        shocks: Factors of the whole table by year.
        new: Labels of the rows that stand in the newer vintage only.
    """

    groups: tuple[Group, ...]
    main: Mapping[str, Life]
    kinds: Mapping[Kind, int]
    scale: float
    shocks: Mapping[int, float]
    new: tuple[str, ...] = ()


def _regular(scale: float, drift: float = 0.0, start: int = 1970) -> Life:
    return Life("regular", scale, drift, 0.12, start)


PLANS: Mapping[str, GroupedPlan] = {
    "Producao": GroupedPlan(
        PRODUCAO,
        {
            "VINHO DE MESA > Tinto": _regular(1.6e8),
            "VINHO DE MESA > Branco": _regular(3.4e7, -0.01),
            "VINHO DE MESA > Rosado": _regular(1.5e6, -0.03),
            "VINHO FINO DE MESA (VINIFERA) > Tinto": _regular(2.1e7, 0.01),
            "VINHO FINO DE MESA (VINIFERA) > Branco": _regular(2.3e7, 0.01),
            "VINHO FINO DE MESA (VINIFERA) > Rosado": _regular(9.0e5),
            "SUCO > Suco de uva integral": _regular(5.5e7, 0.09),
            "SUCO > Suco de uva concentrado": _regular(2.5e7, 0.04, 1987),
            "DERIVADOS > Mosto simples": _regular(7.0e7, 0.05),
            "DERIVADOS > Base espumante": _regular(1.6e7, 0.06, 1986),
        },
        {"regular": 3, "young": 3, "intermittent": 8, "short": 17, "dead": 6},
        2.5e5,
        _HARVEST,
    ),
    "ProcessaViniferas": GroupedPlan(
        VINIFERAS,
        {
            "TINTAS > Cabernet Sauvignon": _regular(6.5e6, 0.02, 1979),
            "TINTAS > Merlot": _regular(8.0e6, 0.02),
            "TINTAS > Tannat": _regular(3.0e6, 0.03, 1985),
            "TINTAS > Pinot Noir": _regular(3.5e6, 0.04, 1981),
            "TINTAS > Cabernet Franc": _regular(1.2e6, -0.03),
            "BRANCAS E ROSADAS > Moscato Branco": _regular(1.4e7, 0.01),
            "BRANCAS E ROSADAS > Chardonnay": _regular(9.0e6, 0.05, 1983),
            "BRANCAS E ROSADAS > Riesling Italico": _regular(4.0e6, 0.01),
            "BRANCAS E ROSADAS > Trebbiano": _regular(2.5e6, -0.03),
            "BRANCAS E ROSADAS > Viognier": _regular(3.0e5, 0.05, 1998),
        },
        {"regular": 28, "young": 30, "intermittent": 9, "short": 10, "dead": 45},
        3.0e5,
        _HARVEST,
        ("Mistura de uvas viníferas tinto ", "Primitivo", "Saperavi ", "Tinta Roriz ", "Viogner "),
    ),
    "ProcessaAmericanas": GroupedPlan(
        AMERICANAS,
        {
            "TINTAS > Isabel": _regular(2.2e8, 0.01),
            "TINTAS > Bordo": _regular(1.5e8, 0.05),
            "TINTAS > Concord": _regular(4.0e7, 0.02),
            "TINTAS > Jacquez": _regular(9.0e6),
            "TINTAS > Seibel": _regular(3.0e6, -0.04),
            "BRANCAS E ROSADAS > Niagara Branca": _regular(2.5e7, 0.03, 1975),
            "BRANCAS E ROSADAS > Niagara Rosada": _regular(1.1e7, 0.03, 1978),
            "BRANCAS E ROSADAS > Couderc 13": _regular(6.0e6, -0.02),
            "BRANCAS E ROSADAS > Goethe": _regular(4.0e5, -0.01),
            "BRANCAS E ROSADAS > IAC": _regular(6.0e4, 0.0, 1990),
        },
        {"regular": 10, "young": 11, "intermittent": 4, "short": 7, "dead": 16},
        9.0e5,
        _HARVEST,
        ("BRS Núbia ", "BRS Bibiana "),
    ),
    "ProcessaMesa": GroupedPlan(
        MESA,
        {"BRANCAS > Italia": Life("regular", 6.0e4, 0.01, 0.5, 1970)},
        {"young": 1, "intermittent": 1, "dead": 5},
        1.2e4,
        _HARVEST,
    ),
    "Comercio": GroupedPlan(
        COMERCIO,
        {
            "VINHO DE MESA > Tinto": _regular(1.6e8, 0.01),
            "VINHO DE MESA > Rosado": _regular(1.2e6, 0.01),
            "VINHO DE MESA > Branco": _regular(2.4e7),
            "VINHO FINO DE MESA > Tinto": _regular(1.2e7, 0.02),
            "VINHO FINO DE MESA > Rosado": _regular(9.0e5, 0.02),
            "VINHO FINO DE MESA > Branco": _regular(6.0e6, 0.01),
            "VINHO FRIZANTE": _regular(1.6e6, 0.02),
            "ESPUMANTES > Espumante": _regular(2.0e7, 0.05, 1997),
            "ESPUMANTES > Espumante Moscatel": _regular(1.0e7, 0.08, 1997),
            "SUCO DE UVAS > Suco Natural Integral": Life("short", 1.7e8, 0.03, 0.05, 2019),
            "SUCO DE UVAS CONCENTRADO": _regular(1.5e7, 0.02, 1980),
            "OUTROS PRODUTOS COMERCIALIZADOS > Agrin (fermentado, acetico misto)": _regular(7.0e5, 0.0, 1990),
        },
        {"regular": 17, "young": 8, "intermittent": 1, "short": 11, "dead": 6},
        8.0e5,
        _SALES,
        ("Suco Adoçado",),
    ),
}


def draw_grouped(table: str, plan: GroupedPlan, seed: int) -> list[SampleRow]:
    """Draw all rows of a table of groups: categories are the sum of their children."""
    names = [
        name
        for group in plan.groups
        for name in ([_name(group, child) for child in group.children] or [_name(group, None)])
    ]
    lives = _cast(table, plan, names, seed)
    rows: list[SampleRow] = []
    for group in plan.groups:
        category = SampleRow(group.label, group.label if group.control is None else group.control)
        for child in group.children:
            row = SampleRow(f"{group.indent}{child.label}", child.control or f"{group.code}_{child.label}")
            row.is_new = child.label in plan.new
            _fill(row, lives[_name(group, child)], plan, Draws(seed, table, _name(group, child)))
            category.children.append(row)
        if group.children:
            add_up(category)
        else:
            _fill(category, lives[_name(group, None)], plan, Draws(seed, table, _name(group, None)))
        rows.append(category)
    return rows


def draw_unclassified(seed: int) -> list[SampleRow]:
    """The one row of the table of grapes without class."""
    row = SampleRow(SEM_CLASSIFICACAO, "sc")
    life = Life("intermittent", 1.5e5, 0.0, 0.8)
    row.cells = {
        (year, 0): figure
        for year, figure in zip(YEARS, quantities(life, YEARS, _HARVEST, Draws(seed, "ProcessaSemclass")), strict=True)
    }
    return [row]


def _name(group: Group, child: Child | None) -> str:
    words = group.label if child is None else f"{group.label} > {child.label}"
    return " ".join(words.split())


def _cast(table: str, plan: GroupedPlan, names: list[str], seed: int) -> dict[str, Life]:
    draws = Draws(seed, table, "cast")
    others = [name for name in names if name not in plan.main and not _is_new(name, plan)]
    kinds: list[Kind] = [kind for kind, number in plan.kinds.items() for _ in range(number)]
    lives = dict(plan.main)
    for name, kind in zip(others, draws.shuffled(kinds), strict=True):
        size = plan.scale * math.exp(1.2 * draws.normal())
        lives[name] = Life(kind, size, draws.uniform(-0.02, 0.03), 0.2 if kind == "regular" else 0.5)
    for name in names:
        if _is_new(name, plan):
            lives[name] = Life("new", plan.scale * draws.uniform(0.01, 0.1), start=YEARS[-1])
    return lives


def _is_new(name: str, plan: GroupedPlan) -> bool:
    return name.rsplit(" > ", maxsplit=1)[-1] in {label.strip() for label in plan.new}


def _fill(row: SampleRow, life: Life, plan: GroupedPlan, draws: Draws) -> None:
    figures = quantities(life, YEARS, plan.shocks, draws)
    row.cells = {(year, 0): figure for year, figure in zip(YEARS, figures, strict=True)}
