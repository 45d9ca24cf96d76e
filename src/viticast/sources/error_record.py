"""An error of a source as text that another process makes the same error of."""

from collections.abc import Iterator
from typing import Self

from pydantic import BaseModel, ConfigDict, field_validator

from viticast.sources.errors import Outcome, SourceError, SourceErrors


class ErrorRecord(BaseModel):
    """A `SourceError`: the name of its class, and what it says.

    Attributes:
        kind: Name of the class.
        reason: As the error has it, like all that follow.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    reason: str
    remedy: str
    table: str | None = None
    row: int | None = None
    column: int | None = None
    column_label: str | None = None
    value: str | None = None
    outcome: Outcome = "refusal"

    @field_validator("kind")
    @classmethod
    def is_known(cls, kind: str) -> str:
        """Another class would be counted, and told, as another rule."""
        if kind not in _kinds():
            msg = f"no error of a source is called {kind!r}"
            raise ValueError(msg)
        return kind

    @classmethod
    def of(cls, error: SourceError) -> Self:
        """What an error says."""
        return cls(
            kind=type(error).__name__,
            reason=error.reason,
            remedy=error.remedy,
            table=error.table,
            row=error.row,
            column=error.column,
            column_label=error.column_label,
            value=error.value,
            outcome=error.outcome,
        )

    def error(self) -> SourceError:
        """The error again."""
        return _kinds()[self.kind](**self.model_dump(exclude={"kind"}))


def _kinds() -> dict[str, type[SourceError]]:
    """Every class of one error, by its name; those of several errors are made where they are raised."""
    kinds: list[type[SourceError]] = [SourceError, *_below(SourceError)]
    return {kind.__name__: kind for kind in kinds}


def _below(kind: type[SourceError]) -> Iterator[type[SourceError]]:
    for one in kind.__subclasses__():
        if not issubclass(one, SourceErrors):
            yield one
            yield from _below(one)
