"""The catalog is asked to know the lake's tables, and must then show what the contracts promise."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from viticast.contracts.lake import LAKE_TABLES
from viticast.lake.conformity import check_catalog
from viticast.lake.partitions import partitions_of
from viticast.sources.fetched import NO_FILE

logger = logging.getLogger(__name__)

TABLES = ("observations", "vintages", "findings")
"""What ingestion writes, and the feature pipeline queries."""


def request_catalog(receipt: Mapping[str, Any]) -> dict[str, dict[str, list[dict[str, str]]]]:
    """Asks for the tables that ingestion wrote, and in them for what the receipt names.

    Args:
        receipt: Ingestion's; it says that the files are there.

    Returns:
        Table -> partitions that must be queryable then. What was found in files that were refused is in `findings`
        too; the receipt does not say where.
    """
    accepted: list[Mapping[str, Any]] = list(receipt["tables"])
    not_fetched = [{**one, "raw_sha256": NO_FILE} for one in receipt["not_fetched"]]
    rows = {"observations": accepted, "vintages": accepted, "findings": [*accepted, *not_fetched]}
    logger.info("to catalog: %d vintages of the source %s", len(receipt["tables"]), receipt["source"])
    return {"tables": {name: partitions_of(LAKE_TABLES[name].partition_by, rows[name]) for name in TABLES}}


def verify_catalog(found: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Compares the catalog with the contracts.

    Returns:
        One row for each column of each table of `TABLES`.

    Raises:
        CatalogMismatchError: They differ.
    """
    record = check_catalog(found, TABLES)
    for table in found:
        logger.info("%s: %d rows in %d partitions", table["name"], table["rows"], table["partitions"])
    # The other pipelines register their own tables at their end; the record is of what this one answers for.
    return record[record["table_name"].isin(TABLES)].reset_index(drop=True)
