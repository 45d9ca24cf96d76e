import statistics

import pytest

from viticast.sources.sample.draws import Draws

STREAM = [0.352688825489, 0.472619808363, 0.3171610715]


def test_the_stream_of_a_name_is_fixed():
    draws = Draws(2025, "ExpVinho", "Paraguai")
    assert [round(draws.uniform(), 12) for _ in range(3)] == pytest.approx(STREAM, abs=1e-12)


def test_names_and_seeds_have_streams_of_their_own():
    first = {Draws(seed, *names).uniform() for seed in (1, 2) for names in (("a", "b"), ("ab",), ("a",))}
    assert len(first) == 6


def test_draws_stay_in_their_ranges():
    draws = Draws(1, "range")
    assert {draws.whole(3, 5) for _ in range(200)} == {3, 4, 5}
    assert all(2 <= draws.uniform(2, 3) < 3 for _ in range(200))
    assert 60 < sum(draws.chance(0.4) for _ in range(200)) < 100
    assert sorted(draws.shuffled("abcdef")) == list("abcdef")


def test_normal_draws_are_normal():
    draws = Draws(1, "normal")
    sample = [draws.normal() for _ in range(2000)]
    assert statistics.mean(sample) == pytest.approx(0, abs=0.08)
    assert statistics.stdev(sample) == pytest.approx(1, abs=0.05)
