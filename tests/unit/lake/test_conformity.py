import pytest

from viticast.contracts.lake import LAKE_TABLES
from viticast.lake.conformity import ENGINE_TYPES, GLUE_TYPES, CatalogMismatchError, check_catalog

SNAPSHOTS = {
    "snapshot_id": "VARCHAR",
    "source": "VARCHAR",
    "is_synthetic": "BOOLEAN",
    "table_name": "VARCHAR",
    "vintage_id": "VARCHAR",
    "raw_sha256": "VARCHAR",
    "published_at": "TIMESTAMP",
    "is_published_at_inferred": "BOOLEAN",
    "last_year": "BIGINT",
    "cells": "BIGINT",
}


def found(columns=None, partition_columns=("snapshot_id",)):
    columns = SNAPSHOTS if columns is None else columns
    return [
        {"name": "snapshots", "columns": columns, "partition_columns": partition_columns, "partitions": 2, "rows": 30}
    ]


def without(name):
    return {column: kind for column, kind in SNAPSHOTS.items() if column != name}


def test_a_table_that_keeps_its_contract_is_recorded():
    record = check_catalog(found(), ["snapshots"])
    assert dict(zip(record["column_name"], record["engine_type"], strict=True)) == SNAPSHOTS
    assert record.loc[record["is_partition"], "column_name"].tolist() == ["snapshot_id"]
    assert set(record["partitions"]) == {2}
    assert set(record["rows"]) == {30}


@pytest.mark.parametrize("engine_type", ["timestamp", "TIMESTAMP_NS"])
def test_an_engine_may_name_a_type_in_its_own_way(engine_type):
    check_catalog(found(SNAPSHOTS | {"published_at": engine_type}), ["snapshots"])


@pytest.mark.parametrize(
    ("tables", "difference"),
    [
        (found(without("cells")), "snapshots: column cells is missing"),
        (found(SNAPSHOTS | {"colour": "VARCHAR"}), "snapshots: column colour is not in the contract"),
        (found(SNAPSHOTS | {"cells": "DOUBLE"}), "snapshots: column cells is DOUBLE, not BIGINT"),
        (
            found(SNAPSHOTS | {"snapshot_id": "BIGINT"}),
            "snapshots: column snapshot_id is BIGINT, not STRING or VARCHAR",
        ),
        (found(partition_columns=()), r"snapshots: partitioned by \[\], not by \['snapshot_id'\]"),
        ([], "snapshots: the catalog does not have it"),
    ],
)
def test_a_difference_is_named(tables, difference):
    with pytest.raises(CatalogMismatchError, match=difference):
        check_catalog(tables, ["snapshots"])


def test_all_differences_are_named_at_once_with_the_remedy():
    with pytest.raises(CatalogMismatchError) as raised:
        check_catalog(found(without("cells") | {"last_year": "VARCHAR"}), ["snapshots", "panel"])
    message = str(raised.value)
    assert message.count("\n- ") == 3
    assert "Delete the table's folder" in message


def test_a_table_that_is_there_is_compared_even_if_nobody_asked():
    with pytest.raises(CatalogMismatchError, match="column cells is missing"):
        check_catalog(found(without("cells")), [])


def test_engines_have_a_name_for_every_type_of_the_contracts():
    types = {
        str(column.dtype) for contract in LAKE_TABLES.values() for column in contract.model.to_schema().columns.values()
    }
    assert types <= set(ENGINE_TYPES)
    assert types <= set(GLUE_TYPES)


@pytest.mark.parametrize(("kind", "glue_type"), GLUE_TYPES.items())
def test_a_type_that_is_given_to_glue_is_one_that_is_accepted(kind, glue_type):
    assert glue_type.upper() in ENGINE_TYPES[kind]


def test_the_remedy_is_the_catalogs_own():
    [table] = found(without("cells"))
    with pytest.raises(CatalogMismatchError, match="snapshots: Take it out of the other catalog, or correct"):
        check_catalog([{**table, "remedy": "Take it out of the other catalog"}], ["snapshots"])
