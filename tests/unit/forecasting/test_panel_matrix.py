import numpy as np
import pandas as pd
import pytest
from tests.unit.forecasting.conftest import frame

from viticast.forecasting.panel import Panel, PanelError, fill_gaps


def test_rows_become_a_matrix_of_series_by_year():
    panel = Panel.from_frame(frame(b=[1, 2, 3], a=[4, 5]).sample(frac=1, random_state=1))
    assert panel.ids == ("a", "b")
    assert panel.first_year == 2000
    np.testing.assert_array_equal(panel.values, [[4, 5, np.nan], [1, 2, 3]])
    assert panel.last.tolist() == [1, 2]


def test_the_cut_off_is_the_last_row_even_where_its_value_is_missing():
    panel = Panel.from_frame(frame(a=[1, 2, np.nan]))
    assert panel.last.tolist() == [2]


def test_only_gaps_between_two_values_are_filled():
    values = np.array([[np.nan, 1, np.nan, 3, np.nan], [4, np.nan, np.nan, 1, 0]])
    np.testing.assert_allclose(fill_gaps(values), [[np.nan, 1, 2, 3, np.nan], [4, 3, 2, 1, 0]])
    assert np.isnan(values[0, 2])


def test_years_may_be_left_out():
    panel = Panel.from_frame(frame(a=[1, 2, 3]).drop(index=1))
    np.testing.assert_array_equal(panel.values, [[1, np.nan, 3]])


def test_some_series_make_a_panel_of_their_own():
    panel = Panel.from_frame(frame(a=[1, 2], b=[3, 4, 5], c=[6])).take(np.array([1, 2]))
    assert panel.ids == ("b", "c")
    assert panel.last.tolist() == [2, 0]


def test_actuals_are_the_values_after_each_cut_off():
    panel = Panel.from_frame(frame(a=[1, 2, 3], b=[4, 5, 6]))
    np.testing.assert_array_equal(panel.actuals(np.array([0, 1]), 2), [[2, 3], [6, np.nan]])


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (frame(a=[1]).drop(columns="ds"), "column 'ds' is missing"),
        (frame(a=[1]).iloc[:0], "no rows"),
        (pd.concat([frame(a=[1, 2]), frame(a=[1])]), "series 'a' has year 2000 twice"),
        (frame(a=[1, np.inf]), "y of row 1 is infinite"),
        (frame(a=[1, 2]).astype({"y": object}).replace({"y": {2.0: "two"}}), "y of row 1 is 'two'"),
        (frame(a=[1, 2]).assign(ds=[2000, 2000.5]), "ds of row 1 is"),
        (frame(a=[1, 2]).assign(ds=[2000, 20240101]), "give years, not dates"),
        (frame(a=[1, 2]).assign(unique_id=["a", None]), "row 1 has no unique_id"),
    ],
)
def test_a_broken_panel_is_refused_by_name(broken, message):
    with pytest.raises(PanelError, match=message):
        Panel.from_frame(broken)


DATES = pd.to_datetime(["2020-01-01", "2021-01-01"])
OTHERS = {
    "dates": (DATES, "datetime64"),
    "one date": ([DATES[0], DATES[0]], "datetime64"),
    "dates with a zone": (DATES.tz_localize("UTC"), "datetime64.*UTC"),
    "dates as objects": (pd.Series(list(DATES), dtype=object), "datetime"),
    "dates as categories": (pd.Categorical(DATES), "datetime64"),
    "periods": (DATES.to_period("Y"), "period"),
    "durations": (DATES - DATES[0], "timedelta64"),
    "truth values": ([True, False], "bool"),
    "truth values or null": (pd.Series([True, None], dtype=object), "boolean"),
    "complex numbers": ([1 + 2j, 3], "complex128"),
}


@pytest.mark.parametrize("column", ["ds", "y"])
@pytest.mark.parametrize(("values", "dtype"), OTHERS.values(), ids=OTHERS)
def test_what_is_no_number_is_refused_by_column_and_type(column, values, dtype):
    with pytest.raises(PanelError, match=f"^column '{column}' is {dtype}.*; give "):
        Panel.from_frame(frame(a=[1, 2]).assign(**{column: values}))


@pytest.mark.parametrize("column", ["ds", "y"])
def test_a_complex_number_among_others_is_refused(column):
    mixed = pd.Series([2000 + 2j, 3], dtype=object)
    with pytest.raises(PanelError, match=f"{column}.*complex|{column} of row 0 is .2000"):
        Panel.from_frame(frame(a=[1, 2]).assign(**{column: mixed}))


@pytest.mark.parametrize("values", [["2000", "2001"], pd.Categorical([2000, 2001]), pd.array([2000, 2001], "Int64")])
def test_text_categories_and_nullable_numbers_are_read_as_numbers(values):
    panel = Panel.from_frame(frame(a=[1, 2]).assign(ds=values, y=values))
    assert panel.first_year == 2000
    np.testing.assert_array_equal(panel.values, [[2000, 2001]])


@pytest.mark.parametrize(
    ("year", "told"), [(1e30, "1e\\+30"), (9.3e18, "9.3e\\+18"), (1_000_001, "1000001"), (-1_000_001, "-1000001")]
)
def test_a_year_beyond_a_million_is_named(year, told):
    with pytest.raises(PanelError, match=f"ds of row 0 is {told}.*; give years, not dates"):
        Panel.from_frame(frame(a=[1]).assign(ds=[year]))


@pytest.mark.parametrize("year", [-1_000_000, 1_000_000])
def test_a_year_of_a_million_is_accepted(year):
    assert Panel.from_frame(frame(a=[1]).assign(ds=[year])).first_year == year


@pytest.mark.parametrize("value", [1.1e300, -1.1e300])
def test_a_value_whose_sums_would_overflow_is_named(value):
    with pytest.raises(PanelError, match=r"series 'b' has -?1.1e\+300 in 2001"):
        Panel.from_frame(frame(a=[1, 2], b=[1e300, value]))


def test_a_value_is_shown_as_it_is_written():
    with pytest.raises(PanelError, match=r"ds of row 1 is 1995\.5;"):
        Panel.from_frame(frame(a=[1, 2]).assign(ds=[1995.0, 1995.5]))


@pytest.mark.parametrize("given", [[1, 2], None, frame(a=[1])["y"]])
def test_what_is_no_frame_is_refused(given):
    with pytest.raises(PanelError, match=f"of type {type(given).__name__}; give a pandas DataFrame"):
        Panel.from_frame(given)


@pytest.mark.parametrize("name", ["unique_id", "ds", "y"])
def test_two_columns_of_one_name_are_refused(name):
    panel = frame(a=[1])
    with pytest.raises(PanelError, match=f"2 columns '{name}'"):
        Panel.from_frame(pd.concat([panel, panel[[name]]], axis=1))
