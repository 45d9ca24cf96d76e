import pandas as pd
import pytest

from viticast.monitoring.bounds import FigureBounds
from viticast.monitoring.table_checks import check_repeated_year, check_totals

BOUNDS = FigureBounds()
NONE_FOUND = pd.DataFrame(columns=["table_name", "rule", "outcome"])
FOUND = pd.DataFrame([{"table_name": "Producao", "rule": "totals", "outcome": "watch"}])


def grouped(gaps=(), years=(2020, 2021), groups=("SUCO",), mark=()):
    """A table whose totals are the sums of their leaves, but for the gaps: (group, year) -> how much is missing."""
    missing = dict(gaps)
    rows = []
    for group in groups:
        for year in years:
            total = 30.0 + missing.get((group, year), 0.0)
            rows.append((group, "total", group, year, total))
            rows.append((group, "leaf", "Tinto", year, 10.0))
            rows.append((group, "leaf", "Branco", year, None if year in mark else 20.0))
    frame = pd.DataFrame(rows, columns=["group_label", "row_kind", "item", "year", "value"])
    return frame.assign(table_name="Producao", unit="L", row_number=frame.groupby(["group_label", "item"]).ngroup())


def test_totals_that_add_up_are_one_verdict():
    [found] = check_totals(grouped(), grouped(years=(2020,)), NONE_FOUND, BOUNDS)
    assert (found.check_name, found.verdict, found.detail) == ("totals_add_up", "ok", "0 gaps, all of them known")


@pytest.mark.parametrize(("missing", "verdict"), [(5.0, "ok"), (-5.0, "ok"), (5.1, "watch"), (-5.1, "watch")])
def test_a_total_may_be_rounded(missing, verdict):
    now = grouped({("SUCO", 2020): missing}.items())
    [found] = check_totals(now, grouped(), NONE_FOUND, BOUNDS)
    assert found.verdict == verdict


def test_a_gap_that_was_there_before_is_known():
    gap = {("SUCO", 2020): 9.0}.items()
    [found] = check_totals(grouped(gap), grouped(gap), FOUND, BOUNDS)
    assert (found.verdict, found.detail) == ("ok", "1 gaps, all of them known")


def test_a_gap_is_named_with_its_numbers():
    [found] = check_totals(grouped({("SUCO", 2020): 9.0}.items()), grouped(), NONE_FOUND, BOUNDS)
    assert (found.subject, found.observed, found.detail) == ("Producao", 1.0, "SUCO 2020: 39 published, 30 summed")


@pytest.mark.parametrize(("findings", "verdict"), [(NONE_FOUND, "ok"), (FOUND, "watch")])
def test_a_gap_of_a_new_year_counts_unless_it_is_declared(findings, verdict):
    now = grouped({("SUCO", 2021): 9.0}.items())
    [found] = check_totals(now, grouped(years=(2020,)), findings, BOUNDS)
    assert found.verdict == verdict


@pytest.mark.parametrize(("count", "verdict"), [(3, "watch"), (4, "stop")])
def test_many_gaps_stop(count, verdict):
    groups = [f"G{number}" for number in range(count)]
    now = grouped({(group, 2020): 9.0 for group in groups}.items(), groups=groups)
    [found] = check_totals(now, grouped(groups=groups), NONE_FOUND, BOUNDS)
    assert (found.verdict, found.observed, found.threshold) == (verdict, count, 0.0 if verdict == "watch" else 3)


def test_a_sum_with_a_mark_in_it_is_no_sum():
    now = grouped({("SUCO", 2020): 9.0}.items(), mark=(2020,))
    assert [one.verdict for one in check_totals(now, grouped(), NONE_FOUND, BOUNDS)] == ["ok"]


def test_without_a_vintage_before_no_total_is_judged():
    [found] = check_totals(grouped(), grouped().head(0), NONE_FOUND, BOUNDS)
    assert found.verdict == "skipped"


def years(before, last):
    rows = [
        {"table_name": "ExpVinho", "row_kind": "leaf", "row_number": row, "unit": "kg", "year": year, "value": value}
        for year, values in ((2022, [7.0] * len(last)), (2023, before), (2024, last))
        for row, value in enumerate(values)
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("same", "verdict"), [(0, "ok"), (5, "ok"), (6, "watch"), (8, "watch"), (9, "stop"), (10, "stop")]
)
def test_a_year_that_repeats_the_one_before_was_copied(same, verdict):
    before = [float(value) for value in range(1, 11)]
    last = [value if place < same else value + 0.5 for place, value in enumerate(before)]
    [found] = check_repeated_year(years(before, last), BOUNDS)
    assert (found.verdict, found.observed) == (verdict, same / 10)
    assert found.subject == ("all tables" if verdict == "ok" else "ExpVinho")
    if verdict != "ok":
        assert "of its figures in common with 2023" in found.detail


def test_zeros_and_marks_in_common_say_nothing():
    [found] = check_repeated_year(years([0.0, None, 0.0, 1.0], [0.0, None, 0.0, 2.0]), BOUNDS)
    assert (found.verdict, found.observed) == ("ok", 0.0)


def test_a_table_of_one_year_repeats_nothing():
    one = years([1.0], [1.0])
    [found] = check_repeated_year(one[one["year"] == 2024], BOUNDS)
    assert (found.verdict, found.observed) == ("ok", 0.0)
