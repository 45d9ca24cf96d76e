"""What a member is: a name and one function."""

from typing import Protocol

from viticast.forecasting.arrays import Floats
from viticast.forecasting.histories import Histories


class Member(Protocol):
    """A way to forecast many series at once, each from its own history alone."""

    @property
    def name(self) -> str:
        """As it stands in blends, backtests and explanations."""

    def forecast(self, histories: Histories, steps: int) -> Floats:
        """Forecasts of the `steps` values after each history, shape (series, steps), in units of the histories.

        A row that the member cannot forecast is NaN.
        """
