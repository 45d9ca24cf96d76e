import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from viticast.contracts.columns import REVISIONS
from viticast.contracts.revisions import Revisions
from viticast.panel.revisions import COLUMNS, compare

OLD, NEW = "a" * 16, "b" * 16
TEXTS = ["table_name", "vintage_id", "group_label", "item", "row_kind", "measure", "unit", "mark"]
UNITS = {"ExpVinho": (("quantity", "kg"), ("value", "USD")), "Producao": (("quantity", "L"),)}
ZEROS = (0.0, 0.0, 0.0)


def row(item, *figures, table="Producao", group="VINHO", kind="leaf", first_year=2020):
    """A row of a file: for each year a number, a mark, or a tuple of both units' figures."""
    return {"item": item, "figures": figures, "table": table, "group": group, "kind": kind, "first_year": first_year}


def country(item, *figures):
    return row(item, *figures, table="ExpVinho", group=None)


def cells(vintage_id, *rows):
    """The cells of a file with these rows, in their order."""
    found = []
    for number, each in enumerate(rows, start=2):
        for position, (measure, unit) in enumerate(UNITS[each["table"]]):
            for year, figure in enumerate(each["figures"], start=each["first_year"]):
                stated = figure[position] if isinstance(figure, tuple) else figure
                found.append(
                    {
                        "table_name": each["table"],
                        "vintage_id": vintage_id,
                        "row_number": number,
                        "group_label": each["group"],
                        "item": each["item"],
                        "row_kind": each["kind"],
                        "measure": measure,
                        "unit": unit,
                        "year": year,
                        "value": None if isinstance(stated, str) else stated,
                        "mark": stated if isinstance(stated, str) else None,
                    }
                )
    columns = ["row_number", "year", "value", *TEXTS]
    frame = pd.DataFrame(found, columns=columns)
    return frame.astype(dict.fromkeys(TEXTS, "str") | {"value": "float64", "year": "int64", "row_number": "int64"})


def changes(old, new, crosswalk=None):
    """What changed, without the rows that stand for whole tables."""
    found = compare(cells(OLD, *old), cells(NEW, *new), crosswalk)
    return found[~found["kind"].isin(["compared", "first_vintage"])].reset_index(drop=True)


def only(frame):
    assert len(frame) == 1, frame.to_string()
    return frame.iloc[0].where(frame.iloc[0].notna(), None).to_dict()


def crosswalk(*entries):
    frame = pd.DataFrame(entries, columns=["table_name", "group_key", "item_key", "unit", "series_id"])
    return frame.astype("str")


def as_table(frame, **stamps):
    stamped = frame.assign(**({"snapshot_id": "c" * 16, "source": "sample", "is_synthetic": True} | stamps))
    return stamped[list(Revisions.to_schema().columns)].astype({"snapshot_id": "str", "source": "str"})


def test_a_vintage_against_itself_says_only_what_was_compared():
    rows = [row("VINHO", 9.0, "nd", kind="total"), row("Tinto", 5.0, "nd"), country("Chile", (1.0, 2.0), (0.0, 0.0))]
    found = compare(cells(OLD, *rows), cells(OLD, *rows))
    assert found[["table_name", "kind", "cells", "year"]].values.tolist() == [
        ["ExpVinho", "compared", 4, 0],
        ["Producao", "compared", 4, 0],
    ]
    assert found[["old_vintage_id", "new_vintage_id"]].stack().unique().tolist() == [OLD]


def test_a_changed_value_is_told_with_both_values_and_its_year_and_unit():
    found = only(changes([country("Chile", (7.0, 1.0), (5.0, 9.0))], [country("Chile", (7.0, 1.0), (5.0, 3.0))]))
    assert found == {
        "table_name": "ExpVinho",
        "old_vintage_id": OLD,
        "new_vintage_id": NEW,
        "kind": "value_changed",
        "row_kind": "leaf",
        "group_label": None,
        "item": "Chile",
        "old_item": "Chile",
        "unit": "USD",
        "year": 2021,
        "old_value": 9.0,
        "new_value": 3.0,
        "old_mark": None,
        "new_mark": None,
        "cells": 1,
    }


