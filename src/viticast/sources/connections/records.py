"""Where the figures stand in an answer: which of the shapes that are met, and under which names."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from viticast.sources.connections.paths import JsonPath
from viticast.sources.connections.strict import Declared

Shape = Literal["list", "groups", "by_label", "columns", "table", "wide"]


class Fields(Declared):
    """Names of the fields of a record; several names stand for spellings that differ from table to table.

    Attributes:
        item: Product, cultivar or country.
        quantity: L or kg.
        value: US$, in tables of countries.
        year: Year of the record; empty where the answer does not say it. Checked against the year that was asked for.
        group: Category of the record; empty where categories are told by their order and capitals, as in the CSV files.
        control: The code of a row as in the CSV files (`vm_Tinto`); empty where there is none.
    """

    item: tuple[str, ...]
    quantity: tuple[str, ...]
    value: tuple[str, ...] = ()
    year: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    control: tuple[str, ...] = ()


class Records(Declared):
    """The shape of an answer.

    - `list`: one object for each record, in a list.
    - `groups`: a list of categories, each with the list of its records under `members`.
    - `by_label`: an object whose keys are the labels; a value is a figure, or an object with the fields.
    - `columns`: an object of lists, one for each field.
    - `table`: a list of names under `headers` and a list of lists under `rows`.
    - `wide`: a list of objects, each with a figure for every year, under the year's own name or in `by_year`.

    Attributes:
        shape: One of these.
        path: JMESPath of the records within the answer; `@` for the answer itself.
        members: Field of a category that holds its records (groups).
        total: Field of a category that holds its own total (groups); null where totals are not delivered.
        headers: Field of the names (table).
        rows: Field of the rows (table).
        by_year: Field that holds year -> figure, or year -> an object with the fields (wide); null where the years are
            fields of the record.
        fields: Names of the fields.
        label_of_total: Label of the record that is the total of its group or of the table, besides a label that equals
            the group's; such a record of a table without groups is left out, as the sum of all.
        absent: What a label means that other years have and this one has not: `zero` where the server leaves out zeros,
            `empty` where that is unknown, `error` where it must not happen.
    """

    shape: Shape = "list"
    path: JsonPath = "@"
    members: str | None = None
    total: str | None = None
    headers: str = "headers"
    rows: str = "rows"
    by_year: str | None = None
    fields: Fields
    label_of_total: tuple[str, ...] = ()
    absent: Literal["zero", "empty", "error"] = "error"

    @model_validator(mode="after")
    def groups_name_their_members(self) -> Self:
        """A category must say where its records are."""
        if self.shape == "groups" and not (self.members and self.fields.group):
            msg = "the shape 'groups' needs `members` and `fields.group`"
            raise ValueError(msg)
        return self


class Provenance(Declared):
    """What an answer says of where its figures come from.

    Attributes:
        path: JMESPath of the text in the answer, e.g. `fonte`.
        live: Texts that mean fresh figures, compared without regard to case; any other is a stale copy: recorded and
            warned of.
    """

    path: JsonPath
    live: Annotated[tuple[str, ...], Field(min_length=1)]
