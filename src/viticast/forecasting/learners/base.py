"""What a learner is: a model of all series at once, learnt at one origin and asked at that or later ones."""

from typing import Protocol

from viticast.forecasting.arrays import Floats
from viticast.forecasting.histories import Histories


class Learnt(Protocol):
    """What a learner has learnt."""

    def forecast(self, histories: Histories, steps: int) -> Floats:
        """Forecasts of shape (series, steps), in units of the histories; NaN where there is none."""


class Learner(Protocol):
    """A way to learn from many histories what the next values are."""

    @property
    def name(self) -> str:
        """As it stands in blends, backtests and explanations."""

    def learn(self, histories: Histories, seed: int) -> Learnt | None:
        """The same histories and seed give the same model; None where there is too little to learn from."""
