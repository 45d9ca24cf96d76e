"""From lines to rows: which is a category, which a leaf, and which no row at all."""

from dataclasses import dataclass
from unicodedata import normalize

from viticast.sources.cells import is_nothing
from viticast.sources.delimited import Line, set_aside
from viticast.sources.errors import MissingLabelError, SourceError, WrongTableError, raise_all
from viticast.sources.header import Columns
from viticast.sources.labels import clean_item, is_category
from viticast.sources.tables import TableSpec

LONGEST_LABEL = 200
"""The longest published name has 60 characters."""


@dataclass(frozen=True)
class Row:
    """A line with its name and its place in the hierarchy."""

    line: Line
    group_label: str | None
    item_label: str
    item: str
    row_kind: str


def read_rows(body: tuple[Line, ...], columns: Columns, table: TableSpec) -> tuple[list[Row], list[SourceError]]:
    """Name the rows, and set aside what is no row and holds no figure.

    Returns:
        The rows, and what was set aside.

    Raises:
        SourceError: A row with figures has no name, or no row of a grouped table is a category.
    """
    named: list[Line] = []
    aside: list[SourceError] = []
    broken: list[SourceError] = []
    for line in body:
        defect = defect_of_name(line.fields[columns.label]) or _defect_of_row(line, columns)
        if defect is None:
            named.append(line)
        elif all(is_nothing(text) for text in line.fields[columns.first_figure :]):
            aside.append(set_aside(line, defect, table.name))
        else:
            broken.append(_missing_label(line, defect, columns, table))
    raise_all(broken)
    return _classify(named, columns, table), aside


def defect_of_name(label: str) -> str | None:
    """Why a label names nothing, None where it does."""
    if len(label) > LONGEST_LABEL or not label.strip().isprintable():
        return f"the name of the row has a control character, or more than {LONGEST_LABEL} characters"
    letters = [character for character in normalize("NFKD", clean_item(label)) if character.isalnum()]
    if not letters:
        return "the row has no name"
    if not any(character.isascii() for character in letters):
        return "the name of the row has no Latin letter"
    return None


def _defect_of_row(line: Line, columns: Columns) -> str | None:
    """Say so where nothing but a label stands in a line: no number, no code, no figure, and no category's capitals."""
    label = line.fields[columns.label]
    others = [text for position, text in enumerate(line.fields) if position != columns.label]
    is_note = not any(text.strip() for text in others) and not is_category(label, None)
    return "the line has a text and nothing else" if is_note else None


def _missing_label(line: Line, reason: str, columns: Columns, table: TableSpec) -> MissingLabelError:
    return MissingLabelError(
        reason,
        remedy="write the name of its product, cultivar or country, or fetch the file again",
        table=table.name,
        row=line.number,
        column=columns.label + 1,
        value=line.fields[columns.label][:60],
    )


def _classify(body: list[Line], columns: Columns, table: TableSpec) -> list[Row]:
    """Tell categories from leaves: a category without children is a leaf, and stands in no group."""
    if table.layout == "countries":
        return [_row(line, columns, group=None, kind="leaf") for line in body]
    categories = [_stands_for_a_category(line, columns) for line in body]
    if len(body) > 1 and not any(categories):
        raise WrongTableError(
            "no row is a category in capital letters, but this table has groups",
            remedy="fetch the file again, and check that it is the file of this table",
            table=table.name,
            row=body[0].number,
            value=body[0].fields[columns.label],
        )
    rows: list[Row] = []
    group: str | None = None
    for position, line in enumerate(body):
        has_children = False
        if categories[position]:
            has_children = position + 1 < len(body) and not categories[position + 1]
            group = clean_item(line.fields[columns.label]) if has_children else None
        rows.append(_row(line, columns, group=group, kind="total" if has_children else "leaf"))
    return rows


def _stands_for_a_category(line: Line, columns: Columns) -> bool:
    control = None if columns.control is None else line.fields[columns.control]
    return is_category(line.fields[columns.label], control)


def _row(line: Line, columns: Columns, *, group: str | None, kind: str) -> Row:
    label = line.fields[columns.label]
    return Row(line, group, label, clean_item(label), kind)
