"""How figures are written, where they come as text; and what stands for none."""

from typing import Literal, Self

from pydantic import Field, model_validator

from viticast.sources.connections.strict import Declared

Mark = Literal["nd", "*", "+", "empty"]


class Numbers(Declared):
    """The locale of the figures.

    JSON numbers and numbers of a database need none. A text that does not fit is quarantined, never guessed.

    Attributes:
        thousands: Separator of thousands, "" for none.
        decimal: Decimal sign.
        zero: Texts that mean 0, e.g. "-".
        marks: Text -> mark, compared without regard to case and blanks; null (and NaN) is the mark `empty`.
    """

    thousands: Literal["", ".", ",", " ", "'"] = ""
    decimal: Literal[",", "."] = ","
    zero: tuple[str, ...] = ()
    marks: dict[str, Mark] = Field(default={"": "empty", "nd": "nd", "*": "*", "+": "+"})

    @model_validator(mode="after")
    def signs_differ(self) -> Self:
        """A point cannot separate both thousands and decimals."""
        if self.thousands == self.decimal:
            msg = f"thousands and decimal are both {self.decimal!r}"
            raise ValueError(msg)
        return self
