"""What was found in a file: a reason to refuse it, something to watch, or what was set aside."""

from dataclasses import dataclass
from typing import Literal, Self

from viticast.sources.errors import SourceError

FindingOutcome = Literal["refusal", "failure", "watch", "row_quarantined", "cell_quarantined"]


@dataclass(frozen=True)
class Finding:
    """One thing that was found in a file.

    Attributes:
        outcome: What follows from it.
        rule: Name of the rule, or of the error's class.
        reason: What is wrong, with the numbers that show it.
        remedy: What the reader of the message can do.
        row_number: Line of the file, 0 for the whole file.
        column_number: Column of the file, 0 for the whole line.
        column_label: What stands in that column, e.g. `2019 kg`.
        found: The text or number that was found.
    """

    outcome: FindingOutcome
    rule: str
    reason: str
    remedy: str
    row_number: int = 0
    column_number: int = 0
    column_label: str | None = None
    found: str | None = None

    @classmethod
    def from_error(cls, error: SourceError, outcome: FindingOutcome) -> Self:
        """Record an error of the reader under the name of its class."""
        return cls(
            outcome=outcome,
            rule=type(error).__name__,
            reason=error.reason,
            remedy=error.remedy,
            row_number=error.row or 0,
            column_number=error.column or 0,
            column_label=error.column_label,
            found=error.value,
        )
