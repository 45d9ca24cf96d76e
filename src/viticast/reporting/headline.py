"""The first answer of the page: how much of each flow by the target year, and how sure that is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from viticast.reporting.records import SeriesRecord

Certainty = Literal["narrow", "medium", "wide"]

NARROW, MEDIUM = 0.15, 0.40
"""Half the 80 % interval over the forecast: up to 15 % is called narrow, up to 40 % medium."""


@dataclass(frozen=True)
class Headline:
    """One flow: its last figure and its forecast for the target year."""

    record: SeriesRecord
    last_year: int
    last_value: float
    target_year: int
    yhat: float
    lo80: float
    hi80: float
    lo95: float
    hi95: float

    @property
    def change(self) -> float | None:
        """Forecast over last figure, less one; None where the last figure is zero."""
        return self.yhat / self.last_value - 1 if self.last_value else None

    @property
    def half_width(self) -> float | None:
        """Half the 80 % interval over the forecast: the ± of the card."""
        return (self.hi80 - self.lo80) / 2 / self.yhat if self.yhat else None

    @property
    def certainty(self) -> Certainty:
        """How wide the 80 % interval is for what it surrounds."""
        if self.half_width is None or self.half_width > MEDIUM:
            return "wide"
        return "narrow" if self.half_width <= NARROW else "medium"


def target_year(records: Mapping[str, SeriesRecord]) -> int:
    """The last year that every flow has a forecast for."""
    ends = [
        r.forecast_first_year + len(r.forecasts) - 1
        for r in records.values()
        if r.series_id == r.root_id and r.forecasts
    ]
    if not ends:
        raise ValueError("no flow has a forecast: the page needs forecasts of the roots (level == 'flow')")
    return min(ends)


def headlines(records: Mapping[str, SeriesRecord], year: int) -> list[Headline]:
    """One for each flow with figures and with a forecast for the year, in the order of the dimension."""
    found = []
    for record in records.values():
        index = year - record.forecast_first_year
        if record.series_id != record.root_id or record.last is None or not 0 <= index < len(record.forecasts):
            continue
        found.append(Headline(record, *record.last, year, *record.forecasts[index]))
    return found
