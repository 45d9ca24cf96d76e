"""Parameters of the monitoring pipeline."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class MonitoringParams(BaseModel):
    """How results are shown and when they are worth a look.

    Attributes:
        language: Of the page: Portuguese or English.
        drift_share: Share of Evidently's columns that may drift between two vintages.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: Literal["pt", "en"]
    drift_share: float = Field(ge=0, le=1)