@pytest.mark.parametrize(
    ("was", "now", "kind"),
    [
        (5.0, 6.0, "value_changed"),
        (0.0, 1.0, "value_changed"),
        ("empty", 0.0, "mark_filled"),
        ("nd", 8.0, "mark_filled"),
        (8.0, "*", "value_gone"),
        (0.0, "unreadable", "value_gone"),
    ],
)
def test_a_revised_cell_has_its_kind_its_figures_and_its_marks(was, now, kind):
    found = only(changes([row("Tinto", 4.0, was)], [row("Tinto", 4.0, now)]))
    assert (found["kind"], found["year"], found["unit"], found["group_label"]) == (kind, 2021, "L", "VINHO")
    for side, figure in (("old", was), ("new", now)):
        expected = (None, figure) if isinstance(figure, str) else (figure, None)
        assert (found[f"{side}_value"], found[f"{side}_mark"]) == expected


def test_a_mark_that_gives_way_to_another_mark_is_no_revision():
    assert changes([row("Tinto", 4.0, "nd")], [row("Tinto", 4.0, "*")]).empty


def test_the_published_total_of_a_group_is_compared_too():
    found = only(changes([row("VINHO", 9.0, kind="total")], [row("VINHO", 8.0, kind="total")]))
    assert (found["kind"], found["row_kind"], found["item"]) == ("value_changed", "total", "VINHO")


def test_a_total_is_not_taken_for_the_leaf_of_its_name():
    found = changes([row("SUCO", 9.0, kind="total", group="SUCO")], [row("SUCO", 9.0, group="SUCO")])
    assert found[["kind", "row_kind"]].values.tolist() == [["row_new", "leaf"], ["row_gone", "total"]]


def test_rows_that_came_and_went_count_the_cells_of_the_years_that_both_reach():
    old = [country("Chile", 1.0, 2.0), country("Cuba", 3.0, 4.0)]
    new = [country("Chile", 1.0, 2.0, 3.0), country("Peru", 0.0, 0.0, 5.0)]
    found = changes(old, new)
    assert found[["kind", "item", "cells", "year"]].values.tolist() == [
        ["row_new", "Peru", 4, 0],
        ["row_gone", "Cuba", 4, 0],
    ]
    assert found["old_item"].fillna("").tolist() == ["", "Cuba"]
    assert found["unit"].isna().all()


@pytest.mark.parametrize("first_year", [2018, 2022])
def test_years_that_only_one_vintage_reaches_are_not_compared(first_year):
    old = [row("Tinto", 1.0, 2.0, first_year=2020)]
    new = [
        row("Tinto", *(float(abs(year - 2019)) for year in range(first_year, first_year + 4)), first_year=first_year)
    ]
    found = compare(cells(OLD, *old), cells(NEW, *new))
    both = len({2020, 2021} & set(range(first_year, first_year + 4)))
    assert found[["kind", "cells"]].values.tolist() == [["compared", both]]


@pytest.mark.parametrize(("was", "now"), [("Canada", "Canadá"), ("Taiwan (FORMOSA)", "Taiwan (Formosa)")])
def test_a_label_that_is_spelt_otherwise_is_one_row_with_another_name(was, now):
    found = changes([country(was, 1.0, 2.0)], [country(now, 1.0, 3.0)])
    assert found["kind"].tolist() == ["value_changed", "value_changed", "label_renamed"]
    assert found[["old_item", "item"]].drop_duplicates().values.tolist() == [[was, now]]
    assert found.loc[2, ["cells", "year"]].tolist() == [4, 0]


RUSSIA = [
    ("ExpVinho", "", name, unit, f"exportacao_{unit.lower()}/exp_vinho/russia")
    for name in ("russia federacao da", "republica federativa da russia")
    for unit in ("kg", "USD")
]


def test_a_label_of_the_same_series_is_the_same_row_under_another_name():
    old, new = [country("Rússia, Federação da", 1.0, 2.0)], [country("República Federativa da Rússia", 1.0, 9.0)]
    found = changes(old, new, crosswalk(*RUSSIA))
    assert found["kind"].tolist() == ["value_changed", "value_changed", "label_renamed"]
    assert changes(old, new, crosswalk(*RUSSIA[:2]))["kind"].tolist() == ["row_new", "row_gone"]
    assert changes(old, new)["kind"].tolist() == ["row_new", "row_gone"]


