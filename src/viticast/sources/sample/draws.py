"""Seeded draws that stay the same: only the uniform stream of PCG64 is used, whose values numpy does not change."""

import hashlib
from collections.abc import Sequence
from statistics import NormalDist
from typing import TypeVar

import numpy as np

T = TypeVar("T")


class Draws:
    """A stream of its own for each name, so that a row more or less moves no other row's figures."""

    def __init__(self, seed: int, *names: str) -> None:
        digest = hashlib.sha256("\x1f".join((str(seed), *names)).encode()).digest()
        self._generator = np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))

    def uniform(self, low: float = 0.0, high: float = 1.0) -> float:
        """A number between `low` and `high`."""
        return low + (high - low) * float(self._generator.random())

    def normal(self) -> float:
        """A standard normal number."""
        return NormalDist().inv_cdf(self.uniform(1e-9, 1 - 1e-9))

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self.uniform() * (high - low + 1))

    def chance(self, probability: float) -> bool:
        """True with that probability."""
        return self.uniform() < probability

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in a random order."""
        keys = [self.uniform() for _ in items]
        return [items[position] for position in sorted(range(len(items)), key=keys.__getitem__)]
