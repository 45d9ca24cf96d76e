"""`kedro trace`: from a forecast back to the raw files, and from a raw file forward to all that was made from it."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import pandas as pd
from pydantic import ValidationError

from viticast.commands.places import Places, find_places
from viticast.commands.plain import PlainErrors
from viticast.commands.project import open_lake
from viticast.contracts.columns import SOURCES
from viticast.contracts.lake import LAKE_TABLES
from viticast.contracts.receipts import ForecastReceipt, ModelReceipt
from viticast.lake.lake import Lake
from viticast.lake.storage import open_file
from viticast.provenance.backward import SnapshotFrames, leaves_under, trace_forecast
from viticast.provenance.choice import Current, choose_forecast
from viticast.provenance.errors import IncompleteLakeError, UnknownModelError
from viticast.provenance.forward import LakeFrames, resting_on, trace_file
from viticast.provenance.model import model_origin, page_shows
from viticast.provenance.raw import find_landed, landed_files, raw_file
from viticast.provenance.records import ModelOrigin, RawFile
from viticast.provenance.text import file_text, forecast_text
from viticast.registry.lookup import registered_versions, runs_of

Receipt = dict[str, Any]

_source = click.option("--source", type=click.Choice(SOURCES), help="Whose figures; the configured source without it.")
_env = click.option("--env", "-e", help="Configuration environment; local without it.")
_format = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Of the answer."
)


@click.group()
def trace() -> None:
    """Say where a number comes from, or what became of a file."""


@trace.command("forecast", cls=PlainErrors)
@click.argument("series_id")
@click.argument("year", type=int)
@click.option("--model-key", help="A model, or the beginning of its key; the current one without it.")
@click.option("--snapshot-id", help="A snapshot, or the beginning of its id; the current one without it.")
@_source
@_env
@_format
def forecast_command(
    series_id: str,
    year: int,
    model_key: str | None,
    snapshot_id: str | None,
    source: str | None,
    env: str | None,
    form: str,
) -> None:
    """From the forecast of SERIES_ID for YEAR back to model, snapshot, vintages, lines and raw files."""
    lake, places = open_lake(source, env), find_places(source, env)
    current = _current(places, is_needed=model_key is None)
    forecast = choose_forecast(
        lake.table("forecasts"),
        series_id,
        year,
        model_key=model_key,
        snapshot_id=snapshot_id,
        current=current,
    )
    snapshot, key = str(forecast["snapshot_id"]), str(forecast["model_key"])
    frames = _snapshot_frames(lake, snapshot, series_id)
    traced = trace_forecast(forecast, frames, _model(places, snapshot, key), lambda sha: _raw(lake, sha))
    click.echo(forecast_text(traced) if form == "text" else _json(asdict(traced)))


@trace.command("file", cls=PlainErrors)
@click.argument("file")
@_source
@_env
@_format
def file_command(file: str, source: str | None, env: str | None, form: str) -> None:
    """From FILE forward to vintages, findings, snapshots, models, forecasts and the page.

    FILE is the path of a file, the address from which one was fetched, its SHA-256 or the beginning of it.
    """
    lake, places = open_lake(source, env), find_places(source, env)
    manifest, vintages, findings = lake.manifest(), lake.table("vintages"), lake.table("findings")
    content = Path(file).read_bytes() if Path(file).is_file() else None
    sha256 = find_landed(file, content, landed_files(manifest, vintages, findings))
    snapshots = lake.table("snapshots")
    uses = sorted(set(resting_on(snapshots, vintages, sha256)["snapshot_id"]))
    frames = LakeFrames(
        manifest=manifest,
        vintages=vintages,
        findings=findings,
        snapshots=snapshots,
        series=_of_snapshots(lake, "series", uses),
        forecasts=_of_snapshots(lake, "forecasts", uses),
        versions=registered_versions(places.model_name, places.tracking_uri, places.registry_uri),
    )
    traced = trace_file(_raw(lake, sha256), lake.source, frames, _text(places.page))
    click.echo(file_text(traced) if form == "text" else _json(asdict(traced)))


def _snapshot_frames(lake: Lake, snapshot_id: str, series_id: str) -> SnapshotFrames:
    """What the lake has about a snapshot; of the cells only those of the tables under a series."""
    needed = ("series", "snapshots", "panel")
    series, snapshots, panel = (_needed(lake, name, snapshot_id=snapshot_id) for name in needed)
    declared = _needed if panel["correction_id"].notna().any() else Lake.table
    tables = set(leaves_under(series, series_id)["table_name"])
    under = snapshots[snapshots["table_name"].isin(tables)]
    cells = [
        _needed(lake, "observations", table_name=str(row.table_name), vintage_id=str(row.vintage_id))
        for row in under.itertuples(index=False)
    ]
    return SnapshotFrames(
        snapshots=snapshots,
        series=series,
        panel=panel,
        corrections_applied=declared(lake, "corrections_applied", snapshot_id=snapshot_id),
        vintages=lake.table("vintages"),
        observations=pd.concat(cells, ignore_index=True),
        crosswalk=_crosswalk(lake),
    )


def _needed(lake: Lake, name: str, **where: str) -> pd.DataFrame:
    """Rows of a table that must be there, or the number cannot be traced."""
    frame = lake.table(name, **where)
    if frame.empty:
        which = ", ".join(f"{column}={value}" for column, value in where.items())
        raise IncompleteLakeError(
            f"the lake has no {name} of {which}: the partition is gone. Put a copy from a backup in its place, or make "
            "it anew: kedro run, with the same source and as_of"
        )
    return frame


def _crosswalk(lake: Lake) -> pd.DataFrame:
    crosswalk = lake.crosswalk()
    if crosswalk.empty:
        raise IncompleteLakeError("the crosswalk is gone. Put a copy from a backup in its place")
    return crosswalk


def _of_snapshots(lake: Lake, name: str, snapshot_ids: list[str]) -> pd.DataFrame:
    frames = [lake.table(name, snapshot_id=snapshot_id) for snapshot_id in snapshot_ids]
    return pd.concat(frames, ignore_index=True) if frames else LAKE_TABLES[name].model.empty()


def _model(places: Places, snapshot_id: str, model_key: str) -> ModelOrigin:
    return model_origin(
        model_key,
        _model_receipt(places),
        registered_versions(places.model_name, places.tracking_uri, places.registry_uri),
        runs_of(model_key, places.tracking_uri),
        is_on_page=page_shows(_text(places.page), snapshot_id, model_key),
    )


def _model_receipt(places: Places) -> Receipt | None:
    """Of the model in use; a broken one counts as none: registry and runs have the hashes as well."""
    text = _text(places.model_receipt)
    try:
        return None if text is None else ModelReceipt.model_validate_json(text).model_dump()
    except ValidationError:
        return None


def _current(places: Places, *, is_needed: bool) -> Current | None:
    """What says which forecasts are current; a broken receipt counts as none where nobody has to know."""
    text = _text(places.receipt)
    if text is None:
        return None
    try:
        receipt = ForecastReceipt.model_validate_json(text)
    except ValidationError as error:
        if not is_needed:
            return None
        raise UnknownModelError(
            f"{places.receipt} is broken or incomplete, so nothing says which model is current. "
            "Write it anew (kedro run --tags predict), or name the model with --model-key"
        ) from error
    return receipt.snapshot_id, receipt.model_key


def _raw(lake: Lake, sha256: str) -> RawFile:
    return raw_file(sha256, lake.raw_path(sha256), lake.raw_bytes(sha256))


def _text(address: str) -> str | None:
    storage, name = open_file(address)
    return storage.read(name).decode("utf-8") if storage.exists(name) else None


def _json(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False, indent=2, default=_moment)


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    raise TypeError(f"{value!r} is not written to JSON")
