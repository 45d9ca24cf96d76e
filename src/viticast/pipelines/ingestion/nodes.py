"""Figures come in: bytes as they are, then cells that say where they stand in which file."""

import logging
from collections.abc import Mapping
from typing import Any, Protocol

import pandas as pd

from viticast.sources import FetchedFile, TableRegistry, check_and_read_all
from viticast.sources.batch import ReadFile
from viticast.sources.vintage import observe

logger = logging.getLogger(__name__)


class FigureSource(Protocol):
    """What a node needs to know of a source."""

    name: str
    url: str
    is_synthetic: bool

    def fetch(self, tables: TableRegistry) -> tuple[FetchedFile, ...]:
        """The bytes of every table."""
        ...


def fetch_files(source: FigureSource, tables: Mapping[str, Any]) -> tuple[FetchedFile, ...]:
    """Fetches every table from the source, and says which source it is."""
    note = " — SYNTHETIC figures, they say nothing about Brazil" if source.is_synthetic else ""
    logger.info("source: %s (%s)%s", source.name, source.url, note)
    return source.fetch(TableRegistry.from_mapping(tables))


def land_raw(files: tuple[FetchedFile, ...], source: FigureSource) -> tuple[dict[str, bytes], pd.DataFrame]:
    """Keeps the bytes under their hash, and records where and when they came from.

    Returns:
        SHA-256 -> bytes, and the manifest: one row for each table and hash.
    """
    manifest = pd.DataFrame(
        {
            "table_name": [file.table_name for file in files],
            "raw_sha256": [file.sha256 for file in files],
            "source": source.name,
            "address": [file.address for file in files],
            "fetched_at": pd.to_datetime([file.fetched_at for file in files], utc=True).tz_localize(None).as_unit("us"),
            "status": pd.array([file.status for file in files], dtype="Int64"),
            "bytes": [len(file.content) for file in files],
        }
    )
    once = manifest.drop_duplicates(["table_name", "raw_sha256"]).reset_index(drop=True)
    return {file.sha256: file.content for file in files}, once


def read_observations(
    files: tuple[FetchedFile, ...],
    tables: Mapping[str, Any],
    source: FigureSource,
    manifest: pd.DataFrame,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Reads every file into cells.

    Args:
        files: As fetched.
        tables: The table registry.
        source: Where they come from.
        manifest: Says that the bytes are kept; reading starts only then.

    Returns:
        The cells of every vintage, and the receipt for cataloging.

    Raises:
        SourceError: A file cannot be read; all that is wrong with all files is listed.
    """
    registry = TableRegistry.from_mapping(tables)
    read = check_and_read_all(files, registry)
    for item in read:
        for repair in item.reading.repairs:
            logger.info("%s (%s): %s", item.file.table_name, item.file.address, repair)
    frames = [_observe(item, registry, source) for item in read]
    receipt = {
        "source": source.name,
        "source_url": source.url,
        "is_synthetic": source.is_synthetic,
        "raw_files": len(manifest),
        "tables": [_receipt_row(item, frame) for item, frame in zip(read, frames, strict=True)],
    }
    observations = pd.concat(frames, ignore_index=True)
    # Two files of one content are one vintage; the first, as the older, says when it was published.
    first = observations.groupby(["table_name", "vintage_id"])["raw_sha256"].transform("first")
    return observations[observations["raw_sha256"] == first].reset_index(drop=True), receipt


def _observe(item: ReadFile, registry: TableRegistry, source: FigureSource) -> pd.DataFrame:
    return observe(
        item.reading,
        registry[item.file.table_name],
        source=source.name,
        is_synthetic=source.is_synthetic,
        raw_sha256=item.file.sha256,
        published_at=item.file.published_at,
        fetched_at=item.file.fetched_at,
    )


def _receipt_row(item: ReadFile, frame: pd.DataFrame) -> dict[str, Any]:
    return {
        "table_name": item.file.table_name,
        "vintage_id": frame["vintage_id"].iloc[0],
        "raw_sha256": item.file.sha256,
        "address": item.file.address,
        "last_year": item.reading.last_year,
        "cells": len(frame),
        "repairs": list(item.reading.repairs),
    }
