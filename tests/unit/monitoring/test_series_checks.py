import pandas as pd
import pytest

from viticast.monitoring.bounds import FigureBounds
from viticast.monitoring.series_checks import check_new_series, check_renamed_series, check_vanished_series

BOUNDS = FigureBounds()


def revisions(*rows, is_first=False):
    whole = {"table_name": "ExpVinho", "kind": "first_vintage" if is_first else "compared"}
    told = [
        {
            "table_name": "ExpVinho",
            "kind": kind,
            "row_kind": "leaf",
            "group_label": group,
            "item": item,
            "old_item": old,
        }
        for kind, group, item, old in rows
    ]
    return pd.DataFrame([whole, *told], columns=["table_name", "kind", "row_kind", "group_label", "item", "old_item"])


def cells(figures, year=2020):
    rows = [
        {"table_name": "ExpVinho", "row_kind": "leaf", "group_label": group, "item": item, "unit": unit, "value": value}
        for (group, item, unit), value in figures.items()
    ]
    total = {"table_name": "ExpVinho", "row_kind": "total", "group_label": None, "item": "Chile", "unit": "kg"}
    return pd.DataFrame([*rows, total | {"value": 1e9}]).assign(year=year)


PREVIOUS = cells(
    {(None, "Chile", "kg"): 985.0, (None, "Togo", "kg"): 5.0, (None, "Peru", "kg"): 10.0, (None, "Mali", "kg"): 0}
)


@pytest.mark.parametrize(
    ("item", "verdict", "observed"),
    [("Chile", "stop", 0.985), ("Peru", "watch", 0.01), ("Togo", "watch", 0.005), ("Mali", "watch", 0.0)],
)
def test_a_vanished_row_asks_for_a_look_and_stops_with_its_share(item, verdict, observed):
    [found] = check_vanished_series(revisions(("row_gone", None, item, item)), PREVIOUS, BOUNDS)
    assert (found.check_name, found.subject, found.verdict) == ("vanished_series", f"ExpVinho > {item}", verdict)
    assert found.observed == pytest.approx(observed)
    assert found.threshold == 0.01
    assert "raise monitoring.figures.vanished_share" in found.detail


def test_the_share_of_a_row_is_the_largest_of_its_units():
    previous = cells(
        {(None, "Chile", "kg"): 999.0, (None, "Peru", "kg"): 1.0, (None, "Chile", "USD"): 1.0, (None, "Peru", "USD"): 1}
    )
    [found] = check_vanished_series(revisions(("row_gone", None, "Peru", "Peru")), previous, BOUNDS)
    assert (found.verdict, found.observed) == ("stop", 0.5)


def test_rows_of_two_groups_with_one_name_are_told_apart():
    previous = cells({("TINTAS", "Outras", "kg"): 999.0, ("BRANCAS", "Outras", "kg"): 1.0})
    [found] = check_vanished_series(revisions(("row_gone", "BRANCAS", "Outras", "Outras")), previous, BOUNDS)
    assert (found.subject, found.verdict, found.observed) == ("ExpVinho > BRANCAS > Outras", "watch", 0.001)


def test_a_published_total_is_no_row_that_can_vanish():
    report = revisions(("row_gone", None, "Chile", "Chile")).assign(row_kind="total")
    assert [one.verdict for one in check_vanished_series(report, PREVIOUS, BOUNDS)] == ["ok"]


@pytest.mark.parametrize(("value", "verdict"), [(50.0, "ok"), (53.0, "watch")])
def test_a_new_row_may_be_small(value, verdict):
    current = cells({(None, "Chile", "kg"): 1000.0 - value, (None, "Peru", "kg"): value}, year=2021)
    old = cells({(None, "Chile", "kg"): 1.0, (None, "Peru", "kg"): 1e6})
    report = revisions(("row_new", None, "Peru", None))
    [found] = check_new_series(report, pd.concat([old, current]), BOUNDS)
    assert (found.verdict, found.observed) == (verdict, value / 1000)
    assert found.subject == ("ExpVinho > Peru" if verdict == "watch" else "all tables")
    assert "ExpVinho > Peru" in f"{found.subject} {found.detail}"


def test_many_new_rows_are_counted():
    names = [f"Land {number:02}" for number in range(12)]
    report = revisions(*(("row_new", None, name, None) for name in names))
    [found] = check_new_series(report, PREVIOUS, BOUNDS)
    assert found.detail.startswith("12 new: ExpVinho > Land 00, ")
    assert found.detail.endswith("and 2 more")
    [none] = check_new_series(revisions(), PREVIOUS, BOUNDS)
    assert (none.verdict, none.detail) == ("ok", "none is new")


CROSSWALK = pd.DataFrame(
    [("ExpVinho", "chile", "a"), ("ExpVinho", "chili", "b"), ("ExpVinho", "peru", "c"), ("ExpVinho", "piru", "c")],
    columns=["table_name", "item_key", "series_id"],
)


@pytest.mark.parametrize(
    ("was", "now", "verdict"), [("Chile", "CHILÉ", "ok"), ("Chile", "Chili", "watch"), ("Peru", "Piru", "ok")]
)
def test_another_name_is_another_series_unless_it_folds_or_is_joined(was, now, verdict):
    [found] = check_renamed_series(revisions(("label_renamed", None, now, was)), CROSSWALK)
    assert found.verdict == verdict
    if verdict == "watch":
        assert found.subject == "ExpVinho > Chili"
        assert "it was 'Chile'" in found.detail
        assert "aliases_" in found.detail


def test_without_a_vintage_before_nothing_is_judged():
    first = revisions(is_first=True)
    found = [
        *check_vanished_series(first, PREVIOUS.head(0), BOUNDS),
        *check_new_series(first, PREVIOUS, BOUNDS),
        *check_renamed_series(first, CROSSWALK),
    ]
    assert {one.verdict for one in found} == {"skipped"}
    assert len(found) == 3
