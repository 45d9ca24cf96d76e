"""A figure of one label and year, as an API or a long table has it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Record:
    """One label in one year.

    Attributes:
        year: Year of the figures.
        label: Product, cultivar or country as delivered.
        figures: One for each measure of the table, as delivered: a number, a text or None.
        place: Where it stands, for a message: an address and a position.
        group: Category, None where order and capitals tell it or the table has none.
        control: Code of the row as in the CSV files, None where there is none.
        is_total: True for the total of its group; None where order and capitals tell it.
    """

    year: int
    label: str
    figures: tuple[object, ...]
    place: str
    group: str | None = None
    control: str | None = None
    is_total: bool | None = None
