"""A relational database: one wide table for each file of Embrapa, or long tables."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from viticast.sources.connections.numbers import Numbers
from viticast.sources.connections.records import Fields
from viticast.sources.connections.refresh import Refresh
from viticast.sources.connections.strict import Declared


class LongTable(Declared):
    """Where the rows of one table stand in the long layout.

    Attributes:
        table: Table of the database.
        where: Column -> the value that its rows have, for a database table that holds several of ours.
        fields: Columns, where they differ from the connection's; null where they do not.
    """

    table: str
    where: dict[str, str | int] = Field(default_factory=dict)
    fields: Fields | None = None


class DatabaseConnection(Declared):
    """A connection file with `kind: database`.

    Attributes:
        kind: `database`.
        is_synthetic: True if the figures are made up: everything that is made of them says so.
        layout: `wide` has a column for each year and measure, in the order of the CSV file; `long` a row for each label
            and year.
        db_schema: Schema of the tables; null for the connection's usual one.
        order: Column by which rows are ordered, as a table has no order of its own; null for none. It is no key.
        connect_seconds: Longest wait for a connection, and for a lock of SQLite.
        query_seconds: Longest time of one query.
        wide: Table -> table of the database; those that are left out have the name that `conf/base/tables.yml` gives.
        long: Table -> where its rows stand.
        fields: Columns of the long layout.
        absent: What a label means that other years have and this one has not (long); see `Records.absent`.
        numbers: The locale of figures that are kept as text.
        refresh: What is called before the figures are read; null for nothing.
    """

    kind: Literal["database"]
    is_synthetic: bool = False
    layout: Literal["wide", "long"] = "wide"
    db_schema: str | None = None
    order: str | None = "id"
    connect_seconds: Annotated[float, Field(gt=0)] = 15.0
    query_seconds: Annotated[float, Field(gt=0)] = 60.0
    wide: dict[str, str] = Field(default_factory=dict)
    long: dict[str, LongTable] = Field(default_factory=dict)
    fields: Fields | None = None
    absent: Literal["zero", "empty", "error"] = "error"
    numbers: Numbers = Numbers()
    refresh: Refresh | None = None

    @model_validator(mode="after")
    def long_tables_have_fields(self) -> Self:
        """The long layout must say which column is what."""
        if self.layout == "long":
            without = [name for name, table in self.long.items() if not (table.fields or self.fields)]
            if not self.long or without:
                msg = f"the layout 'long' needs `long` and `fields`{' of ' + ', '.join(without) if without else ''}"
                raise ValueError(msg)
        return self

    def fields_of(self, table: str) -> Fields:
        """Columns of a long table."""
        fields = self.long[table].fields or self.fields
        if fields is None:
            msg = f"{table} has no fields"
            raise ValueError(msg)
        return fields
