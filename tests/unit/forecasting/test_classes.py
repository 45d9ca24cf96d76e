import numpy as np
import pytest
from tests.unit.forecasting.conftest import frame

from viticast.forecasting import ForecastSpec
from viticast.forecasting.classes import CLASSES, classify
from viticast.forecasting.panel import Panel

NAN = np.nan


def class_of(values, cut=None):
    panel = Panel.from_frame(frame(a=values))
    cuts = panel.last if cut is None else np.array([cut])
    return CLASSES[classify(panel, cuts, ForecastSpec())[0]]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (range(1, 12), "regular"),
        ([0] * 20 + [5] * 12, "regular"),
        ([5] * 5 + [0] + [5] * 14, "intermittent"),
        ([5] * 4 + [0] + [5] * 15, "regular"),
        ([0] * 20 + [5] * 9, "short"),
        ([5] * 9, "short"),
        ([5] * 20 + [0, 0, 0], "inactive"),
        ([5] * 20 + [0, NAN, 0, 0, NAN], "inactive"),
        ([5] * 20 + [0, 0], "intermittent"),
        ([0] * 20, "empty"),
        ([NAN] * 20, "empty"),
        ([NAN] * 19 + [3], "short"),
    ],
)
def test_the_class_of_a_history(values, expected):
    assert class_of(values) == expected


def test_the_class_at_an_origin_ignores_what_came_later():
    values = [0] * 10 + [5] * 15 + [0] * 5
    assert [class_of(values, cut) for cut in (5, 12, 24, 25, 29)] == [
        "empty",
        "short",
        "regular",
        "intermittent",
        "inactive",
    ]
