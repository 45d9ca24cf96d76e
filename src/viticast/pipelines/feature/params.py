"""Parameters of the feature pipeline."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field


class FeatureParams(BaseModel):
    """What the panel is built from.

    Attributes:
        as_of: Only vintages published by this date count; all of them without it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    as_of: date | None = Field(None)
