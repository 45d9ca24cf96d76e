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
