"""Figures come in: bytes as they are, then cells that say where they stand in which file; each file is judged."""

import logging
from collections.abc import Mapping
from typing import Any, Protocol

import pandas as pd

from viticast.contracts.declared import require_known
from viticast.contracts.findings import Findings
from viticast.contracts.observations import Observations
from viticast.contracts.raw import RawManifest
from viticast.contracts.receipts import IngestedTable, NotFetchedTable, RefusedTable
from viticast.contracts.vintages import Vintages
from viticast.panel.declarations import Aliases
from viticast.panel.labels import fold
from viticast.pipelines.ingestion.params import IngestionParams
from viticast.sources import Fetched, FetchedFile, NotFetched, ReadFile, RefusedFile, TableRegistry, check_and_read_all
from viticast.sources.decided import Decided, Decisions
from viticast.sources.delivery import Delivery, Origin, hash_figures
from viticast.sources.intake import Accepted, Decision, KnownVintages, ReadCells, Refused, finding_rows, take_in
from viticast.sources.left_out import left_out
from viticast.sources.vetting import Expectations
from viticast.sources.vintage import observe

logger = logging.getLogger(__name__)

LOGGED = 10
"""So many findings of a file are printed; the table `findings` has all."""


class FigureSource(Protocol):
    """What a node needs to know of a source."""

    name: str
    url: str

    @property
    def is_synthetic(self) -> bool:
        """True for made-up figures."""
        ...

    @property
    def origin(self) -> Origin:
        """Where its figures come from, and how they are understood."""
        ...

    def fetch(self, tables: TableRegistry) -> tuple[Fetched, ...]:
        """The bytes of every table, or why they did not come."""
        ...


def fetch_files(source: FigureSource, tables: Mapping[str, Any]) -> tuple[Fetched, ...]:
    """Fetches every table from the source, and says which source it is."""
    note = " — SYNTHETIC figures, they say nothing about Brazil" if source.is_synthetic else ""
    logger.info("source: %s (%s)%s", source.name, source.url, note)
    return source.fetch(TableRegistry.from_mapping(tables))


def land_raw(fetched: tuple[Fetched, ...], source: FigureSource) -> tuple[dict[str, bytes], pd.DataFrame]:
    """Keeps the bytes under their hash, and records where and when they came from.

    Returns:
        SHA-256 -> bytes, and the manifest as `contracts.raw.RawManifest` describes.
    """
    files = [one for one in fetched if isinstance(one, FetchedFile)]
    if not files:
        return {}, RawManifest.empty()
    manifest = pd.DataFrame(
        {
            "table_name": [file.table_name for file in files],
            "raw_sha256": [file.sha256 for file in files],
            "landing_id": [file.landing_id for file in files],
            "source": source.name,
            "address": [file.address for file in files],
            "fetched_at": _moments([file.fetched_at for file in files]),
            "declared_published_at": _moments([file.published_at for file in files]),
            "status": [float("nan") if file.status is None else float(file.status) for file in files],
            "bytes": [len(file.content) for file in files],
        }
    )
    texts = dict.fromkeys(("table_name", "raw_sha256", "landing_id", "source", "address"), "str")
    once = manifest.drop_duplicates(["table_name", "raw_sha256", "landing_id"]).reset_index(drop=True)
    return {file.sha256: file.content for file in files}, once.astype(texts)


def sign_delivery(
    fetched: tuple[Fetched, ...],
    source: FigureSource,
    tables: Mapping[str, Any],
    manifest: pd.DataFrame,
    params: IngestionParams,
) -> Delivery:
    """Says what was fetched, and from where: all that whoever takes it in needs to know.

    Args:
        fetched: As the source handed it over.
        source: Where it comes from.
        tables: The table registry.
        manifest: Says that the bytes are kept; a delivery can be found only then.
        params: Names the delivery, where it is taken in by other processes.
    """
    logger.info("raw: %d files are kept", manifest["raw_sha256"].nunique())
    origin = source.origin
    if params.delivery is None:
        return Delivery(origin, fetched)
    # Who has one table only cannot see which other says the same.
    figures = hash_figures(fetched, TableRegistry.from_mapping(tables), origin.connection)
    return Delivery(origin, fetched, params.delivery, figures=figures)


