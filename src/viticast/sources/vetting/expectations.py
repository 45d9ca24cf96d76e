"""What is known of the published figures, and declared: cells by which a table is told, and breaks that are no news."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from viticast.contracts.declared import read_declared


class Declared(BaseModel):
    """Something a person wrote in YAML; an unknown key is a typing error and is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Anchor(Declared):
    """A published cell that has been the same in every vintage: without its row, a file is cut or of another table."""

    table: str
    group: str | None = None
    item: str
    year: int
    measure: Literal["quantity", "value"] = "quantity"
    value: Annotated[float, Field(gt=0)]


class TotalGap(Declared):
    """Years in which the published total of a group is known not to be the sum of its leaves.

    Attributes:
        table: File stem of the table.
        group: Category whose total is meant.
        years: First and last year, both included.
        difference: Total less leaves, where it is one number.
        omits: The leaf that the total leaves out.
        undetailed: True where the leaves are all zero, so that only the total says anything.
        reason: Why, for a reader.
    """

    table: str
    group: str
    years: tuple[int, int]
    difference: float | None = None
    omits: str | None = None
    undetailed: bool = False
    reason: str

    @model_validator(mode="after")
    def is_one_kind_of_gap(self) -> Self:
        """The years run forward, and the gap is said in one way at most."""
        if self.years[0] > self.years[1]:
            msg = f"years {self.years[0]} to {self.years[1]} run backwards"
            raise ValueError(msg)
        if sum((self.difference is not None, self.omits is not None, self.undetailed)) > 1:
            raise ValueError("give one of difference, omits and undetailed")
        return self


class UnitValues(Declared):
    """Between which bounds the US$ per kg of a whole table and year are plausible."""

    table: str
    minimum: Annotated[float, Field(gt=0)]
    maximum: Annotated[float, Field(gt=0)]


class Acceptance(Declared):
    """A change that a rule refuses and a person found to be true: it is watched in that file, and in no other.

    Attributes:
        table: File stem of the table.
        rule: Which rule refuses it.
        last_year: Last year of the file.
        raw_sha256: Hash of the file's bytes, or its first digits.
        reason: Why it is true, for a reader.
    """

    table: str
    rule: str
    last_year: int
    raw_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{12,64}$")]
    reason: str


class Expectations(Declared):
    """All that is declared for one source, in `conf/base/expectations_<declarations>.yml`."""

    anchors: tuple[Anchor, ...] = ()
    total_gaps: tuple[TotalGap, ...] = ()
    unit_values: tuple[UnitValues, ...] = ()
    accepted: tuple[Acceptance, ...] = ()

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Self:
        """Build the expectations from their YAML file; a section without entries may be left empty.

        Raises:
            DeclarationError: An entry is wrong.
        """
        filled = {key: entries for key, entries in mapping.items() if entries is not None} if mapping else mapping
        return read_declared(cls, filled, "conf/base/expectations_<declarations>.yml")

    def of(self, table: str) -> Self:
        """Only what is declared for one table."""
        return type(self)(
            anchors=tuple(entry for entry in self.anchors if entry.table == table),
            total_gaps=tuple(entry for entry in self.total_gaps if entry.table == table),
            unit_values=tuple(entry for entry in self.unit_values if entry.table == table),
            accepted=tuple(entry for entry in self.accepted if entry.table == table),
        )
