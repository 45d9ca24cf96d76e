"""Parameters of the feature pipeline."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from viticast.panel.losses import LedgerBounds


class FeatureParams(BaseModel):
    """What the panel is built from.

    Attributes:
        as_of: Only vintages published by this date count; all of them without it.
        ledger: How much of a table may be gone since the ledger before.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    as_of: date | None = Field(None)
    ledger: LedgerBounds