def read_files(delivery: Delivery, tables: Mapping[str, Any]) -> tuple[ReadFile | RefusedFile, ...]:
    """Reads every file into cells; one that cannot be read stops no other.

    Args:
        delivery: As it was fetched; its source knows how answers or rows are understood.
        tables: The table registry.
    """
    files = (one for one in delivery.fetched if isinstance(one, FetchedFile))
    read = check_and_read_all(files, TableRegistry.from_mapping(tables), delivery.origin.connection)
    return tuple(one for one in read if delivery.wants(one.file.table_name))


def decide(
    delivery: Delivery,
    files: tuple[ReadFile | RefusedFile, ...],
    known_vintages: pd.DataFrame,
    known_observations: ReadCells,
    tables: Mapping[str, Any],
    aliases: Mapping[str, Any],
    expectations: Mapping[str, Any],
    params: IngestionParams,
) -> tuple[Decision, ...]:
    """Accepts or refuses each file: by rules on itself, and against the vintage of its table before it.

    Args:
        delivery: As it was fetched.
        files: As they were read.
        known_vintages: What the lake holds, as `contracts.vintages.Vintages` describes.
        known_observations: Reads the cells of a vintage that the lake holds.
        tables: The table registry.
        aliases: Spellings of one name.
        expectations: Declared anchors and gaps of the source.
        params: How far a table may differ from what is expected.

    Raises:
        DamagedFileError: A vintage that a file is compared with is no whole Parquet file.
        DataValidationError: It breaks its contract.
    """
    declared, registry = Aliases.from_mapping(aliases), TableRegistry.from_mapping(tables)
    expected = Expectations.from_mapping(expectations)
    named = [
        *(anchor.table for anchor in expected.anchors),
        *(gap.table for gap in expected.total_gaps),
        *(prices.table for prices in expected.unit_values),
        *(acceptance.table for acceptance in expected.accepted),
    ]
    require_known(named, registry.names, "conf/base/expectations_<declarations>.yml", "table")
    require_known(declared.tables, registry.names, "conf/base/aliases_<declarations>.yml", "table")
    missing = [one for one in delivery.wanted if isinstance(one, NotFetched)]
    decided = take_in(
        files,
        registry,
        KnownVintages(known_vintages, known_observations),
        expected,
        params.bounds,
        same_label=lambda table, item: fold(declared.resolve(table, item)),
    )
    for decision in decided:
        _log(decision)
    return (*decided, *missing)


