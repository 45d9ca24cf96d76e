import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viticast.panel.hierarchy import aggregate, ancestors, counted_recently, parent

NAN = float("nan")


def leaves(first_year=2000, **values):
    """`a__b=[1, 2]` is the leaf a/b with its values from `first_year` on."""
    rows = [
        {"series_id": name.replace("__", "/"), "year": first_year + offset, "value": value}
        for name, series in values.items()
        for offset, value in enumerate(series)
    ]
    frame = pd.DataFrame(rows).assign(mark=None, correction_id=None)
    return frame.astype({"series_id": "str", "value": "float64", "mark": "str", "correction_id": "str"})


def sums(frame):
    out = aggregate(frame)
    return {name: rows["value"].tolist() for name, rows in out.groupby("series_id")}


def test_the_series_above_are_the_prefixes_of_the_path():
    assert ancestors("a/b/c") == ["a/b", "a"]
    assert ancestors("a") == []
    assert [parent("a/b/c"), parent("a")] == ["a/b", None]


def test_sums_are_made_at_every_level():
    found = sums(leaves(a__x__p=[1, 2], a__x__q=[10, 20], a__y=[100, 200], b__z=[5, 5]))
    assert found == {"a": [111, 222], "a/x": [11, 22], "b": [5, 5]}


@pytest.mark.parametrize(
    ("known", "with_gap", "total"),
    [
        pytest.param([1, 1, 1], [5, NAN, 5], [6, NAN, 6], id="a leaf that had a quantity is missing"),
        pytest.param([1, 1, 1], [NAN, NAN, 5], [1, 1, 6], id="a leaf is not born yet"),
        pytest.param([1, 1, 1], [0, 0, NAN], [1, 1, 1], id="a leaf that was always zero is missing"),
        pytest.param([1] * 7, [5, 0, 0, 0, 0, 0, NAN], [6, 1, 1, 1, 1, 1, 1], id="a leaf has been zero for five years"),
        pytest.param([1] * 6, [5, 0, 0, 0, 0, NAN], [6, 1, 1, 1, 1, NAN], id="a leaf has been zero for four years"),
        pytest.param([1, NAN, 1], [0, NAN, 0], [1, NAN, 1], id="every leaf is missing"),
        pytest.param([0, NAN, 0], [0, NAN, 0], [0, NAN, 0], id="nothing is known of a year of zeros"),
    ],
)
def test_a_sum_is_null_where_a_leaf_that_counts_is_missing(known, with_gap, total):
    found = sums(leaves(a__x=known, a__y=with_gap))["a"]
    np.testing.assert_array_equal(found, total)


def test_missing_years_do_not_make_a_leaf_forgotten():
    found = sums(leaves(a__x=[1] * 8, a__y=[5, *[NAN] * 7]))["a"]
    np.testing.assert_array_equal(found, [6, *[NAN] * 7])


@pytest.mark.parametrize(
    ("mark", "carrier", "total"),
    [
        ("corrected", "one", 9.0),
        ("corrected", "another", NAN),
        ("nd", "one", NAN),
    ],
)
def test_a_leaf_whose_quantity_its_correction_gave_to_another_is_no_gap(mark, carrier, total):
    frame = leaves(a__x=[5, NAN], a__carrier=[0, 9])
    frame["mark"] = pd.Series([None, mark, None, None], dtype="str")
    frame["correction_id"] = pd.Series([None, "one", carrier, carrier], dtype="str")
    np.testing.assert_array_equal(sums(frame)["a"], [5, total])


def test_a_sum_ends_with_the_first_table_to_end():
    found = aggregate(leaves(f__early__x=[1, 2, 3], f__late__y=[10, 20]))
    assert found.groupby("series_id")["year"].max().to_dict() == {"f": 2001, "f/early": 2002, "f/late": 2001}


def test_a_year_counts_only_what_came_before_it():
    values = np.array([[0, 0, 3, 0, 0], [NAN, 2, NAN, NAN, 0]])
    np.testing.assert_array_equal(
        counted_recently(values), [[False, False, False, True, True], [False, False, True, True, True]]
    )


@st.composite
def complete_panels(draw):
    years = draw(st.integers(1, 4))
    paths = draw(
        st.lists(
            st.tuples(*[st.sampled_from("abc")] * 3).map("/".join),
            min_size=1,
            max_size=12,
            unique=True,
        )
    )
    numbers = st.lists(st.floats(0, 1e9), min_size=years, max_size=years)
    return {path.replace("/", "__"): draw(numbers) for path in paths}


@settings(deadline=None, max_examples=50)
@given(complete_panels())
def test_where_all_is_known_a_sum_is_the_sum_of_its_leaves(panel):
    frame = leaves(**panel)
    for row in aggregate(frame).itertuples():
        below = frame[frame["series_id"].str.startswith(f"{row.series_id}/") & (frame["year"] == row.year)]
        np.testing.assert_allclose(row.value, np.sum(below["value"].to_numpy()), rtol=1e-12)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.lists(st.one_of(st.just(NAN), st.floats(0, 100)), min_size=4, max_size=4), min_size=1, max_size=4))
def test_a_sum_is_null_or_all_that_is_known(rows):
    panel = {f"a__leaf{number}": values for number, values in enumerate(rows)}
    known = np.nansum(np.array(rows), axis=0)
    for total, complete in zip(sums(leaves(**panel))["a"], known, strict=True):
        assert np.isnan(total) or total == pytest.approx(complete)


@pytest.mark.parametrize(("mark", "total"), [("unreadable", NAN), ("nd", 1.0)])
def test_an_unreadable_cell_is_a_gap_though_the_leaf_was_always_zero(mark, total):
    frame = leaves(a__x=[1, 1], a__y=[0, NAN])
    frame.loc[frame["value"].isna(), "mark"] = mark
    np.testing.assert_array_equal(sums(frame)["a"], [1, total])