def test_two_labels_of_one_series_that_both_stay_are_no_rename():
    rows = [country("Rússia, Federação da", 1.0, 0.0), country("República Federativa da Rússia", 0.0, 9.0)]
    assert changes(rows, rows[::-1], crosswalk(*RUSSIA)).empty
    assert only(changes(rows, rows[1:], crosswalk(*RUSSIA)))["kind"] == "row_gone"


def test_of_several_labels_of_one_series_those_with_the_same_figures_are_one_row():
    names = ("a", "b", "c", "d")
    one = crosswalk(*(("ExpVinho", "", name, unit, f"x_{unit}/one") for name in names for unit in ("kg", "USD")))
    found = changes(
        [country("A", 1.0, 2.0), country("B", 7.0, 8.0)], [country("C", 7.0, 8.0), country("D", 1.0, 2.0)], one
    )
    assert found[["kind", "old_item", "item"]].values.tolist() == [
        ["label_renamed", "B", "C"],
        ["label_renamed", "A", "D"],
    ]


def test_two_spellings_with_the_same_figures_keep_their_names_in_another_order():
    rows = [country("Chile", 1.0, 2.0), country("CHILE", 1.0, 2.0)]
    assert changes(rows, rows[::-1]).empty


def test_totals_have_no_series_and_are_never_joined_by_its_absence():
    old, new = [row("VINHO", 1.0, kind="total")], [row("SUCO", 2.0, kind="total")]
    assert changes(old, new, crosswalk(*RUSSIA))["kind"].tolist() == ["row_new", "row_gone"]


def test_a_label_with_the_figures_of_the_one_that_went_is_a_rename():
    found = only(changes([country("Suazilândia", (1.0, 4.0), 2.0)], [country("Essuatíni", (1.0, 4.0), 2.0, 8.0)]))
    assert (found["kind"], found["old_item"], found["item"], found["cells"]) == (
        "label_renamed",
        "Suazilândia",
        "Essuatíni",
        4,
    )


def test_figures_in_the_other_unit_are_not_the_same_figures():
    found = changes([country("Cuba", (1.0, 4.0))], [country("Peru", (4.0, 1.0))])
    assert found["kind"].tolist() == ["row_new", "row_gone"]


def test_the_same_figures_in_other_years_are_not_the_same_figures():
    assert changes([country("Cuba", 4.0, 0.0)], [country("Peru", 0.0, 4.0)])["kind"].tolist() == ["row_new", "row_gone"]


@pytest.mark.parametrize("figures", [ZEROS, ("nd", "nd", "*"), ("empty", 0.0, "empty")])
def test_rows_without_a_positive_figure_are_not_known_by_their_figures(figures):
    found = changes([country("Cuba", *figures)], [country("Peru", *figures)])
    assert found["kind"].tolist() == ["row_new", "row_gone"]


def test_figures_that_several_rows_have_name_none_of_them():
    old = [country("Cuba", 1.0), country("Chile", 1.0)]
    assert changes(old, [country("Peru", 1.0)])["kind"].tolist() == ["row_new", "row_gone", "row_gone"]
    assert changes([country("Peru", 1.0)], old)["kind"].tolist() == ["row_new", "row_new", "row_gone"]


def test_a_row_that_moved_to_another_category_is_told():
    found = only(changes([row("Tinto", 5.0, 6.0)], [row("Tinto", 5.0, 6.0, group="VINHO FINO")]))
    assert (found["kind"], found["group_label"], found["item"]) == ("label_renamed", "VINHO FINO", "Tinto")


def test_a_category_that_is_only_spelt_otherwise_is_the_same():
    assert changes([row("Tinto", 5.0)], [row("Tinto", 6.0, group="Vinho ")])["kind"].tolist() == ["value_changed"]


