"""The life of a series: in which years it has figures, and how large they are."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from viticast.sources.sample.draws import Draws

Kind = Literal["regular", "young", "intermittent", "short", "new", "dead", "zero"]


@dataclass(frozen=True)
class Life:
    """How a series behaves.

    Attributes:
        kind: Regular for 25 years or more; young since 11 to 19 years; intermittent with gaps; short with a few years;
            new in the last two; dead for six years or more; zero throughout.
        scale: Its usual size in the last year.
        drift: Yearly growth of the logarithm.
        noise: Standard deviation of the logarithm's yearly innovation.
        start: First year with figures, drawn where None.
    """

    kind: Kind
    scale: float
    drift: float = 0.0
    noise: float = 0.25
    start: int | None = None


def quantities(life: Life, years: Sequence[int], shocks: Mapping[int, float], draws: Draws) -> list[float]:
    """Draw one whole figure for each year, zero where the series does not live."""
    active = _active(life, years, draws)
    deviation = 0.0
    figures: list[float] = []
    for year, lives in zip(years, active, strict=True):
        deviation = 0.7 * deviation + life.noise * draws.normal()
        size = life.scale * math.exp(life.drift * (year - years[-1]) + deviation) * shocks.get(year, 1.0)
        figures.append(float(max(1, round(size))) if lives else 0.0)
    return figures


def _active(life: Life, years: Sequence[int], draws: Draws) -> list[bool]:
    count = len(years)
    if life.kind == "zero":
        return [False] * count
    if life.kind == "dead":
        first = draws.whole(0, count - 16)
        last = draws.whole(first + 2, count - 6)
        return [first <= position <= last and draws.chance(0.6) for position in range(count)]
    first = years.index(life.start) if life.start else _first_position(life.kind, count, draws)
    probability = {"intermittent": draws.uniform(0.45, 0.75), "short": draws.uniform(0.4, 0.9)}.get(life.kind, 1.0)
    active = [position >= first and draws.chance(probability) for position in range(count)]
    if life.kind in {"intermittent", "short"}:
        active[count - draws.whole(1, 2)] = True
        active[count - draws.whole(3, 5)] = False
    return active


def _first_position(kind: Kind, count: int, draws: Draws) -> int:
    if kind == "regular":
        return draws.whole(0, count - 27) if draws.chance(0.7) else 0
    earliest, latest = {"young": (19, 11), "intermittent": (50, 26), "short": (10, 3), "new": (2, 1)}[kind]
    return count - draws.whole(latest, earliest)
