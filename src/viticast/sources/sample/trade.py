"""Tables of countries: who trades how much, in kg and US$."""

import math
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from viticast.sources.sample.draws import Draws
from viticast.sources.sample.lives import Kind, Life, quantities
from viticast.sources.sample.names import COUNTRIES, PSEUDO_COUNTRIES
from viticast.sources.sample.rows import SampleRow

YEARS = tuple(range(1970, 2025))
_WORLD_SHOCKS = {2009: 0.85, 2020: 0.9}


@dataclass(frozen=True)
class TradePlan:
    """How one table of countries is drawn.

    Attributes:
        partners: The largest partners, largest first; they are regular.
        scale: kg of the largest partner in the last year.
        price: US$ per kg in the last year.
        drift: Yearly growth of the logarithm of kg.
        kinds: How many rows live which life.
        aliases: Pairs of labels for one country, and the year in which the second takes over.
        labels: Labels that differ from the usual name.
        pseudo: Rows that are no countries.
        shocks: Factors by country and year.
    """

    partners: tuple[str, ...]
    scale: float
    price: float
    drift: float
    kinds: Mapping[Kind, int]
    aliases: tuple[tuple[str, str, int], ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    pseudo: tuple[str, ...] = ()
    shocks: Mapping[str, Mapping[int, float]] = field(default_factory=dict)


_RUSSIA = {2008: 6.0, 2009: 30.0, 2010: 1.5, 2012: 5.0, 2013: 14.0}
_GERMANY = {"Alemanha": "Alemanha, República Democrática"}

PLANS: Mapping[str, TradePlan] = {
    "ImpVinhos": TradePlan(
        ("Chile", "Argentina", "Portugal", "Itália", "Espanha", "França", "Uruguai", "África do Sul", "Estados Unidos"),
        5.0e7,
        3.2,
        0.065,
        {"regular": 16, "young": 6, "short": 26, "new": 3, "dead": 16, "intermittent": 1, "zero": 1},
        labels={"África do Sul": "Africa do Sul", "Canadá": "Canada", "Países Baixos": "Países Baixos (Holanda)"},
        pseudo=("Brasil", "Não consta na tabela", "Não declarados", "Outros"),
    ),
    "ImpEspumantes": TradePlan(
        ("Itália", "Espanha", "França", "Argentina", "Chile", "Portugal"),
        2.6e6,
        5.5,
        0.06,
        {"regular": 10, "young": 1, "short": 15, "new": 2, "dead": 13, "intermittent": 5},
        labels={"África do Sul": "Africa do Sul"},
        pseudo=("Brasil", "Não declarados", "Outros"),
    ),
    "ImpFrescas": TradePlan(
        ("Chile", "Argentina", "Peru"),
        1.6e7,
        1.6,
        0.03,
        {"regular": 2, "short": 3, "dead": 13, "intermittent": 2},
        pseudo=("Brasil", "Não consta na tabela", "Outros"),
    ),
    "ImpPassas": TradePlan(
        ("Argentina", "Turquia", "Chile", "Irã", "Estados Unidos"),
        1.7e7,
        1.8,
        0.04,
        {"regular": 6, "young": 1, "short": 6, "new": 1, "dead": 20, "intermittent": 1},
        aliases=(("China Continental", "China", 1996),),
        labels=_GERMANY,
        pseudo=("Não declarados", "Outros"),
    ),
    "ImpSuco": TradePlan(
        ("Argentina",),
        4.0e4,
        1.7,
        -0.04,
        {"regular": 1, "short": 2, "dead": 23, "intermittent": 2, "zero": 1},
        labels={"África do Sul": "Africa do Sul", "Áustria": "Austria", "Itália": "itália"},
        pseudo=("Outros",),
    ),
    "ExpVinho": TradePlan(
        ("Paraguai", "Haiti", "China", "Estados Unidos", "Rússia", "Uruguai", "Nigéria", "Reino Unido"),
        2.2e6,
        1.8,
        0.03,
        {"regular": 15, "young": 7, "short": 57, "new": 13, "dead": 24, "intermittent": 22},
        aliases=(
            ("Singapura", "Cingapura", 2004),
            ("Bahrein", "Barein", 2010),
            ("Republica Tcheca", "Tcheca, República", 2007),
        ),
        labels={**_GERMANY, "Eslováquia": "Eslovaca, Republica", "Coreia do Sul, República": "Coreia, Republica Sul"},
        pseudo=("Brasil",),
        shocks={"Rússia": _RUSSIA},
    ),
    "ExpEspumantes": TradePlan(
        ("Estados Unidos", "Paraguai", "Uruguai"),
        3.0e5,
        4.0,
        0.05,
        {"regular": 6, "young": 4, "short": 51, "new": 6, "dead": 20, "intermittent": 16, "zero": 2},
        aliases=(("Rússia, Federação da", "Rússia", 2006), ("Singapura", "Cingapura", 2011)),
        pseudo=("Brasil", "Provisão de Navios e Aeronaves", "Outros(1)"),
    ),
    "ExpUva": TradePlan(
        ("Países Baixos", "Reino Unido", "Estados Unidos", "Argentina", "Espanha", "Irlanda"),
        2.4e7,
        2.5,
        0.06,
        {"regular": 15, "young": 4, "short": 83, "new": 13, "dead": 16, "intermittent": 5, "zero": 2},
        aliases=(("Republica Tcheca", "Tcheca, República", 2009), ("Bahrein", "Barein", 2008)),
        labels={**_GERMANY, "África do Sul": "Africa do Sul", "Taiwan (Formosa)": "Taiwan"},
        pseudo=("Provisão de Navios e Aeronaves", "Não declarados"),
        shocks={"Países Baixos": {2005: 1.6, 2006: 1.7, 2007: 2.0, 2008: 1.7}},
    ),
    "ExpSuco": TradePlan(
        ("Paraguai", "Japão", "Estados Unidos", "Chile", "Cuba"),
        1.6e6,
        2.2,
        0.0,
        {"regular": 11, "young": 1, "short": 47, "new": 4, "dead": 36, "intermittent": 24},
        aliases=(("China Continental", "China", 2000), ("Republica Tcheca", "Tcheca, República", 2005)),
        labels=_GERMANY,
        pseudo=("Brasil", "Provisão de Navios e Aeronaves"),
    ),
}


def draw_trade(table: str, plan: TradePlan, seed: int) -> list[SampleRow]:
    """Draw all rows of a table of countries, in the order of their labels."""
    cast = _cast(table, plan, seed)
    rows = [_draw_row(table, plan, country, kind, rank, seed) for rank, (country, kind) in enumerate(cast)]
    for earlier, later, year in plan.aliases:
        rows.append(_split(next(row for row in rows if row.label == later), earlier, year))
    return sorted(rows, key=lambda row: (row.label in PSEUDO_COUNTRIES[1:], _sort_key(row.label)))


def _cast(table: str, plan: TradePlan, seed: int) -> list[tuple[str, Kind]]:
    """Give every life of the plan to a country: the partners are regular, pseudo-countries and aliases never new."""
    draws = Draws(seed, table, "cast")
    old: list[Kind] = [
        kind for kind, number in plan.kinds.items() if kind not in {"regular", "new"} for _ in range(number)
    ]
    regular: list[Kind] = ["regular"] * plan.kinds.get("regular", 0)
    new: list[Kind] = ["new"] * plan.kinds.get("new", 0)
    later = [alias[1] for alias in plan.aliases if alias[1] not in plan.partners]
    leading = [*plan.partners, *later]
    others = draws.shuffled([country for country in COUNTRIES if country not in leading])
    early = len(regular) + len(old) - len(leading) - len(plan.pseudo)
    names = [*leading, *others[:early], *plan.pseudo, *others[early : early + len(new)]]
    return list(zip(names, [*regular, *draws.shuffled(old), *new], strict=True))


def _draw_row(table: str, plan: TradePlan, country: str, kind: Kind, rank: int, seed: int) -> SampleRow:
    draws = Draws(seed, table, country)
    partners = len(plan.partners)
    size = (rank + 1) ** -1.1 if rank < partners else (partners + 1) ** -1.1 * 0.02 * math.exp(1.3 * draws.normal())
    life = Life(kind, max(40.0, plan.scale * size), plan.drift, 0.25 if kind == "regular" else 0.6)
    shocks = {**_WORLD_SHOCKS, **plan.shocks.get(country, {})}
    kilograms = quantities(life, YEARS, shocks, draws)
    dearness = math.exp(0.25 * draws.normal())
    row = SampleRow(plan.labels.get(country, country), is_new=kind == "new")
    for year, kilogram in zip(YEARS, kilograms, strict=True):
        price = plan.price * dearness * math.exp(0.02 * (year - YEARS[-1]) + 0.08 * draws.normal())
        row.cells[year, 0] = kilogram
        row.cells[year, 1] = float(max(1, round(kilogram * price))) if kilogram else 0.0
    return row


def _split(row: SampleRow, earlier: str, year: int) -> SampleRow:
    """Move the years before `year` to a row of another spelling: one country in two rows."""
    other = SampleRow(earlier)
    for key, cell in row.cells.items():
        other.cells[key] = cell if key[0] < year else 0.0
        row.cells[key] = 0.0 if key[0] < year else cell
    return other


def _sort_key(label: str) -> str:
    return unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().casefold()
