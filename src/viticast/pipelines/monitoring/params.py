"""Parameters of the monitoring pipeline."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from viticast.contracts.decision import Worth
from viticast.monitoring.alarms import AlarmParams
from viticast.monitoring.bounds import EvidentlyBounds, FigureBounds, ModelBounds


class MonitoringParams(BaseModel):
    """How results are shown, when they are worth a look, and who hears of it.

    Attributes:
        language: Of the page: Portuguese or English.
        notify_from: The mildest decision that the webhook gets.
        figures: Bounds of the rules on figures.
        model: Bounds of the rules on the model.
        evidently: Bounds of Evidently's tests.
        earlier: When forecasts are worse than their backtest foretold.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: Literal["pt", "en"]
    notify_from: Worth
    figures: FigureBounds
    model: ModelBounds
    evidently: EvidentlyBounds
    earlier: AlarmParams
