from typing import get_args

import numpy as np
import pytest

from viticast.contracts.reports import BASES
from viticast.forecasting.recipes import Recipe
from viticast.forecasting.weighing import Basis, Trial, learners_of, weigh

SERIES = 50


def recipe(name):
    return Recipe(name, ((name, 1.0),))


def trial(*misses, series=SERIES):
    """A recipe that is off by so much at each origin, where the actual is 10 and the scale 1."""
    return trials_of_trees(misses, series=series)


def trials_of_trees(*of_trees, series=SERIES):
    """As `trial`, with what the recipe is off by in each tree."""
    out = Trial(len(of_trees))
    for misses in zip(*of_trees, strict=True):
        tree = np.repeat(np.arange(len(of_trees)), series)
        actual = np.full((len(tree), 2), 10.0)
        out.add(actual + np.array(misses)[tree, None], actual, np.ones(len(tree)), tree)
    return out


def shares(has_zeros=False, **trials):
    (choice,) = weigh({recipe(name): result for name, result in trials.items()}, has_zeros)
    return choice.recipes


def test_a_recipe_that_was_always_clearly_better_counts_alone():
    assert shares(default=trial(1, 1.1, 0.9), other=trial(0.5, 0.6, 0.5)) == {"other": 1.0}


def test_recipes_that_cannot_be_told_apart_share_alike():
    told = shares(default=trial(1, 1.2, 0.9, 1.3), other=trial(1.2, 1, 1.3, 0.9))
    assert told["default"] == pytest.approx(told["other"], rel=0.01)


def test_one_lucky_origin_does_not_decide():
    told = shares(default=trial(1, 1, 1, 1), other=trial(0.1, 1.1, 1.1, 1.1))
    assert told["default"] > 0.2
    assert told["other"] > told["default"]


def test_a_few_series_cannot_move_the_default():
    (choice,) = weigh({recipe("default"): trial(2, 2, series=5), recipe("other"): trial(1, 1, series=5)}, False)
    assert choice.recipes == {"default": 1.0}
    assert (choice.basis, choice.class_past, choice.best) == ("too_little_past", 10, "default")


def test_a_choice_says_by_how_much_past_it_was_made_and_what_the_best_saved():
    trials = {
        recipe("default"): trials_of_trees((2.0, 2.0), (2.0, 2.0)),
        recipe("other"): trials_of_trees((1.0, 1.0), (1.0, 1.0)),
    }
    first, second = weigh(trials, has_zeros=True)
    assert (first.basis, first.class_past, first.tree_past) == ("past", 4 * SERIES, 2 * SERIES)
    assert (first.best, first.default) == ("other", "default")
    assert first.saved_percent == second.saved_percent == pytest.approx(50)


def test_a_class_of_one_recipe_says_so():
    (choice,) = weigh({recipe("zero"): Trial()}, False)
    assert (choice.basis, choice.class_past, choice.best, choice.saved_percent) == ("only_recipe", 0, "zero", 0.0)


def test_the_contract_knows_every_basis():
    assert get_args(Basis) == BASES


def test_shares_are_those_of_the_parts_of_all_recipes():
    both = {
        Recipe("a", (("naive", 0.5), ("drift", 0.5))): trial(1, 1.2, 0.9),
        Recipe("b", (("naive", 1.0),)): trial(1.2, 0.9, 1),
    }
    (choice,) = weigh(both, False)
    assert sum(choice.shares.values()) == pytest.approx(1)
    assert choice.shares["naive"] == pytest.approx(choice.recipes["b"] + choice.recipes["a"] / 2)


def test_mase_is_capped_and_unknown_actuals_are_not_scored():
    result = Trial()
    result.add(np.array([[1e9], [3.0]]), np.array([[0.0], [np.nan]]), np.ones(2), np.zeros(2, dtype=int))
    assert result.mase == [10]
    assert result.count == [1]


def test_the_relative_error_counts_only_without_zeros():
    default, other = trial(1, 1, 1), trial(1, 1, 1)
    other.relative = [np.zeros(1)] * 3
    assert shares(has_zeros=True, default=default, other=other)["default"] == pytest.approx(0.5)
    assert shares(has_zeros=False, default=default, other=other) == {"other": 1.0}


def test_a_panel_where_nothing_is_ever_missed_keeps_all():
    assert shares(default=trial(0, 0), other=trial(0, 0)) == {"default": 0.5, "other": 0.5}


def test_only_learners_with_a_share_are_asked():
    choice = weigh({Recipe("a", (("boosted_changes", 0.5), ("naive", 0.5))): trial(1)}, False)
    assert learners_of(choice, ("boosted_changes", "boosted_log_changes")) == ("boosted_changes",)


def test_a_tree_is_judged_by_its_own_past_the_more_it_has_and_by_that_of_its_class():
    better_in_first = {"default": ((1.0, 1.1, 0.9), (1.0, 1.1, 0.9)), "other": ((0.6, 0.7, 0.5), (1.2, 1.3, 1.1))}

    def told(series):
        trials = {recipe(name): trials_of_trees(*misses, series=series) for name, misses in better_in_first.items()}
        return [choice.recipes for choice in weigh(trials, False)]

    assert told(1_000) == [{"other": 1.0}, {"default": 1.0}]
    few = told(15)
    assert few[0]["other"] > 0.5
    assert few[1].get("other", 0.0) > 0.1


def test_a_tree_without_a_past_follows_its_class():
    trials = {name: trial(*misses) for name, misses in (("default", (1, 1.1, 0.9)), ("other", (0.5, 0.6, 0.5)))}
    for result in trials.values():
        result.trees = 2
        for kept in (result.mase, result.relative, result.count):
            kept[:] = [np.append(at, 0.0) for at in kept]
    assert [choice.recipes for choice in weigh({recipe(name): each for name, each in trials.items()}, False)] == [
        {"other": 1.0}
    ] * 2
