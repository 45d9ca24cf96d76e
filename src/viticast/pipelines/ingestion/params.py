"""Parameters of the ingestion pipeline."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

from viticast.sources.delivery import require_delivery_name
from viticast.sources.vetting import VettingBounds


class IngestionParams(BaseModel):
    """Which new files are believed, and what a run does when some are not.

    Attributes:
        allow_partial: True lets a run go on with the other tables where some were refused; their last vintage stays.
        delivery: Name by which other processes find what was fetched; None where one process does all.
        bounds: How far a file may differ from what is expected of it before it is refused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    allow_partial: bool
    delivery: Annotated[str, BeforeValidator(require_delivery_name)] | None
    bounds: VettingBounds
