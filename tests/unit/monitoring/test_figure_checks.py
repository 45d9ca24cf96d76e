import pandas as pd
import pytest

from viticast.monitoring.figure_checks import (
    Revisions,
    check_corrections,
    check_freshness,
    check_revisions,
    find_revisions,
)

CELL = {
    "table_name": "ExpVinho",
    "row_kind": "leaf",
    "group_label": None,
    "item": "Chile",
    "measure": "quantity",
    "year": 2020,
    "value": 5.0,
}
NOTHING = Revisions(changed=0, filled=0, emptied=0, new_rows=0, gone_rows=0, compared=0)


def cells(*changes):
    frame = pd.DataFrame([CELL | change for change in changes], columns=list(CELL))
    texts = dict.fromkeys(("table_name", "row_kind", "group_label", "item", "measure"), "str")
    return frame.astype(texts | {"value": "float64", "year": "int64"})


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([{}], [{}], {"compared": 1}),
        ([{}], [{"value": 6.0}], {"compared": 1, "changed": 1}),
        ([{"value": None}], [{"value": 0.0}], {"compared": 1, "filled": 1}),
        ([{}], [{"value": None}], {"compared": 1, "emptied": 1}),
        ([{"value": None}], [{"value": None}], {"compared": 1}),
        ([{}], [{}, {"item": "Peru"}], {"compared": 1, "new_rows": 1}),
        ([{}, {"item": "Peru"}], [{}], {"compared": 1, "gone_rows": 1}),
        ([{}], [{}, {"year": 2021}], {"compared": 1}),
        ([{"item": "Canadá"}], [{"item": "CANADA "}], {"compared": 1}),
        ([{}], [{}, {"table_name": "ExpSuco"}], {"compared": 1}),
        ([{}, {"value": 7.0}], [{}, {"value": 8.0}], {"compared": 2, "changed": 1}),
        ([{}], [{}, {"value": 7.0}], {"compared": 1, "new_rows": 1}),
        ([{}], [{"measure": "value"}], {}),
    ],
)
def test_vintages_are_compared_by_what_a_cell_is_about(old, new, expected):
    assert find_revisions(cells(*old), cells(*new)) == Revisions(**(vars(NOTHING) | expected))


@pytest.mark.parametrize(
    ("found", "status"),
    [
        (None, "skipped"),
        ({"compared": 100, "changed": 1}, "ok"),
        ({"compared": 100, "changed": 2}, "watch"),
        ({"compared": 100, "changed": 1, "emptied": 1}, "watch"),
        ({"compared": 100, "filled": 90, "new_rows": 50}, "ok"),
        ({"compared": 100, "gone_rows": 1}, "watch"),
        ({}, "ok"),
    ],
)
def test_many_changes_or_a_lost_row_ask_for_a_look(found, status):
    revisions = None if found is None else Revisions(**(vars(NOTHING) | found))
    [verdict] = check_revisions(revisions)
    assert verdict.verdict == status
    assert verdict.detail


def test_a_table_may_lie_one_year_behind_the_newest():
    snapshot = pd.DataFrame({"table_name": ["ExpVinho", "Producao", "Comercio"], "last_year": [2024, 2023, 2022]})
    verdicts = {verdict.subject: verdict for verdict in check_freshness(snapshot)}
    assert {name: verdict.verdict for name, verdict in verdicts.items()} == {
        "ExpVinho": "ok",
        "Producao": "ok",
        "Comercio": "watch",
    }
    assert verdicts["Comercio"].detail == "ends in 2022"


def test_a_stale_correction_asks_for_a_look_and_one_that_does_not_apply_is_silent():
    applied = pd.DataFrame(
        {
            "correction_id": ["fits", "stale", "other"],
            "status": ["applied", "stale", "not_applicable"],
            "detail": pd.Series([None, "expected 1, found 2", None], dtype="str"),
        }
    )
    verdicts = list(check_corrections(applied))
    assert [(verdict.subject, verdict.verdict, verdict.detail) for verdict in verdicts] == [
        ("fits", "ok", None),
        ("stale", "watch", "expected 1, found 2"),
    ]
