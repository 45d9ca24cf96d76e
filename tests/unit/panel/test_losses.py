import pandas as pd
import pytest

from viticast.panel.ledger import LedgerError
from viticast.panel.losses import LedgerBefore, LedgerBounds, ledger_to_compare, require_nothing_lost

BOUNDS = LedgerBounds()
YEARS = range(2000, 2010)


def leaves(rows=100, value=10.0, years=YEARS, unknown=0):
    frame = pd.DataFrame(
        [(row, f"Land {row}", year, value) for row in range(rows) for year in years],
        columns=["row_number", "item", "year", "value"],
    )
    frame.loc[frame.index[:unknown], "value"] = None
    return frame.assign(
        table_name="ExpVinho", unit="kg", row_kind="leaf", group_label=None, column_number=frame["year"]
    )


def stages(frame):
    """The same leaves at every stage, each label a series."""
    names = frame["item"].str.lower()
    crosswalk = pd.DataFrame({"item_key": names, "series_id": names}).drop_duplicates()
    crosswalk = crosswalk.assign(table_name="ExpVinho", unit="kg", group_key="")
    panel = frame.assign(series_id=names)[["series_id", "year", "value"]]
    return {"cells": frame, "corrected": frame, "crosswalk": crosswalk, "panel": panel}


def before(**counts):
    rows = {"rows": 100, "cells": 1000, "known": 1000, "total": 10_000.0} | counts
    ledger = pd.DataFrame([rows | {"stage": stage} for stage in ("observations", "snapshot", "corrected", "panel")])
    return LedgerBefore("b" * 16, ledger.assign(table_name="ExpVinho", unit="kg"), {"ExpVinho": 2009})


@pytest.mark.parametrize(
    ("frame", "what"),
    [
        (leaves(), None),
        (leaves(rows=120), None),
        (leaves(rows=99), None),
        (leaves(rows=97), "97 rows or series, 100 before: 3.00% are gone, at most 2.00% may be"),
        (leaves(unknown=10), None),
        (leaves(unknown=11), "989 figures of past years, 1,000 before: 1.10% are gone, at most 1.00% may be"),
        (leaves(value=8.0), None),
        (leaves(value=7.9), "7,900 as the sum of past years, 10,000 before: 21.00% are gone, at most 20.00% may be"),
    ],
)
def test_more_than_may_be_gone_stops_and_is_named(frame, what):
    if what is None:
        assert require_nothing_lost(before(), **stages(frame), bounds=BOUNDS) == ()
        return
    with pytest.raises(LedgerError) as raised:
        require_nothing_lost(before(), **stages(frame), bounds=BOUNDS)
    for stage in ("snapshot", "corrected", "panel"):
        assert f"- ExpVinho (kg), stage {stage}: {what}" in str(raised.value)
    assert f"since the ledger of snapshot {'b' * 16}" in str(raised.value)
    assert '"feature.ledger.accept=ExpVinho"' in str(raised.value)


def test_new_years_do_not_hide_a_loss_of_old_ones():
    frame = pd.concat([leaves(unknown=500), leaves(years=range(2010, 2020))], ignore_index=True)
    with pytest.raises(LedgerError, match="500 figures of past years, 1,000 before"):
        require_nothing_lost(before(), **stages(frame), bounds=BOUNDS)


def test_a_stage_that_loses_alone_is_named_alone():
    parts = stages(leaves())
    parts["panel"] = parts["panel"][parts["panel"]["series_id"] != "land 1"]
    with pytest.raises(LedgerError) as raised:
        require_nothing_lost(before(), **parts, bounds=LedgerBounds(rows_share=0.0))
    assert "stage panel: 99 rows" in str(raised.value)
    assert "stage corrected" not in str(raised.value)


def test_a_table_that_is_gone_is_a_loss_of_all_of_it():
    older = before()
    older = LedgerBefore(older.snapshot_id, older.rows.assign(table_name="ExpUva"), {"ExpUva": 2009})
    with pytest.raises(
        LedgerError, match=r"ExpUva \(kg\), stage snapshot: 0 rows or series, 100 before: 100.00% are gone"
    ):
        require_nothing_lost(older, **stages(leaves()), bounds=BOUNDS)


def test_a_loss_that_is_meant_is_given_back():
    meant = require_nothing_lost(before(), **stages(leaves(rows=50)), bounds=LedgerBounds(accept="ExpVinho"))
    assert {(loss.what, loss.share) for loss in meant} == {("rows", 0.5), ("known", 0.5), ("total", 0.5)}


def snapshot(letter, exp, pro, last_year=2023):
    return pd.DataFrame(
        {
            "snapshot_id": letter * 16,
            "table_name": ["ExpVinho", "Producao"],
            "published_at": [pd.Timestamp(exp), pd.Timestamp(pro)],
            "last_year": [last_year, last_year - 1],
        }
    )


OLDEST, OLDER = snapshot("a", "2022-04-01", "2022-04-01", 2021), snapshot("b", "2023-04-01", "2022-04-01", 2022)
CURRENT, NEWER = snapshot("c", "2023-04-01", "2023-04-01"), snapshot("d", "2024-04-01", "2023-04-01", 2024)
ALL = {letter * 16 for letter in "abcd"}


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (ALL, "c"),
        (ALL - {"c" * 16}, "b"),
        ({"a" * 16, "d" * 16}, "a"),
        ({"d" * 16}, None),
        (set(), None),
    ],
)
def test_a_ledger_is_compared_with_its_own_or_the_nearest_older_one(ids, expected):
    found = ledger_to_compare(CURRENT, [NEWER, OLDEST, CURRENT, OLDER], ids)
    assert (None if found is None else found[0]) == (None if expected is None else expected * 16)


def test_the_years_of_the_older_ledger_count():
    found = ledger_to_compare(CURRENT, [OLDER], {"b" * 16})
    assert found == ("b" * 16, {"ExpVinho": 2022, "Producao": 2021})


def test_a_snapshot_of_which_one_table_is_newer_is_not_older():
    mixed = snapshot("e", "2022-04-01", "2024-04-01")
    assert ledger_to_compare(CURRENT, [mixed], {"e" * 16}) is None
