import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

from viticast.monitoring.calibration import FEWEST_ERRORS, SMALLEST_SPREAD, PastYears, Tail, conformal_p


def test_a_p_value_is_the_rank_among_the_reference_and_itself():
    reference = np.array([1.0, 2.0, 2.0, 3.0])
    assert conformal_p(np.array([0.0, 2.0, 2.5, 9.0]), reference).tolist() == [1.0, 4 / 5, 2 / 5, 1 / 5]


def test_without_a_reference_there_is_no_p_value():
    assert np.isnan(conformal_p(np.array([1.0]), np.array([]))).all()


@pytest.mark.parametrize("level", [0.05, 0.2, 0.5])
def test_p_values_of_exchangeable_errors_are_at_most_as_small_as_they_say(level):
    rng = np.random.default_rng(0)
    small = [conformal_p(draw[:1], draw[1:])[0] <= level for draw in rng.standard_normal((4000, 40))]
    assert np.mean(small) < level + 0.02


def test_a_pareto_tail_is_found():
    errors = np.random.default_rng(0).pareto(2.0, 20_000) + 1
    tail = Tail.of(errors)
    assert tail.start == pytest.approx(0.05**-0.5, rel=0.05)
    assert tail.index == pytest.approx(0.5, rel=0.1)
    assert tail.bound(1e-4) == pytest.approx(100, rel=0.25)


def test_the_tail_of_normal_errors_is_no_shorter_than_theirs():
    tail = Tail.of(np.abs(np.random.default_rng(0).standard_normal(5_000)))
    assert tail.bound(1e-5) > 4.4


def test_a_bound_that_many_exceed_is_where_the_tail_starts():
    tail = Tail.of(np.arange(1.0, 101.0))
    assert tail.bound(0.5) == tail.start == 90.0


@pytest.mark.parametrize("errors", [np.ones(FEWEST_ERRORS - 1), np.zeros(FEWEST_ERRORS)], ids=["few", "nothing"])
def test_too_few_errors_or_none_tell_no_tail(errors):
    assert Tail.of(errors) is None


def past(values, horizon=1, fewest=4, origins=None):
    return PastYears.of(pd.Series(values, index=origins or range(2016, 2016 + len(values))), horizon, fewest)


def test_one_year_ahead_it_is_the_t_interval_of_the_next_value():
    values = [1.0, 2.0, 4.0, 3.0, 5.0, 3.0]
    known = past(values)
    assert (known.mean, known.count, known.freedom) == (3.0, 6, pytest.approx(5))
    expected = t.isf(0.01, 5) * np.std(values, ddof=1) * math.sqrt(1 + 1 / 6)
    assert known.reach(0.01) == pytest.approx(expected)


def test_origins_whose_years_overlap_count_for_fewer():
    values = [1.0, 2.0, 4.0, 3.0, 5.0]
    near, far = past(values, 2), past(values, 2, origins=[2008, 2010, 2012, 2014, 2016])
    assert far.freedom == pytest.approx(4)
    assert near.freedom < 3
    assert near.reach(0.01) > 1.5 * far.reach(0.01)


def test_sums_of_yearly_shocks_stay_within_reach_as_often_as_is_said():
    rng = np.random.default_rng(0)
    sums = np.convolve(np.ones(2), [1.0])
    beyond = 0
    for _ in range(3000):
        shocks = rng.standard_normal(8)
        values = np.convolve(shocks, sums, mode="valid")
        known = past(list(values[:5]), 2)
        beyond += values[6] > known.mean + known.reach(0.05)
    assert 0.02 < beyond / 3000 < 0.065


def test_an_origin_without_a_value_is_left_out_and_too_few_foretell_nothing():
    assert past([1.0, math.nan, 2.0, 3.0, 4.0]).count == 4
    assert past([1.0, math.nan, 2.0, 3.0]) is None


def test_years_that_are_alike_by_luck_are_not_taken_to_be_so():
    assert past([1.0] * 6).spread == SMALLEST_SPREAD
