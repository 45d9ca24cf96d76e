"""What a candidate is: a name, where it applies, and one function."""

from typing import Literal, Protocol

from viticast.forecasting.arrays import Floats
from viticast.forecasting.batch import Batch

Kind = Literal["flat", "trended", "learner"]


class Candidate(Protocol):
    """A way to forecast many series at once.

    Attributes:
        name: As it stands in backtests and in a spec.
        kind: How it may be combined with others.
        regular_only: Needs a long history without zeros.
        is_global: Learns from all series of a batch, so that a forecast depends on the whole batch.
        is_slow: Fits series one by one; left out of the origins inside the panel.
    """

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def regular_only(self) -> bool: ...
    @property
    def is_global(self) -> bool: ...
    @property
    def is_slow(self) -> bool: ...

    def forecast(self, batch: Batch, steps: int, seed: int) -> Floats:
        """Forecasts of the `steps` values after each history, shape (series, steps), in units of the batch.

        A row that the candidate cannot forecast is NaN.
        """
        ...