def test_a_row_in_its_own_category_goes_before_one_with_its_figures_elsewhere():
    old = [row("Tinto", 5.0, 6.0)]
    new = [row("Rubro", 5.0, 6.0), row("Rubro", 5.0, 6.0, group="SUCO")]
    found = changes(old, new)
    assert found[["kind", "group_label"]].values.tolist() == [["row_new", "SUCO"], ["label_renamed", "VINHO"]]


def test_repeats_of_a_label_are_paired_by_their_figures_and_then_in_order():
    first, second = row("Mistura", 1.0, 2.0), row("Mistura", 7.0, 8.0)
    assert changes([first, second], [second, first]).empty
    assert only(changes([first, second], [row("Mistura", 1.0, 3.0), second]))["old_value"] == 2.0
    found = changes([first, second], [row("Mistura", 1.0, 3.0), row("Mistura", 7.0, 9.0)])
    assert found[["old_value", "new_value"]].values.tolist() == [[2.0, 3.0], [8.0, 9.0]]


def test_repeats_that_are_spelt_otherwise_and_in_another_order_keep_their_figures():
    old = [row("Mistura", 1.0, 2.0), row("Mistura", 7.0, 8.0)]
    found = changes(old, [row("MISTURA", 7.0, 8.0), row("MISTURA", 1.0, 2.0)])
    assert found["kind"].tolist() == ["label_renamed", "label_renamed"]


def test_a_repeat_that_came_is_one_new_row():
    found = only(changes([row("Mistura", 1.0)], [row("Mistura", 1.0), row("Mistura", 1.0)]))
    assert (found["kind"], found["cells"]) == ("row_new", 1)


def test_a_table_without_a_vintage_before_says_so_and_nothing_else():
    found = compare(cells(OLD, row("Tinto", 1.0)), cells(NEW, row("Tinto", 2.0), country("Chile", 1.0)))
    first = found[found["table_name"] == "ExpVinho"]
    assert first[["kind", "new_vintage_id", "cells"]].values.tolist() == [["first_vintage", NEW, 0]]
    assert first["old_vintage_id"].isna().all()


def test_a_table_that_the_newer_side_lacks_is_left_out():
    found = compare(cells(OLD, row("Tinto", 1.0), country("Chile", 1.0)), cells(NEW, row("Tinto", 1.0)))
    assert found["table_name"].tolist() == ["Producao"]


@pytest.mark.parametrize("kinds", [("first_vintage",), ()])
def test_nothing_before_and_nothing_after_are_no_error(kinds):
    rows = [row("Tinto", 1.0)] if kinds else []
    assert tuple(compare(cells(OLD), cells(NEW, *rows))["kind"]) == kinds


def test_two_vintages_of_one_table_in_a_frame_are_refused():
    mixed = pd.concat([cells(OLD, row("Tinto", 1.0)), cells(NEW, row("Tinto", 1.0))])
    for old, new in ((mixed, cells(NEW, row("Tinto", 1.0))), (cells(OLD, row("Tinto", 1.0)), mixed)):
        with pytest.raises(ValueError, match="two vintages of Producao"):
            compare(old, new)


def test_each_kind_is_found_in_the_order_of_the_vocabulary_and_fulfils_the_contract():
    old = [
        row("Tinto", 1.0, 2.0),
        row("Branco", "empty", 3.0),
        row("Rosado", 4.0, 5.0),
        row("Licoroso", 6.0, 0.0),
        row("Mosto", 0.0, 0.0),
    ]
    new = [
        row("Tinto", 1.0, 20.0),
        row("Branco", 0.0, 3.0),
        row("Rosado", 4.0, "nd"),
        row("Licor", 6.0, 0.0),
        row("Suco", 0.0, 0.0),
        country("Chile", 1.0, 1.0),
    ]
    found = compare(cells(OLD, *old), cells(NEW, *new))
    assert found["kind"].tolist() == ["first_vintage", *(kind for kind in REVISIONS if kind != "first_vintage")]
    Revisions.validate(as_table(found))
    Revisions.validate(as_table(found.head(0)))


