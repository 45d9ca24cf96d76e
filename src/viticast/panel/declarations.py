"""What is declared about the figures: corrections with their guards, aliases and pseudo-countries."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from viticast.contracts.declared import read_declared
from viticast.panel.labels import fold


class Declaration(BaseModel):
    """Something a person wrote in YAML; an unknown key is a typing error and is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Expectation(Declaration):
    """A published cell that shows that the defect is still there."""

    item: str
    year: int
    value: float
    kind: Literal["leaf", "total"] = "leaf"
    measure: Literal["quantity", "value"] = "quantity"


class Permute(Declaration):
    """The values stand under each other's labels: each item takes the value published under another."""

    kind: Literal["permute"]
    take: dict[str, str] = Field(description="item -> the label under which its value was published")

    @model_validator(mode="after")
    def is_a_permutation(self) -> "Permute":
        """Every value goes to one item: nothing is lost and nothing counted twice."""
        items, labels = sorted(map(fold, self.take)), sorted(map(fold, self.take.values()))
        if items != labels or len(set(items)) < len(items):
            raise ValueError("take must name the same items on both sides, each of them once")
        return self


class Missing(Declaration):
    """The values cannot be believed: they become missing."""

    kind: Literal["missing"]


class Undetailed(Declaration):
    """Only the group's total was published: its leaves are missing, not zero, and an item carries the total."""

    kind: Literal["undetailed"]
    item: str = "(sem detalhamento)"


class Correction(Declaration):
    """One declared correction.

    Attributes:
        id: Its name in `corrections_applied` and in the panel.
        table: File stem of the table.
        group: Category whose leaves are meant; all leaves of the table without it.
        years: First and last year, both included.
        published_from: First publication date of the vintages that are meant.
        published_to: Last one; open without it.
        action: What is done.
        expect: Published cells that must hold, or the correction is stale and does nothing.
        reason: Why, for a reader.
    """

    id: str
    table: str
    group: str | None = None
    years: tuple[int, int]
    published_from: date | None = None
    published_to: date | None = None
    action: Annotated[Permute | Missing | Undetailed, Field(discriminator="kind")]
    expect: tuple[Expectation, ...] = Field(min_length=1)
    reason: str

    @model_validator(mode="after")
    def years_in_order(self) -> "Correction":
        """A range runs forward."""
        if self.years[0] > self.years[1]:
            raise ValueError(f"years {list(self.years)} run backward")
        return self

    @model_validator(mode="after")
    def undetailed_names_its_group(self) -> "Correction":
        """Only a group has a published total that an item can carry."""
        if isinstance(self.action, Undetailed) and self.group is None:
            raise ValueError("an undetailed correction must name its group")
        return self


class Corrections(Declaration):
    """The corrections of one source, in the order in which they are applied."""

    corrections: tuple[Correction, ...] = ()

    @model_validator(mode="after")
    def ids_are_unique(self) -> "Corrections":
        """An id names one correction."""
        ids = [correction.id for correction in self.corrections]
        if repeated := sorted({name for name in ids if ids.count(name) > 1}):
            raise ValueError(f"correction ids stand twice: {repeated}")
        return self

    @property
    def tables(self) -> set[str]:
        """Tables that a correction names."""
        return {correction.table for correction in self.corrections}

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> "Corrections":
        """The corrections of a parsed YAML file.

        Raises:
            DeclarationError: An entry is wrong.
        """
        return read_declared(cls, mapping, "conf/base/corrections_<declarations>.yml")


class Alias(Declaration):
    """One name for what a source writes in several ways.

    Attributes:
        to: The name to keep, as a reader should see it.
        labels: Other spellings; case, accents and punctuation do not matter.
        tables: Tables where this holds; all of them without it.
        may_overlap: True where figures of one year under several of the labels are parts to be summed; otherwise they
            are reported, for the labels may be two things.
        reason: Why they are one.
    """

    to: str
    labels: tuple[str, ...] = Field(min_length=1)
    tables: tuple[str, ...] | None = None
    may_overlap: bool = False
    reason: str


class Aliases(Declaration):
    """Aliases and pseudo-countries of all sources."""

    aliases: tuple[Alias, ...] = ()
    pseudo_countries: tuple[str, ...] = ()

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> "Aliases":
        """The aliases of a parsed YAML file.

        Raises:
            DeclarationError: An entry is wrong.
        """
        return read_declared(cls, mapping, "conf/base/aliases_<declarations>.yml")

    @property
    def tables(self) -> set[str]:
        """Tables that an alias names."""
        return {table for alias in self.aliases for table in alias.tables or ()}

    def resolve(self, table: str, item: str) -> str:
        """The name to keep for a label of a table: the label itself where nothing is declared."""
        folded = fold(item)
        for alias in self.aliases:
            if alias.tables is not None and table not in alias.tables:
                continue
            if folded in {fold(label) for label in alias.labels}:
                return alias.to
        return item

    def spellings(self, table: str, item: str) -> tuple[str, ...]:
        """The folded spellings that a table has for a name: the name itself, then its declared labels."""
        labels = [
            fold(label)
            for alias in self.aliases
            if fold(alias.to) == fold(item) and (alias.tables is None or table in alias.tables)
            for label in alias.labels
        ]
        return (fold(item), *labels)

    def is_pseudo_country(self, item: str) -> bool:
        """True for a line of a trade table that is no country: ships' supplies, not declared, others."""
        return fold(item) in {fold(label) for label in self.pseudo_countries}
