import numpy as np
import pytest
from tests.unit.forecasting.histories_of import histories_of

from viticast.forecasting.challengers import CHALLENGERS


@pytest.mark.parametrize("name", CHALLENGERS)
def test_a_trend_is_continued(name):
    ahead = CHALLENGERS[name].forecast(histories_of(np.linspace(1, 3, 21)), 3)[0]
    assert (np.diff(np.append(3.0, ahead)) > 0).all()
    assert ahead[-1] < 3.6


@pytest.mark.parametrize("name", CHALLENGERS)
def test_statsmodels_is_not_asked_about_what_it_cannot_fit(name):
    assert np.isnan(CHALLENGERS[name].forecast(histories_of(np.ones(12), [1, 2, 3]), 2)).all()
