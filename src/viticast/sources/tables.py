"""The registry of VitiBrasil's tables: what each file holds, read from `conf/base/tables.yml`."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self
from unicodedata import normalize

from pydantic import BaseModel, ConfigDict, Field, model_validator

from viticast.contracts.columns import FIRST_YEAR
from viticast.contracts.declared import DeclarationError, read_declared
from viticast.sources.errors import UnknownTableError

Flow = Literal["producao", "processamento", "comercializacao", "importacao", "exportacao"]
ItemKind = Literal["product", "cultivar", "country"]
Layout = Literal["grouped", "countries"]

HEADER_NAMES: Mapping[ItemKind, frozenset[str]] = {
    "product": frozenset({"produto"}),
    "cultivar": frozenset({"cultivar"}),
    "country": frozenset({"país", "pais"}),
}
"""The header of the column of labels, whatever its case."""

TABLES_FILE = "conf/base/tables.yml"


class Measure(BaseModel):
    """One figure that each row has for each year, with the bounds outside which it is a misread number."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    measure: Literal["quantity", "value"]
    unit: Literal["L", "kg", "USD"]
    minimum: Annotated[float, Field(ge=0)] = 0.0
    maximum: Annotated[float, Field(gt=0)]

    @model_validator(mode="after")
    def unit_fits_measure(self) -> Self:
        """US$ is the unit of a value, and only of a value."""
        if (self.measure == "value") != (self.unit == "USD"):
            msg = f"a {self.measure} cannot be in {self.unit}"
            raise ValueError(msg)
        return self


class TableSpec(BaseModel):
    """One table of VitiBrasil.

    `grouped` tables have categories with children below them; in `countries` each row is a country and each year
    stands twice, once for each measure in the order of `measures`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(description="File stem on the site, e.g. ProcessaViniferas")
    slug: str = Field(pattern=r"^[a-z0-9_]+$", description="Name in a series_id")
    flow: Flow
    label: str = Field(description="What a reader sees, in Portuguese")
    option: str = Field(pattern=r"^opt_0[2-6]$", description="`opcao` of the site's address")
    suboption: str | None = Field(default=None, pattern=r"^subopt_0[1-5]$", description="`subopcao` of the address")
    suboption_label: str | None = Field(default=None, description="What the site calls the suboption")
    database_table: str = Field(description="Table of the project's upstream database")
    item_kind: ItemKind
    layout: Layout
    measures: tuple[Measure, ...] = Field(min_length=1, max_length=2)
    attribution: str = Field(description="The 'Fonte' that must stand under a picture of the figures")
    first_year: int = FIRST_YEAR

    @property
    def file_name(self) -> str:
        """Name of the file on the site and in a folder."""
        return f"{self.name}.csv"

    @property
    def suboption_slug(self) -> str | None:
        """The suboption's label as a slug, e.g. `uvas_passas`."""
        if self.suboption_label is None:
            return None
        plain = normalize("NFKD", self.suboption_label).encode("ascii", "ignore").decode()
        return "_".join(plain.casefold().split())

    @property
    def units(self) -> tuple[str, ...]:
        """Units of the measures, in their order."""
        return tuple(measure.unit for measure in self.measures)

    @property
    def bounds(self) -> dict[str, tuple[float, float]]:
        """Smallest and largest plausible figure of each measure."""
        return {measure.measure: (measure.minimum, measure.maximum) for measure in self.measures}

    @model_validator(mode="after")
    def layout_fits_item_kind(self) -> Self:
        """Countries, and only they, stand in the layout of countries."""
        if (self.layout == "countries") != (self.item_kind == "country"):
            msg = f"{self.name}: a table of {self.item_kind} cannot have the layout {self.layout!r}"
            raise ValueError(msg)
        return self


class _TablesFile(BaseModel):
    """The file of tables, before any of them is looked at."""

    model_config = ConfigDict(extra="forbid")

    tables: dict[str, dict[str, Any]]


class TableRegistry:
    """The tables in the order of their declaration."""

    def __init__(self, tables: tuple[TableSpec, ...]) -> None:
        self._tables = {table.name: table for table in tables}
        for attribute in ("name", "slug", "database_table"):
            values = [getattr(table, attribute) for table in tables]
            twice = sorted({value for value in values if values.count(value) > 1})
            if twice:
                msg = f"{TABLES_FILE}: {attribute} stands twice: {', '.join(twice)}"
                raise DeclarationError(msg)

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Self:
        """Build the registry from `tables.yml`: the mapping of names, or the whole file with its key `tables`.

        Raises:
            DeclarationError: An entry is wrong.
        """
        # Keys that begin with an underscore hold texts that several tables share.
        shared = {key: value for key, value in (mapping or {}).items() if not key.startswith("_")}
        file = read_declared(_TablesFile, shared if "tables" in shared else {"tables": shared}, TABLES_FILE)
        return cls(
            tuple(
                read_declared(TableSpec, {"name": name, **fields}, f"{TABLES_FILE}, table {name}")
                for name, fields in file.tables.items()
            )
        )

    def __iter__(self) -> Iterator[TableSpec]:
        return iter(self._tables.values())

    def __len__(self) -> int:
        return len(self._tables)

    def __contains__(self, name: object) -> bool:
        return name in self._tables

    def __getitem__(self, name: str) -> TableSpec:
        if name not in self._tables:
            raise UnknownTableError(
                f"{name!r} is not a table of VitiBrasil",
                remedy=f"use one of {', '.join(self.names)}",
                value=name,
            )
        return self._tables[name]

    @property
    def names(self) -> tuple[str, ...]:
        """File stems of all tables."""
        return tuple(self._tables)
