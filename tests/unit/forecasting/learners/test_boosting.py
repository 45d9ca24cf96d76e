import numpy as np
import pytest
from tests.unit.forecasting.histories_of import histories_of, walks

from viticast.forecasting.learners import LEARNERS
from viticast.forecasting.learners.boosting import changes_of


@pytest.fixture(params=LEARNERS)
def learner(request):
    return LEARNERS[request.param]


def test_it_learns_what_all_series_share(learner):
    zigzag = [5 + (-1) ** (np.arange(30) + shift) * 1.0 for shift in range(40)]
    histories = histories_of(*zigzag)
    ahead = learner.learn(histories, 0).forecast(histories, 2)
    last = np.array([history[-1] for history in zigzag])
    assert (np.sign(ahead[:, 0] - last) == np.sign(5 - last)).all()
    closer = np.abs(ahead[:, 1] - last) < np.abs(ahead[:, 1] - ahead[:, 0])
    assert closer.all() or learner.name == "boosted_members"


def test_it_can_be_asked_about_later_origins_and_other_series(learner):
    learnt = learner.learn(histories_of(*walks(40, 25)), 0)
    ahead = learnt.forecast(histories_of(*walks(3, 30, seed=9), [0.5], [1.0, 0.5]), 4)
    assert ahead.shape == (5, 4)
    assert np.isfinite(ahead).all()


def test_the_same_histories_and_seed_give_the_same_model(learner):
    histories = histories_of(*walks(40, 25))
    one, other = (learner.learn(histories, 3).forecast(histories, 3) for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_of_few_changes_nothing_is_learnt(learner):
    assert learner.learn(histories_of(*walks(3, 12)), 0) is None


def test_changes_are_aligned_right_and_free_of_scale():
    changes, size = changes_of(histories_of([1, 3, 2], [5, 5], [4]), on_logs=False)
    np.testing.assert_allclose(changes, [[2 / 1.5, -1 / 1.5], [np.nan, 0], [np.nan, np.nan]])
    np.testing.assert_allclose(size, [1.5, 1, 1])
