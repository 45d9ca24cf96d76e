import numpy as np
from tests.unit.forecasting.histories_of import histories_of, walks

from viticast.forecasting.learners.stacked import HORIZON, Stacked
from viticast.forecasting.members import REGISTRY


def test_it_corrects_what_the_members_get_wrong_everywhere():
    fading = [10 + (-0.5) ** np.arange(24) * 3 * (1 + 0.1 * k) * (-1) ** (24 + k) for k in range(60)]
    histories = histories_of(*fading)
    ahead = Stacked().learn(histories, 0).forecast(histories, 4)
    assert np.isfinite(ahead).all()


def test_beyond_its_horizon_the_last_correction_stands():
    histories = histories_of(*walks(60, 30))
    learnt = Stacked().learn(histories, 1)
    ahead = learnt.forecast(histories, HORIZON + 3)
    middle = np.mean(
        [REGISTRY[name].forecast(histories, HORIZON + 3) for name in ("damped", "log_damped", "holt")]
        + [REGISTRY[name].forecast(histories, HORIZON + 3) for name in ("dynamic_theta", "log_dynamic_theta")],
        axis=0,
    )
    correction = ahead - middle
    np.testing.assert_allclose(correction[:, HORIZON:], correction[:, [HORIZON - 1] * 3], rtol=1e-6, atol=1e-9)


def test_it_learns_nothing_from_what_follows():
    """A model learnt on histories is the same as one learnt on the same years of longer ones."""
    whole = histories_of(*walks(60, 30))
    then = whole.before(np.arange(60), 5)
    one, other = Stacked().learn(then, 0), Stacked().learn(histories_of(*(y[:25] for y in walks(60, 30))), 0)
    np.testing.assert_allclose(one.forecast(then, 3), other.forecast(then, 3), rtol=1e-9)
