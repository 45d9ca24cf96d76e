"""Whether a file that can be read is to be believed: by what is known of its table, and by the vintage before it."""

from viticast.sources.vetting.bounds import VettingBounds
from viticast.sources.vetting.expectations import Acceptance, Anchor, Expectations, TotalGap, UnitValues
from viticast.sources.vetting.vet import RULES, vet

__all__ = [
    "RULES",
    "Acceptance",
    "Anchor",
    "Expectations",
    "TotalGap",
    "UnitValues",
    "VettingBounds",
    "vet",
]
