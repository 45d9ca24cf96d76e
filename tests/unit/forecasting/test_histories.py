import numpy as np
import pytest
from tests.unit.forecasting.conftest import frame

from viticast.forecasting.histories import Histories, cut_histories
from viticast.forecasting.panel import Panel

NAN = np.nan


def cut(values, at=None, longest=120):
    panel = Panel.from_frame(frame(a=values))
    cuts = panel.last if at is None else np.array([at])
    return cut_histories(panel, np.array([0]), cuts, longest)


def test_a_history_begins_with_the_first_value_that_is_not_zero_and_has_no_unit():
    histories = cut([0, NAN, 0, 4, 0, 8, 2])
    np.testing.assert_array_equal(histories.y, [[0.5, 0, 1, 0.25]])
    assert histories.lengths.tolist() == [4]
    assert histories.unit.tolist() == [8]
    assert histories.last.tolist() == [0.25]


def test_a_history_ends_at_the_origin_and_gaps_inside_it_are_interpolated():
    np.testing.assert_array_equal(cut([1, NAN, 4, 9, 9], at=2).y, [[0.25, 0.625, 1]])


def test_years_without_a_value_before_the_origin_are_counted():
    histories = cut([1, 2, NAN, NAN])
    assert histories.lengths.tolist() == [2]
    assert histories.gap.tolist() == [2]


def test_only_the_last_years_of_a_long_history_count():
    histories = cut([9, *range(1, 21)], longest=10)
    assert histories.lengths.tolist() == [10]
    assert histories.unit.tolist() == [20]


def test_logs_make_room_for_zeros_and_come_back():
    histories = cut([4, 0, 2])
    logs = histories.logs
    np.testing.assert_allclose(logs.z, np.log([[1.25, 0.25, 0.75]]))
    np.testing.assert_allclose(logs.back(logs.z), [[1, 0, 0.5]], atol=1e-15)
    assert logs.back(np.array([[-50.0, 50.0]])).tolist() == [[0.0, pytest.approx(19.75)]]


def test_there_are_no_logs_of_negative_values():
    assert np.isnan(cut([1, -2, 3]).logs.z).all()


def test_what_members_share_is_computed_once():
    histories, calls = cut([1, 2]), []
    for _ in range(2):
        histories.shared("key", lambda: calls.append(1) or np.ones(1))
    assert len(calls) == 1
    assert isinstance(histories, Histories)


def test_histories_can_be_had_as_they_were():
    histories = Histories(
        np.array([[1.0, 0.5, 0.25], [0.5, 1.0, np.nan]]), np.array([3, 2]), np.array([4.0, 8.0]), np.array([0, 1])
    )
    then = histories.before(np.array([0, 1]), 1)
    np.testing.assert_array_equal(then.y, [[1, 0.5], [0.5, np.nan]])
    assert then.lengths.tolist() == [2, 1]
    assert then.gap.tolist() == [0, 0]
