from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viticast.contracts.snapshots import Snapshots
from viticast.panel.snapshot import SnapshotError, resolve_snapshot, snapshot_id, vintages_before

VINTAGE = {
    "table_name": "Producao",
    "vintage_id": "a" * 16,
    "source": "embrapa",
    "is_synthetic": False,
    "raw_sha256": "0" * 64,
    "published_at": "2024-04-01",
    "is_published_at_inferred": True,
    "fetched_at": "2026-01-01",
    "landing_id": "1" * 16,
    "last_year": 2022,
    "cells": 10,
}
OLD = {}
NEW = {"vintage_id": "b" * 16, "published_at": "2025-04-01", "last_year": 2023}
OTHER = {"table_name": "Comercio", "vintage_id": "c" * 16}


def vintages(*changes):
    frame = pd.DataFrame([VINTAGE | change for change in changes])
    texts = dict.fromkeys(("table_name", "vintage_id", "landing_id", "source", "raw_sha256"), "str")
    return frame.astype(texts | {"published_at": "datetime64[us]", "fetched_at": "datetime64[us]"})


@pytest.mark.parametrize(
    ("as_of", "chosen"),
    [
        (None, "b" * 16),
        (date(2025, 4, 1), "b" * 16),
        (date(2025, 3, 31), "a" * 16),
        (date(2024, 4, 1), "a" * 16),
    ],
)
def test_the_newest_vintage_published_by_the_date_is_taken(as_of, chosen):
    snapshot = resolve_snapshot(vintages(NEW, OLD), ["Producao"], as_of)
    assert snapshot["vintage_id"].tolist() == [chosen]


def test_each_table_has_its_own_vintage():
    snapshot = resolve_snapshot(vintages(OLD, NEW, OTHER), ["Producao", "Comercio"], None)
    assert dict(zip(snapshot["table_name"], snapshot["vintage_id"], strict=True)) == {
        "Producao": "b" * 16,
        "Comercio": "c" * 16,
    }


def test_the_later_year_wins_where_two_vintages_were_published_on_one_day():
    snapshot = resolve_snapshot(vintages(NEW | {"published_at": "2024-04-01"}, OLD), ["Producao"], None)
    assert snapshot["last_year"].tolist() == [2023]


def test_a_snapshot_fulfils_its_contract():
    Snapshots.validate(resolve_snapshot(vintages(OLD, OTHER), ["Producao"], None), lazy=True)


def test_tables_without_a_vintage_by_the_date_are_named_with_the_remedy():
    with pytest.raises(SnapshotError, match=r"2024-03-31 of Comercio, Producao\..*as_of") as raised:
        resolve_snapshot(vintages(OLD, OTHER), ["Producao", "Comercio"], date(2024, 3, 31))
    assert "--params as_of=" in str(raised.value)


@pytest.mark.parametrize("sources", [("sample", "embrapa"), ("ibge",)])
def test_mixed_or_unknown_sources_are_refused(sources):
    rows = [{"table_name": f"T{number}", "source": source} for number, source in enumerate(sources)]
    with pytest.raises(SnapshotError, match="mixes the sources"):
        resolve_snapshot(vintages(*rows), ["T0", "T1"][: len(rows)], None)


@given(st.lists(st.text("0123456789abcdef", min_size=16, max_size=16), min_size=1, max_size=15, unique=True), st.data())
def test_the_id_depends_on_the_vintages_and_not_on_their_order(ids, data):
    shuffled = data.draw(st.permutations(ids))
    assert snapshot_id(shuffled) == snapshot_id(ids)
    assert snapshot_id(ids[1:]) != snapshot_id(ids)


def test_of_two_contents_of_one_day_the_one_fetched_later_stands():
    mended = {"vintage_id": "0" * 16, "fetched_at": "2026-01-02"}
    assert resolve_snapshot(vintages(mended, OLD), ["Producao"], None)["vintage_id"].tolist() == ["0" * 16]


@pytest.mark.parametrize("as_of", [None, date(2024, 12, 31)])
def test_the_vintage_before_is_the_newest_one_published_earlier(as_of):
    known = vintages(NEW, OLD, OTHER, {"vintage_id": "e" * 16, "published_at": "2023-04-01"})
    snapshot = resolve_snapshot(known, ["Producao", "Comercio"], as_of)
    assert vintages_before(known, snapshot) == ["a" * 16 if as_of is None else "e" * 16]


def test_a_lake_of_one_vintage_has_none_before_it():
    known = vintages(OLD, OTHER)
    assert vintages_before(known, resolve_snapshot(known, ["Producao", "Comercio"], None)) == []


def test_what_was_mended_on_the_same_date_is_not_the_vintage_before():
    mended = NEW | {"vintage_id": "d" * 16, "fetched_at": "2026-01-02"}
    known = vintages(OLD, NEW, mended)
    assert vintages_before(known, resolve_snapshot(known, ["Producao"], None)) == ["a" * 16]


def test_a_table_of_one_date_is_compared_with_what_was_mended():
    known = vintages(OLD, {"vintage_id": "d" * 16, "fetched_at": "2026-01-02"})
    assert vintages_before(known, resolve_snapshot(known, ["Producao"], None)) == ["a" * 16]


BACK = {"published_at": "2025-09-01", "landing_id": "2" * 16, "fetched_at": "2026-01-03"}


@pytest.mark.parametrize(
    ("as_of", "chosen", "published"),
    [(None, "a", "2025-09-01"), (date(2025, 8, 31), "b", "2025-04-01"), (date(2024, 12, 31), "a", "2024-04-01")],
)
def test_a_content_that_is_published_again_stands_again(as_of, chosen, published):
    snapshot = resolve_snapshot(vintages(OLD, NEW, BACK), ["Producao"], as_of)
    assert snapshot["vintage_id"].tolist() == [chosen * 16]
    assert snapshot["published_at"].tolist() == [pd.Timestamp(published)]


def test_before_a_content_that_came_back_stood_the_other_one():
    known = vintages(OLD, NEW, BACK)
    assert vintages_before(known, resolve_snapshot(known, ["Producao"], None)) == ["b" * 16]


def test_tables_that_are_not_asked_for_are_left_alone():
    assert resolve_snapshot(vintages(OLD, OTHER), ["Producao"], None)["table_name"].tolist() == ["Producao"]
