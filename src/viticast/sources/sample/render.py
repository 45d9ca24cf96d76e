"""From rows to the bytes of a file, in any of the shapes that the published files have."""

from collections.abc import Sequence
from dataclasses import dataclass

from viticast.sources.sample.rows import SampleRow


@dataclass(frozen=True)
class Shape:
    """How a file is written.

    Attributes:
        delimiter: `;` or a tab.
        label_name: Header of the column of labels, e.g. `produto`.
        id_name: `id` or `Id`.
        measures: Figures for each year.
        has_header: False leaves the first line out.
        has_control: False leaves the column `control` out.
        is_last_year_mislabelled: True calls the last year as the one before.
        duplicated_id: Number of the row that is numbered 29, as a later one is too; 0 for none.
    """

    delimiter: str
    label_name: str
    id_name: str = "id"
    measures: int = 1
    has_header: bool = True
    has_control: bool = True
    is_last_year_mislabelled: bool = False
    duplicated_id: int = 0


def render(rows: Sequence[SampleRow], shape: Shape) -> bytes:
    """Write a file: UTF-8 without byte order mark, lines ended by a line feed."""
    flat = [row for parent in rows for row in (parent, *parent.children)]
    years = flat[0].years
    lines = [_header(years, shape)] if shape.has_header else []
    lines += [
        [identifier, *([row.control or ""] if shape.has_control else []), row.label]
        + [_text(row.cells[year, measure]) for year in years for measure in range(shape.measures)]
        for identifier, row in zip(_identifiers(len(flat), shape), flat, strict=True)
    ]
    return "".join(shape.delimiter.join(line) + "\n" for line in lines).encode()


def _header(years: Sequence[int], shape: Shape) -> list[str]:
    named = [*years[:-1], years[-2]] if shape.is_last_year_mislabelled else list(years)
    return [
        shape.id_name,
        *(["control"] if shape.has_control else []),
        shape.label_name,
        *(str(year) for year in named for _ in range(shape.measures)),
    ]


def _identifiers(count: int, shape: Shape) -> list[str]:
    numbers = list(range(1, count + 1))
    if shape.duplicated_id:
        numbers = [*numbers[: shape.duplicated_id - 1], 29, *numbers[shape.duplicated_id - 1 : -1]]
    return [str(number) for number in numbers]


def _text(cell: float | str) -> str:
    if isinstance(cell, str):
        return cell
    return f"{cell:.2f}".rstrip("0").rstrip(".").replace(".", ",")
