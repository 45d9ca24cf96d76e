from datetime import date

import pandas as pd
import pytest

from viticast.contracts.panel import CorrectionsApplied
from viticast.panel.corrections import apply_corrections
from viticast.panel.declarations import Corrections

GROUP = "VINHO DE MESA"
TINTO = {"group_label": GROUP, "item_label": "Tinto", "year": 2017, "value": 1.0}
BRANCO = {"group_label": GROUP, "item_label": "Branco", "year": 2017, "value": 217.0}
ROSADO = {"group_label": GROUP, "item_label": "Rosado", "year": 2017, "value": 36.0}
TOTAL = {"group_label": GROUP, "item_label": GROUP, "row_kind": "total", "year": 2017, "value": 254.0}
ELSEWHERE = {"group_label": "SUCO", "item_label": "Tinto", "year": 2017, "value": 7.0}
LATER = TINTO | {"year": 2018, "value": 220.0}

PERMUTE = {"kind": "permute", "take": {"Tinto": "Branco", "Branco": "Rosado", "Rosado": "Tinto"}}
MISSING = {"kind": "missing"}
UNDETAILED = {"kind": "undetailed"}


def declared(action, value=1.0, **changes):
    guard = {"item": "Tinto", "year": 2017, "value": value}
    correction = {
        "id": "one",
        "table": "Producao",
        "group": GROUP,
        "years": [2017, 2017],
        "action": action,
        "expect": [guard],
        "reason": "A  reason\nof two lines.",
    }
    return Corrections.from_mapping({"corrections": [correction | changes]})


def figures(frame):
    rows = frame[["group_label", "item", "year", "row_kind", "value", "mark"]].to_dict("records")
    return {
        (row["group_label"], row["item"], row["year"], row["row_kind"]): row["mark"]
        if pd.isna(row["value"])
        else row["value"]
        for row in rows
    }


def leaf(group, item, year=2017):
    return (group, item, year, "leaf")


def test_a_permutation_gives_each_item_the_value_under_another(cells, snapshot):
    frame = cells(TINTO, BRANCO, ROSADO, TOTAL, ELSEWHERE, LATER)
    corrected = apply_corrections(frame, declared(PERMUTE), snapshot)
    before, after = figures(frame), figures(corrected.cells)
    moved = {leaf(GROUP, "Tinto"): 217.0, leaf(GROUP, "Branco"): 36.0, leaf(GROUP, "Rosado"): 1.0}
    assert after == before | moved
    assert corrected.cells["correction_id"].notna().tolist() == [True, True, True, False, False, False]
    assert corrected.applied["cells"].tolist() == [3]


def test_a_permutation_moves_marks_with_their_cells(cells, snapshot):
    frame = cells(TINTO, BRANCO | {"value": None, "mark": "nd"}, ROSADO)
    after = figures(apply_corrections(frame, declared(PERMUTE), snapshot).cells)
    assert after == {leaf(GROUP, "Tinto"): "nd", leaf(GROUP, "Branco"): 36.0, leaf(GROUP, "Rosado"): 1.0}


def test_a_permutation_keeps_the_measures_apart(cells, snapshot):
    money = [row | {"measure": "value", "unit": "USD", "value": row["value"] * 10} for row in (TINTO, BRANCO, ROSADO)]
    corrected = apply_corrections(cells(TINTO, BRANCO, ROSADO, *money), declared(PERMUTE), snapshot)
    assert corrected.cells["value"].tolist() == [217.0, 36.0, 1.0, 2170.0, 360.0, 10.0]


def test_values_that_cannot_be_believed_become_missing(cells, snapshot):
    frame = cells(TINTO, BRANCO | {"value": None, "mark": "*"}, TOTAL, ELSEWHERE, LATER)
    corrected = apply_corrections(frame, declared(MISSING), snapshot)
    assert figures(corrected.cells) == figures(frame) | {leaf(GROUP, "Tinto"): "corrected"}
    assert corrected.cells["correction_id"].notna().tolist() == [True, False, False, False, False]
    assert corrected.applied["cells"].tolist() == [1]


def test_a_correction_without_group_means_the_whole_table(cells, snapshot):
    guard = [{"item": "Branco", "year": 2017, "value": 217}]
    frame = cells(TINTO, BRANCO, ELSEWHERE, TINTO | {"table_name": "Comercio"})
    corrected = apply_corrections(frame, declared(MISSING, group=None, expect=guard), snapshot)
    assert corrected.cells["mark"].fillna("").tolist() == ["corrected", "corrected", "corrected", ""]


