"""The decision: what monitoring concludes, as a scheduler and a webhook read it."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from viticast.contracts.receipts import ID, SHA256, Receipt

Worth = Literal["ok", "watch", "retrain", "stop"]
EXIT_STATUS: dict[Worth, int] = {"ok": 0, "watch": 10, "retrain": 20, "stop": 30}
"""Decision -> what `kedro verdict` ends with."""


class Reason(BaseModel):
    """A rule whose verdict is not ok.

    Attributes:
        check_name: Name of the rule.
        subject: What it was applied to.
        verdict: watch, retrain or stop.
        rule: The rule in words, with its bound.
        observed: The number that was looked at.
        threshold: Its bound.
        detail: What to look at.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    check_name: str = Field(min_length=1)
    subject: str = Field(min_length=1)
    verdict: Literal["watch", "retrain", "stop"]
    rule: str = Field(min_length=1)
    observed: float | None
    threshold: float | None
    detail: str | None


class Decision(Receipt):
    """The worst verdict of a snapshot and a model, and what follows from it.

    Attributes:
        decision: ok, watch, retrain or stop.
        exit_status: What `kedro verdict` ends with.
        reasons: The rules that are not ok, the worst first.
        what_to_do: Commands, each with the reason for it.
        snapshot_id: The snapshot that was judged.
        model_key: The model that was judged.
        panel_sha256: Hash of the panel that was judged.
    """

    decision: Worth
    exit_status: int
    reasons: tuple[Reason, ...]
    what_to_do: tuple[str, ...]
    snapshot_id: str = Field(pattern=ID)
    model_key: str = Field(pattern=ID)
    panel_sha256: str = Field(pattern=SHA256)

    @model_validator(mode="after")
    def status_fits(self) -> Self:
        """Each decision has its exit status."""
        if self.exit_status != EXIT_STATUS[self.decision]:
            msg = f"the exit status of {self.decision} is {EXIT_STATUS[self.decision]}, not {self.exit_status}"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def worst_reason_decides(self) -> Self:
        """The decision is that of its worst reason; without any it is ok."""
        worst = max((EXIT_STATUS[reason.verdict] for reason in self.reasons), default=0)
        if worst != self.exit_status:
            msg = f"the decision is {self.decision}, its reasons say otherwise"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def says_what_to_do(self) -> Self:
        """Whatever is not ok says what to do."""
        if (self.decision == "ok") == bool(self.what_to_do):
            msg = "a decision that is not ok says what to do, and one that is ok has nothing to be done"
            raise ValueError(msg)
        return self
