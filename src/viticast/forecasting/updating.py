"""What a panel was forecast by, carried over to newer figures: other series, other trees, the same shares."""

from viticast.forecasting.engine import Engine
from viticast.forecasting.intervals import POOLS
from viticast.forecasting.weighing import Choice, unweighed


def carry_over(choices: tuple[Choice, ...], old: Engine, new: Engine) -> tuple[Choice, ...]:
    """The choices of `old` in the order of `new`.

    A tree is known by its root. In one that `old` does not have the default of each class stands.
    """
    known = {root: tree for tree, root in enumerate(old.trees)}
    carried = []
    for number in range(POOLS):
        of_class = choices[number * len(old.trees) : (number + 1) * len(old.trees)]
        fallback = unweighed(new.recipes(number), of_class[0].class_past, 0)
        carried += [of_class[known[root]] if root in known else fallback for root in new.trees]
    return tuple(carried)