def test_an_undetailed_total_is_carried_by_an_item(cells, snapshot):
    frame = cells(
        TINTO | {"value": 0.0}, BRANCO | {"value": None, "mark": "nd"}, TOTAL, LATER, TOTAL | {"year": 2018, "value": 9}
    )
    guard = [{"item": GROUP, "kind": "total", "year": 2017, "value": 254}]
    corrected = apply_corrections(frame, declared(UNDETAILED, expect=guard), snapshot)
    item = "(sem detalhamento)"
    assert figures(corrected.cells) == figures(frame) | {
        leaf(GROUP, "Tinto"): "corrected",
        leaf(GROUP, item): 254.0,
        leaf(GROUP, item, 2018): 0.0,
    }
    assert corrected.applied["cells"].tolist() == [2]


def test_leaves_with_values_are_not_undetailed(cells, snapshot):
    frame = cells(TINTO, TOTAL)
    corrected = apply_corrections(frame, declared(UNDETAILED), snapshot)
    assert figures(corrected.cells) == figures(frame)
    assert "leaves have values" in corrected.applied["detail"].iloc[0]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ((TINTO | {"value": 220.0}, BRANCO, ROSADO), "Tinto 2017: expected 1, found 220"),
        ((TINTO | {"value": None, "mark": "nd"}, BRANCO, ROSADO), "Tinto 2017: expected 1, found nan"),
        ((TINTO, TINTO, BRANCO, ROSADO), "Tinto 2017: expected one cell, found 2"),
        ((BRANCO, ROSADO), "Tinto 2017: expected one cell, found 0"),
        ((TINTO, BRANCO), "Rosado 2017 (quantity): expected one cell to move, found 0"),
        ((TINTO, BRANCO, ROSADO, ROSADO), "Rosado 2017 (quantity): expected one cell to move, found 2"),
    ],
)
def test_a_stale_correction_does_nothing_and_says_what_it_found(cells, snapshot, rows, found):
    frame = cells(*rows)
    corrected = apply_corrections(frame, declared(PERMUTE), snapshot)
    pd.testing.assert_frame_equal(corrected.cells.drop(columns="correction_id"), frame)
    assert corrected.cells["correction_id"].isna().all()
    [outcome] = corrected.applied.to_dict("records")
    assert (outcome["status"], outcome["cells"]) == ("stale", 0)
    assert found in outcome["detail"]


def test_a_guard_forgives_a_decimal(cells, snapshot):
    applied = apply_corrections(cells(TINTO), declared(MISSING, value=1.4), snapshot).applied
    assert applied["status"].tolist() == ["applied"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, "applied"),
        ({"table": "ExpVinho"}, "not_applicable"),
        ({"years": [2030, 2031]}, "not_applicable"),
        ({"published_from": date(2025, 4, 1), "published_to": date(2025, 4, 1)}, "applied"),
        ({"published_from": date(2025, 4, 2)}, "not_applicable"),
        ({"published_to": date(2025, 3, 31)}, "not_applicable"),
    ],
)
def test_a_correction_is_for_some_vintages(cells, snapshot, change, status):
    frame = cells(TINTO)
    corrected = apply_corrections(frame, declared(MISSING, **change), snapshot)
    assert corrected.applied["status"].tolist() == [status]
    assert corrected.cells["mark"].notna().any() == (status == "applied")


def test_corrections_apply_in_their_order(cells, snapshot):
    both = Corrections(
        corrections=(
            *declared(PERMUTE, id="first").corrections,
            *declared(MISSING, id="second", expect=[{"item": "Tinto", "year": 2017, "value": 217}]).corrections,
        )
    )
    corrected = apply_corrections(cells(TINTO, BRANCO, ROSADO), both, snapshot)
    assert corrected.applied["status"].tolist() == ["applied", "applied"]
    assert set(corrected.cells["correction_id"]) == {"second"}


@pytest.mark.parametrize("corrections", [Corrections(), declared(MISSING), declared(MISSING, value=5.0)])
def test_the_outcome_fulfils_its_contract(cells, snapshot, corrections):
    applied = apply_corrections(cells(TINTO), corrections, snapshot.assign(snapshot_id="0" * 16)).applied
    CorrectionsApplied.validate(applied, lazy=True)
    assert set(applied["reason"]) <= {"A reason of two lines."}


def test_rows_outside_any_group_are_left_alone(cells, snapshot):
    frame = cells(TINTO, TINTO | {"group_label": None}, TOTAL | {"group_label": None})
    corrected = apply_corrections(frame, declared(MISSING), snapshot)
    assert corrected.cells["correction_id"].notna().tolist() == [True, False, False]
    assert list(corrected.cells.columns) == [*frame.columns, "correction_id"]


