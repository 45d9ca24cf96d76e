"""Which row of the forecasts is meant."""

from difflib import get_close_matches
from typing import Any

import pandas as pd

from viticast.panel.labels import slug
from viticast.provenance.errors import (
    SeveralModelsError,
    UnknownModelError,
    UnknownSeriesError,
    UnknownYearError,
)
from viticast.provenance.records import rows_of

NEAR = 5
"""How many series a message proposes."""

Current = tuple[str, str]
"""Snapshot and model that the page shows."""


def choose_forecast(
    forecasts: pd.DataFrame,
    series_id: str,
    year: int,
    *,
    model_key: str | None = None,
    snapshot_id: str | None = None,
    current: Current | None = None,
) -> dict[str, Any]:
    """The forecast of a series and year, as a row of `forecasts`.

    Args:
        forecasts: Of all models, as `contracts.forecasts.Forecasts` describes.
        series_id: A series, whole.
        year: A year after the last published one.
        model_key: A model's key or its beginning; the current model without it.
        snapshot_id: A snapshot's id or its beginning; the current one without it.
        current: Which snapshot and model are current, None if nothing says so.

    Raises:
        UnknownModelError: The lake has no forecasts, or none of such a model or snapshot.
        UnknownSeriesError: No series has this name; names some that are near it.
        SeveralModelsError: Several models have the series and none of them is current.
        UnknownYearError: Names the years that the model has.
    """
    if forecasts.empty:
        raise UnknownModelError("the lake has no forecasts. Make some: kedro run, with the same source")
    rows = _beginning(_beginning(forecasts, "snapshot_id", snapshot_id), "model_key", model_key)
    of_series = rows[rows["series_id"] == series_id]
    if of_series.empty:
        raise UnknownSeriesError(f"no forecast has the series '{series_id}'. {_proposal(series_id, rows)}")
    one_model = _only_model(of_series, current)
    found = one_model[one_model["year"] == year]
    if found.empty:
        first, last = one_model["year"].min(), one_model["year"].max()
        years = str(first) if first == last else f"{first} to {last}"
        raise UnknownYearError(
            f"model {one_model['model_key'].iloc[0]} has no forecast of {series_id} for {year}: "
            f"it forecasts {years}, and years before that are published figures"
        )
    return rows_of(found)[0]


def near_series(series_id: str, known: list[str]) -> list[str]:
    """Series whose name holds what was asked, then those that are spelt much like it."""
    part = slug(series_id.rsplit("/", 1)[-1])
    holding = [name for name in known if part and part in name.rsplit("/", 1)[-1]]
    alike = get_close_matches(series_id, known, n=NEAR, cutoff=0.5)
    ranked = sorted(holding, key=lambda name: name not in alike)
    return list(dict.fromkeys([*ranked, *alike]))[:NEAR]


def _beginning(forecasts: pd.DataFrame, column: str, asked: str | None) -> pd.DataFrame:
    if asked is None:
        return forecasts
    rows: pd.DataFrame = forecasts[forecasts[column].str.startswith(asked.lower())]
    if rows.empty:
        known = sorted(set(forecasts[column]))
        raise UnknownModelError(f"no forecast has the {column} '{asked}'. The lake has: {', '.join(known)}")
    return rows


def _only_model(rows: pd.DataFrame, current: Current | None) -> pd.DataFrame:
    pairs = list(rows[["snapshot_id", "model_key"]].drop_duplicates().itertuples(index=False, name=None))
    chosen = pairs[0] if len(pairs) == 1 else current
    if chosen not in pairs:
        listed = "\n".join(f"  --model-key {key} --snapshot-id {snapshot}" for snapshot, key in sorted(pairs))
        raise SeveralModelsError(f"{len(pairs)} models forecast the series and none of them is current; add:\n{listed}")
    snapshot, key = chosen
    of_model: pd.DataFrame = rows[(rows["snapshot_id"] == snapshot) & (rows["model_key"] == key)]
    return of_model


def _proposal(series_id: str, rows: pd.DataFrame) -> str:
    near = near_series(series_id, sorted(set(rows["series_id"])))
    if near:
        return "Near it: " + ", ".join(near)
    flows = sorted({name.split("/")[0] for name in rows["series_id"]})
    return "The flows are: " + ", ".join(flows)
