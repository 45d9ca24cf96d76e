import numpy as np
import pytest
from tests.unit.forecasting.conftest import frame

from viticast.forecasting.panel import Panel, PanelError
from viticast.forecasting.reconcile import build_hierarchy, share_out

IDS = {"r": [1], "r__a": [1], "r__b": [1], "r__a__x": [1], "r__a__y": [1]}
PARENTS = {"r/a": "r", "r/b": "r", "r/a/x": "r/a", "r/a/y": "r/a"}


def shared(forecasts, weights=(0, 0, 0, 0, 0), cuts=None):
    """Forecasts in the order r, r/a, r/a/x, r/a/y, r/b."""
    panel = Panel.from_frame(frame(**IDS))
    at = panel.last if cuts is None else np.array(cuts)
    rows = np.array(forecasts, dtype=float)
    rows = rows[:, None] if rows.ndim == 1 else rows
    out = share_out(build_hierarchy(panel, PARENTS), rows, at, np.array(weights, dtype=float))
    return out[:, 0] if np.ndim(forecasts) == 1 else out


def assert_adds_up(out):
    root, group, x, y, b = out
    np.testing.assert_allclose(root, group + b, rtol=1e-9)
    np.testing.assert_allclose(group, x + y, rtol=1e-9)


@pytest.mark.parametrize(
    "forecasts",
    [(100, 60, 20, 30, 30), (100, 1, 20, 30, 1e-9), (5, 60, 200, 3000, 30), (1e12, 1, 1, 1, 1), (0, 1, 2, 3, 4)],
)
def test_children_add_up_to_parents_and_the_root_keeps_its_own(forecasts):
    out = shared(forecasts)
    assert out[0] == forecasts[0]
    assert (out >= 0).all()
    assert_adds_up(out)


def test_forecasts_that_add_up_stay_as_they_are():
    np.testing.assert_allclose(shared((100, 60, 25, 35, 40)), (100, 60, 25, 35, 40))


def test_large_children_take_up_most_of_a_difference():
    _, _, x, y, _ = shared((110, 110, 10, 90, 0))
    assert x - 10 == pytest.approx(10 * 100 / 8200)
    assert y - 90 == pytest.approx(10 * 8100 / 8200)


def test_a_parent_within_the_tree_yields_to_children_that_cannot_follow():
    out = shared((1000, 900, 10, 20, 970))
    assert out[1] == pytest.approx(30)
    assert_adds_up(out)


def test_where_children_are_all_zero_their_weights_share_it_out():
    assert shared((8, 0, 0, 0, 0), weights=(9, 1, 4, 4, 3)).tolist() == [8, 2, 1, 1, 6]


def test_where_nothing_is_known_shares_are_equal():
    assert shared((8, 0, 0, 0, 0)).tolist() == [8, 4, 2, 2, 4]


def test_years_that_not_all_of_a_family_forecast_are_left():
    cuts = [0, 0, 1, 0, 0]
    out = shared([(100, 100), (60, 60), (20, 20), (30, 30), (40, 40)], cuts=cuts)
    # x ends a year later, so its first forecast is for the others' second
    assert out[3, 0] == 30
    assert out[2, 0] + out[3, 1] == pytest.approx(out[1, 1])


def test_a_parent_that_is_no_series_is_refused():
    with pytest.raises(PanelError, match="'r/c', the parent of 'r/a'"):
        build_hierarchy(Panel.from_frame(frame(**IDS)), {"r/a": "r/c"})


def test_a_circle_is_refused():
    with pytest.raises(PanelError, match="circle"):
        build_hierarchy(Panel.from_frame(frame(**IDS)), {"r/a": "r", "r": "r/a"})


def test_series_under_one_root_are_a_tree_and_those_without_any_are_one_together():
    panel = Panel.from_frame(frame(**IDS, alone=[1], lonely=[1]))
    trees = dict(zip(panel.ids, build_hierarchy(panel, PARENTS).trees.tolist(), strict=True))
    assert {trees[name] for name in ("r", "r/a", "r/b", "r/a/x", "r/a/y")} == {0}
    assert trees["alone"] == trees["lonely"] == 1
    assert build_hierarchy(panel, {}).trees.tolist() == [0] * 7