def test_the_column_of_corrections_is_of_text_even_when_nothing_is_corrected(cells, snapshot):
    corrected = apply_corrections(cells(TINTO), Corrections(), snapshot)
    assert isinstance(corrected.cells["correction_id"].dtype, pd.StringDtype)
    assert corrected.cells["correction_id"].isna().all()


@pytest.mark.parametrize(("value", "status"), [(1.5, "applied"), (0.5, "applied"), (1.51, "stale"), (0.49, "stale")])
def test_a_guard_forgives_half_a_unit_and_no_more(cells, snapshot, value, status):
    applied = apply_corrections(cells(TINTO), declared(MISSING, value=value), snapshot).applied
    assert applied["status"].tolist() == [status]


def undetailed_cells(cells, snapshot):
    frame = cells(
        TINTO | {"value": 0.0},
        TOTAL,
        TOTAL | {"year": 2016, "value": None, "mark": "nd"},
        TOTAL | {"year": 2018, "value": None, "mark": "*"},
        LATER,
    )
    guard = [{"item": GROUP, "kind": "total", "year": 2017, "value": 254}]
    return apply_corrections(frame, declared(UNDETAILED, expect=guard, years=[2016, 2017]), snapshot)


def test_what_carries_an_undetailed_total_is_a_whole_row(cells, snapshot):
    corrected = undetailed_cells(cells, snapshot).cells
    carried = corrected[corrected["item"] == "(sem detalhamento)"].sort_values("year")
    assert set(carried["item_label"]) == {"(sem detalhamento)"}
    assert set(carried["row_kind"]) == {"leaf"}
    assert set(carried["correction_id"]) == {"one"}
    assert set(carried["group_label"]) == {GROUP}
    assert carried["year"].tolist() == [2016, 2017, 2018]
    assert carried["value"].fillna(-1).tolist() == [-1, 254, 0]
    assert carried["mark"].fillna("").tolist() == ["nd", "", ""]
    assert corrected.index.is_unique


def test_a_later_correction_finds_what_carries_an_undetailed_total(cells, snapshot):
    guards = (
        [{"item": GROUP, "kind": "total", "year": 2017, "value": 254}],
        [{"item": "(sem detalhamento)", "year": 2017, "value": 254}],
    )
    both = Corrections(
        corrections=(
            *declared(UNDETAILED, id="first", expect=guards[0]).corrections,
            *declared(MISSING, id="second", expect=guards[1]).corrections,
        )
    )
    corrected = apply_corrections(cells(TINTO | {"value": 0.0}, TOTAL), both, snapshot)
    assert corrected.applied["status"].tolist() == ["applied", "applied"]
    assert corrected.cells["correction_id"].fillna("").tolist() == ["first", "", "second"]


def test_why_a_correction_of_leaves_with_values_is_stale(cells, snapshot):
    applied = apply_corrections(cells(TINTO, TOTAL), declared(UNDETAILED), snapshot).applied
    assert applied["detail"].tolist() == ["leaves have values in years that were declared undetailed"]
    assert applied["cells"].dtype == "int64"
    assert list(applied.columns) == list(CorrectionsApplied.to_schema().columns)


RANGE = {
    "years": [2017, 2019],
    "expect": [{"item": "Tinto", "year": 2017, "value": 1}, {"item": "Tinto", "year": 2019, "value": 9}],
}


@pytest.mark.parametrize("action", [MISSING, UNDETAILED])
def test_an_older_vintage_that_ends_within_the_years_is_corrected_as_far_as_it_goes(cells, snapshot, action):
    zero = TINTO | {"value": 0.0} if action is UNDETAILED else TINTO
    guard = {"item": GROUP, "kind": "total", "year": 2017, "value": 254} if action is UNDETAILED else RANGE["expect"][0]
    frame = cells(zero, TOTAL)
    corrected = apply_corrections(frame, declared(action, **RANGE | {"expect": [guard, RANGE["expect"][1]]}), snapshot)
    assert corrected.applied["status"].tolist() == ["applied"]
    assert figures(corrected.cells)[leaf(GROUP, "Tinto")] == "corrected"


def test_a_vintage_that_ends_before_the_years_needs_no_correction(cells, snapshot):
    frame = cells(TINTO | {"year": 2016})
    assert apply_corrections(frame, declared(MISSING, **RANGE), snapshot).applied["status"].tolist() == [
        "not_applicable"
    ]


def test_a_vintage_without_a_year_of_the_guard_cannot_be_judged(cells, snapshot):
    late = RANGE | {"expect": RANGE["expect"][1:]}
    assert apply_corrections(cells(TINTO), declared(MISSING, **late), snapshot).applied["status"].tolist() == [
        "not_applicable"
    ]
