"""A REST API that answers with JSON."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from viticast.contracts.columns import FIRST_YEAR, LAST_YEAR
from viticast.sources.connections.answers import Status, Success
from viticast.sources.connections.auth import Auth, NoAuth
from viticast.sources.connections.numbers import Numbers
from viticast.sources.connections.pages import Pages
from viticast.sources.connections.records import Provenance, Records
from viticast.sources.connections.refresh import Refresh
from viticast.sources.connections.requests import Requests
from viticast.sources.connections.strict import Declared

Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]


class Years(Declared):
    """Which years are asked for.

    Attributes:
        first: The first.
        last: The last; null for the year before the current one: years at the end that are not published yet are left
            out. Those are years without a record; where the server has records of each year that it is asked for, years
            without a figure above zero.
        missing: HTTP statuses by which the server says that it has no figures of a year, e.g. 404: such a year has no
            record.
    """

    first: Year = FIRST_YEAR
    last: Year | None = None
    missing: tuple[Status, ...] = ()


class ApiTable(Declared):
    """How one table is asked for.

    Path and query may hold `{year}`, `{stem}` (ProcessaViniferas), `{option}` (opt_03), `{suboption}` (subopt_01),
    `{digits}` (01), `{slug}` (viniferas), `{label}` (Viníferas) and `{database_table}`. Without `{year}` one answer
    holds all years.

    Attributes:
        path: Path below the source's address.
        query: Parameters of the query.
        records: Where this table differs from the others; null where it does not.
        numbers: Where this table differs from the others; null where it does not.
        years: Where this table differs from the others, e.g. one whose last published year is all zeros; null where it
            does not.
    """

    path: str
    query: dict[str, str] = Field(default_factory=dict)
    records: Records | None = None
    numbers: Numbers | None = None
    years: Years | None = None

    @property
    def is_by_year(self) -> bool:
        """True if each year has its own request."""
        return any("{year}" in text for text in (self.path, *self.query.values()))


class ApiConnection(Declared):
    """A connection file with `kind: api`.

    Attributes:
        kind: `api`.
        is_synthetic: True if the server's figures are made up: everything that is made of them says so.
        requests: Politeness and patience.
        auth: Who asks.
        refresh: What is called before the figures are asked for; null for nothing.
        success: When an answer counts.
        pages: How answers are cut; null where they are whole.
        records: The shape of the answers.
        numbers: The locale of the figures.
        provenance: What answers say of their origin; null where they say nothing.
        years: Which years are asked for.
        tables: Table -> how it is asked for; a table that is left out is not served by this API.
    """

    kind: Literal["api"]
    is_synthetic: bool = False
    requests: Requests = Requests()
    auth: Auth = NoAuth()
    refresh: Refresh | None = None
    success: Success = Success()
    pages: Pages | None = None
    records: Records
    numbers: Numbers = Numbers()
    provenance: Provenance | None = None
    years: Years = Years()
    tables: Annotated[dict[str, ApiTable], Field(min_length=1)]

    def records_of(self, table: str) -> Records:
        """The shape of a table's answers."""
        return self.tables[table].records or self.records

    def numbers_of(self, table: str) -> Numbers:
        """The locale of a table's figures."""
        return self.tables[table].numbers or self.numbers

    def years_of(self, table: str) -> Years:
        """The years that a table is asked for."""
        return self.tables[table].years or self.years

    @model_validator(mode="after")
    def pages_can_be_counted(self) -> Self:
        """A page of groups has fewer categories than records: without a total, nobody can tell which is the last."""
        for name in self.tables:
            if self.pages is not None and self.pages.total is None and self.records_of(name).shape == "groups":
                msg = f"{name}: pages of the shape 'groups' need `pages.total`"
                raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def years_are_told(self) -> Self:
        """An answer with all years must say which record is of which year."""
        for name, table in self.tables.items():
            records = self.records_of(name)
            if not table.is_by_year and records.shape != "wide" and not records.fields.year:
                msg = f"{name}: neither the request has {{year}} nor the records a field `year`"
                raise ValueError(msg)
        return self