labels = st.sampled_from(["Chile", "chile ", "Peru", "Perú", "Cuba", "Brasil", "China", "China Continental"])
figure = st.one_of(st.sampled_from([0.0, 1.0, 2.0]), st.sampled_from(["nd", "*", "empty"]))
pair = st.tuples(figure, figure)
figures = st.lists(pair, min_size=3, max_size=3)
files = st.lists(
    st.builds(lambda label, figures: country(label, *figures), labels, st.lists(pair, min_size=3, max_size=3)),
    max_size=6,
)
CHINA = crosswalk(
    *(
        ("ExpVinho", "", name, unit, f"x_{unit}/china")
        for name in ("china", "china continental")
        for unit in ("kg", "USD")
    )
)
thorough = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.slow
@thorough
@given(files, st.randoms())
def test_the_order_of_the_rows_of_a_file_never_matters(rows, random):
    assume(rows)
    found = compare(cells(OLD, *rows), cells(NEW, *random.sample(rows, len(rows))), CHINA)
    assert found["kind"].tolist() == ["compared"]


@pytest.mark.slow
@thorough
@given(files, files, st.randoms())
def test_a_report_is_the_same_whatever_the_order_of_the_cells(old, new, random):
    before, after = cells(OLD, *old), cells(NEW, *new)
    shuffled = after.sample(frac=1, random_state=random.randrange(1000)).reset_index(drop=True)
    pd.testing.assert_frame_equal(compare(before, after, CHINA), compare(before, shuffled, CHINA))


MIRRORED = {"row_new": "row_gone", "row_gone": "row_new", "mark_filled": "value_gone", "value_gone": "mark_filled"}


@pytest.mark.slow
@thorough
@given(files, files)
def test_looking_back_mirrors_what_looking_ahead_says(old, new):
    assume(old and new)
    ahead = compare(cells(OLD, *old), cells(NEW, *new), CHINA)
    back = compare(cells(NEW, *new), cells(OLD, *old), CHINA)
    swapped = {
        **{name: name.replace("old_", "new_") for name in ("old_value", "old_mark", "old_vintage_id")},
        **{name: name.replace("new_", "old_") for name in ("new_value", "new_mark", "new_vintage_id")},
    }
    mirrored = back.rename(columns=swapped).assign(kind=back["kind"].replace(MIRRORED))
    is_paired = ~mirrored["kind"].isin(["row_new", "row_gone", "compared"])
    item, old_item = mirrored["item"], mirrored["old_item"]
    mirrored["item"], mirrored["old_item"] = item.mask(is_paired, old_item), old_item.mask(is_paired, item)
    mirrored["old_item"] = (
        mirrored["old_item"].mask(mirrored["kind"] == "row_new").where(mirrored["kind"] != "row_gone", mirrored["item"])
    )
    pd.testing.assert_frame_equal(ordered(mirrored), ordered(ahead))


def ordered(frame):
    return frame[COLUMNS].sort_values(COLUMNS, ignore_index=True)


@pytest.mark.slow
@thorough
@given(files, files)
def test_every_cell_of_both_vintages_is_compared_new_or_gone(old, new):
    assume(old and new)
    before, after = cells(OLD, *old), cells(NEW, *new)
    counted = compare(before, after, CHINA).groupby("kind")["cells"].sum()
    assert counted["compared"] + counted.get("row_new", 0) == len(after)
    assert counted["compared"] + counted.get("row_gone", 0) == len(before)
    assert counted.get("label_renamed", 0) <= counted["compared"]


revised = st.lists(st.tuples(labels, figures, figures), min_size=1, max_size=6, unique_by=lambda each: each[0])


@pytest.mark.slow
@thorough
@given(revised)
def test_the_listed_cells_are_all_of_the_difference(rows):
    old, new = (cells(name, *(country(each[0], *each[side]) for each in rows)) for name, side in ((OLD, 1), (NEW, 2)))
    found = compare(old, new)
    assert not found["kind"].isin(["row_new", "row_gone"]).any()
    listed = found["kind"].isin(["value_changed", "mark_filled", "value_gone"])
    assert found.loc[listed, "new_value"].sum() - found.loc[listed, "old_value"].sum() == (
        new["value"].sum() - old["value"].sum()
    )
    assert (found.loc[listed, "old_value"].fillna(-1) != found.loc[listed, "new_value"].fillna(-1)).all()
