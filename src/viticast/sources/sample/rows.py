"""A table of the sample while it is made: rows of cells that are still numbers."""

from dataclasses import dataclass, field

Key = tuple[int, int]
"""Year and position of the measure."""


@dataclass
class SampleRow:
    """A row of a file.

    Attributes:
        label: As the file spells it.
        control: As the file spells it, None in tables of countries.
        children: Labels' rows below a category, empty for a leaf.
        is_new: Whether the row stands in the newer vintage only.
        cells: A number, or the text of a mark ("nd", "*", "+", "").
    """

    label: str
    control: str | None = None
    children: list["SampleRow"] = field(default_factory=list)
    is_new: bool = False
    cells: dict[Key, float | str] = field(default_factory=dict)

    def number(self, year: int, measure: int = 0) -> float:
        """The number of a cell, 0 where a mark stands."""
        cell = self.cells[year, measure]
        return cell if isinstance(cell, float) else 0.0

    @property
    def years(self) -> list[int]:
        """The years of the row, ascending."""
        return sorted({year for year, _ in self.cells})


def add_up(category: SampleRow) -> None:
    """Set a category's cells to the sum of its children."""
    for year, measure in category.children[0].cells:
        category.cells[year, measure] = round(sum(child.number(year, measure) for child in category.children), 2)


def find(rows: list[SampleRow], label: str, group: str | None = None) -> SampleRow:
    """The row of that label, or the child of that category."""
    candidates = rows
    if group is not None:
        candidates = next(row for row in rows if row.label.split() == group.split()).children
    return next(row for row in candidates if row.label.split() == label.split())