def land_figures(
    decisions: tuple[Decision, ...], tables: Mapping[str, Any], delivery: Delivery
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The accepted figures, which file and vintage they are, and what was found in every file.

    Returns:
        `observations`, `vintages` and `findings`, as their contracts describe.
    """
    origin = delivery.origin
    accepted = [decision for decision in decisions if isinstance(decision, Accepted)]
    findings = pd.DataFrame([row for decision in decisions for row in finding_rows(decision)])
    return (
        _observations(accepted, TableRegistry.from_mapping(tables), origin),
        _typed(pd.DataFrame([_vintage(one) for one in accepted]), Vintages, origin).drop_duplicates(
            ["table_name", "vintage_id", "landing_id"], ignore_index=True
        ),
        _typed(findings, Findings, origin),
    )


def sign_decisions(
    decisions: tuple[Decision, ...], delivery: Delivery, vintages: pd.DataFrame, findings: pd.DataFrame
) -> Decisions:
    """Says what was decided, once all of it is in the lake.

    Args:
        decisions: On every table that was to be taken in.
        delivery: As it was fetched.
        vintages: In the lake, of this run.
        findings: In the lake, of this run.
    """
    logger.info("lake: %d landings, %d findings", len(vintages), len(findings) - len(decisions))
    return Decisions(delivery.origin, tuple(map(Decided.of, decisions)), delivery.name)


def settle(decisions: Decisions, known_vintages: pd.DataFrame, params: IngestionParams) -> dict[str, Any]:
    """The receipt for cataloging, once everything is in the lake.

    Args:
        decisions: On every table.
        known_vintages: What the lake held before.
        params: Says whether tables may be left as they were.

    Raises:
        TablesLeftOutError: A table was not fetched or refused, and `allow_partial` is not set; or there is no table at
            all. The accepted ones are in the lake.
    """
    entries = [one.entry for one in decisions.decided]
    accepted = [one for one in entries if isinstance(one, IngestedTable)]
    refused = [one for one in entries if isinstance(one, RefusedTable)]
    not_fetched = [one for one in entries if isinstance(one, NotFetchedTable)]
    has_nothing = not accepted and known_vintages.empty
    if (refused or not_fetched) and (has_nothing or not params.allow_partial):
        raise left_out(decisions, known_vintages)
    for one in not_fetched:
        logger.warning("%s was not fetched, its last vintage stays: %s", one.table_name, one.reason)
    return {
        "source": decisions.origin.source,
        "source_url": decisions.origin.url,
        "is_synthetic": decisions.origin.is_synthetic,
        "raw_files": len({one.raw_sha256 for one in accepted} | {one.raw_sha256 for one in refused}),
        "tables": accepted,
        "refused": refused,
        "not_fetched": not_fetched,
    }


def _log(decision: Accepted | Refused) -> None:
    name, address = decision.file.table_name, decision.file.address
    if isinstance(decision, Accepted):
        for repair in decision.reading.repairs:
            logger.info("%s (%s): %s", name, address, repair)
    for finding in decision.findings[:LOGGED]:
        place = "".join(
            [
                f", line {finding.row_number}" if finding.row_number else "",
                f", column {finding.column_number}" if finding.column_number else "",
                f" ({finding.column_label})" if finding.column_label else "",
            ]
        )
        logger.warning(
            "%s: %s%s (%s): %s. Remedy: %s", finding.outcome, name, place, address, finding.reason, finding.remedy
        )
    if len(decision.findings) > LOGGED:
        logger.warning("%s (%s): and %d more, all in findings", name, address, len(decision.findings) - LOGGED)


def _observations(accepted: list[Accepted], registry: TableRegistry, origin: Origin) -> pd.DataFrame:
    # Several files of one content are one vintage; the one published first gives its rows and columns.
    first = {(one.file.table_name, one.vintage_id): one for one in reversed(accepted)}
    frames = [
        observe(
            one.reading,
            registry[one.file.table_name],
            source=origin.source,
            is_synthetic=origin.is_synthetic,
            raw_sha256=one.file.sha256,
        )
        for one in first.values()
    ]
    return pd.concat(frames, ignore_index=True) if frames else Observations.empty()


def _vintage(one: Accepted) -> dict[str, Any]:
    return {
        "table_name": one.file.table_name,
        "vintage_id": one.vintage_id,
        "landing_id": one.landing_id,
        "raw_sha256": one.file.sha256,
        "address": one.file.address,
        "fetched_at": _moments([one.file.fetched_at])[0],
        "published_at": _moments([one.published_at])[0],
        "is_published_at_inferred": one.file.published_at is None,
        "last_year": one.reading.last_year,
        "file_lines": one.reading.file_lines,
        "rows": one.reading.rows,
        "quarantined_rows": one.reading.quarantined_rows,
        "cells": len(one.reading.frame),
        "quarantined_cells": one.reading.quarantined_cells,
    }


def _typed(frame: pd.DataFrame, model: type[Vintages] | type[Findings], origin: Origin) -> pd.DataFrame:
    empty = model.empty()
    stamped = frame.assign(source=origin.source, is_synthetic=origin.is_synthetic)
    types = {name: str(kind) for name, kind in empty.dtypes.items() if not str(kind).startswith("datetime")}
    return stamped[list(empty.columns)].astype(types) if len(frame) else empty


def _moments(values: list[Any]) -> pd.DatetimeIndex:
    """UTC without a time zone, to the microsecond, as Parquet and Athena keep it."""
    return pd.DatetimeIndex(pd.to_datetime(values, utc=True)).tz_localize(None).as_unit("us")
