"""Parameters of the ingestion pipeline."""

from pydantic import BaseModel, ConfigDict

from viticast.sources.vetting import VettingBounds


class IngestionParams(BaseModel):
    """Which new files are believed, and what a run does when some are not.

    Attributes:
        allow_partial: True lets a run go on with the other tables where some were refused; their last vintage stays.
        bounds: How far a file may differ from what is expected of it before it is refused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    allow_partial: bool
    bounds: VettingBounds
