"""The series of a page: history, marks, corrections and forecasts of each, once, for every chart to share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from viticast.contracts.columns import FLOWS

BOUNDS = ("yhat", "lo80", "hi80", "lo95", "hi95")


@dataclass(frozen=True)
class SeriesRecord:
    """One series as the charts draw it. Years run without gaps from `first_year` and from `forecast_first_year`."""

    series_id: str
    path: tuple[str, ...]
    unit: str
    attribution: str
    series_class: str
    first_year: int = 0
    values: list[float | None] = field(default_factory=list)
    marks: dict[int, str] = field(default_factory=dict)
    corrections: dict[int, str] = field(default_factory=dict)
    forecast_first_year: int = 0
    forecasts: list[list[float]] = field(default_factory=list)

    @property
    def root_id(self) -> str:
        """The flow that the series belongs to."""
        return self.series_id.split("/", 1)[0]

    @property
    def history(self) -> list[tuple[int, float]]:
        """The years that have a value."""
        pairs = enumerate(self.values, start=self.first_year)
        return [(year, value) for year, value in pairs if value is not None]

    @property
    def last(self) -> tuple[int, float] | None:
        """The last year that has a value, and the value."""
        return self.history[-1] if self.history else None


def series_records(panel: pd.DataFrame, series: pd.DataFrame, forecasts: pd.DataFrame) -> dict[str, SeriesRecord]:
    """A record for each row of the dimension: the flows in the order of the contract, each before its parts.

    Args:
        panel: Panel, one row for each series and year.
        series: SeriesDimension of the same snapshot.
        forecasts: Forecasts of one model.
    """
    paths = _paths(series)
    history = _history(panel)
    future = _future(forecasts)
    columns = ["series_id", "unit", "attribution"]
    rank = series["flow"].map({flow: place for place, flow in enumerate(FLOWS)})
    ordered = series.assign(rank=rank).sort_values(["rank", "series_id"])[columns]
    return {
        sid: SeriesRecord(
            series_id=sid,
            path=paths[sid],
            unit=unit,
            attribution=attribution,
            **history.get(sid, {}),
            **future.get(sid, {"series_class": "empty"}),
        )
        for sid, unit, attribution in ordered.itertuples(index=False)
    }


def _paths(series: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Labels from the flow's child down to the series, made unique by the id where two series read the same."""
    raw = dict(zip(series["series_id"].astype(str), series["label"].astype(str), strict=True))
    labels = {sid: _short(label, sid, raw) for sid, label in raw.items()}
    paths = {}
    for sid in series["series_id"]:
        parts = sid.split("/")
        ancestors = ["/".join(parts[: depth + 1]) for depth in range(1, len(parts))]
        paths[sid] = tuple(labels[a] for a in ancestors if a in labels)
    seen: dict[tuple[str, ...], str] = {}
    for sid, path in paths.items():
        key = (sid.split("/", 1)[0], *path)
        if key in seen and path:
            paths[sid] = (*path[:-1], f"{path[-1]} ({sid.rsplit('/', 1)[-1]})")
        seen.setdefault(key, sid)
    return paths


def _short(label: str, series_id: str, labels: Mapping[str, str]) -> str:
    """A label without what the path says anyway: Exportação de espumantes is Espumantes under Exportação."""
    parent, flow = (labels.get(name, "") for name in (series_id.rpartition("/")[0], series_id.split("/", 1)[0]))
    label = label.removesuffix(f" ({parent})")
    rest = label.removeprefix(f"{flow} de ")
    return rest[:1].upper() + rest[1:] if rest != label else label


def _history(panel: pd.DataFrame) -> dict[str, dict[str, Any]]:
    years = range(int(panel["year"].min()), int(panel["year"].max()) + 1)
    wide = panel.pivot(index="series_id", columns="year", values="value").reindex(columns=list(years))
    known = panel.pivot(index="series_id", columns="year", values="year").reindex(columns=list(years)).notna()
    marks = _cells(panel, "mark")
    corrections = _cells(panel, "correction_id")
    matrix, mask = wide.to_numpy(float), known.to_numpy(bool)
    result = {}
    for row, sid in enumerate(wide.index):
        inside = np.flatnonzero(mask[row])
        part = matrix[row, inside[0] : inside[-1] + 1]
        result[str(sid)] = {
            "first_year": years[int(inside[0])],
            "values": [None if np.isnan(v) else float(v) for v in part],
            "marks": marks.get(sid, {}),
            "corrections": corrections.get(sid, {}),
        }
    return result


def _cells(panel: pd.DataFrame, column: str) -> dict[Any, dict[int, str]]:
    found: dict[Any, dict[int, str]] = {}
    rows = panel.loc[panel[column].notna(), ["series_id", "year", column]]
    for sid, year, text in rows.itertuples(index=False):
        found.setdefault(sid, {})[int(year)] = str(text)
    return found


def _future(forecasts: pd.DataFrame) -> dict[str, dict[str, Any]]:
    ordered = forecasts.sort_values(["series_id", "year"])
    result = {}
    for sid, rows in ordered.groupby("series_id", sort=False):
        first = int(rows["year"].iloc[0])
        if rows["year"].tolist() != list(range(first, first + len(rows))):
            raise ValueError(f"forecasts of {sid} skip a year: {rows['year'].tolist()}; forecast every year")
        result[str(sid)] = {
            "series_class": str(rows["series_class"].iloc[0]),
            "forecast_first_year": first,
            "forecasts": rows[list(BOUNDS)].to_numpy(float).tolist(),
        }
    return result


def chart_datasets(record: SeriesRecord) -> Mapping[str, list[dict[str, Any]]]:
    """The rows that a chart of one series draws. `templates/page.js` makes the same rows in the browser."""
    history = [
        {"year": year, "value": value, "correction": None if value is None else record.corrections.get(year)}
        for year, value in enumerate(record.values, start=record.first_year)
    ]
    gaps = [{"year": year, "mark": mark} for year, mark in sorted(record.marks.items())]
    forecast = [
        {"year": year, **dict(zip(BOUNDS, row, strict=True)), "actual": False}
        for year, row in enumerate(record.forecasts, start=record.forecast_first_year)
    ]
    if forecast and record.last is not None:
        # the band opens at the last figure, so that a forecast of one year has an area to draw
        year, value = record.last
        forecast.insert(0, {"year": year, **dict.fromkeys(BOUNDS, value), "actual": True})
    return {"history": history, "gaps": gaps, "forecast": forecast}
