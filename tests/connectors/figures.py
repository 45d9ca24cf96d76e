"""What the CSV files of a folder say, as a server would keep it: tables of rows of figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import yaml

from viticast.sources.decoding import decode
from viticast.sources.delimited import split_lines
from viticast.sources.header import read_columns
from viticast.sources.reader import Reading, read_table
from viticast.sources.tables import TableRegistry, TableSpec

ROOT = Path(__file__).resolve().parents[2]
REAL = ROOT.parent / "shared" / "vitibrasil"
SAMPLE = ROOT / "data" / "00_sample"
OLDER, NEWER = "2024-04", "2025-04"

Figure = float | str
"""A value, or the mark that stands for it."""


@dataclass(frozen=True)
class Row:
    """One row of a table.

    Attributes:
        label: As the file has it, without the blanks around it.
        written: As the file has it.
        category: Label of the category; that of the row itself for a category, and for a row in none.
        control: Code of the row; "" where the file has none.
        is_total: True for a category with rows below it.
        figures: One for each measure, for each year.
    """

    label: str
    written: str
    category: str
    control: str
    is_total: bool
    figures: tuple[tuple[Figure, ...], ...]


@dataclass(frozen=True)
class Table:
    """One table."""

    spec: TableSpec
    first_year: int
    rows: tuple[Row, ...]

    @property
    def years(self) -> range:
        """Years that have figures."""
        return range(self.first_year, self.first_year + len(self.rows[0].figures))

    def figures(self, row: Row, year: int) -> tuple[Figure, ...] | None:
        """Those of a row in a year, None beyond the years of the table."""
        return row.figures[year - self.first_year] if year in self.years else None


@lru_cache(maxsize=1)
def registry() -> TableRegistry:
    """The project's own."""
    return TableRegistry.from_mapping(yaml.safe_load((ROOT / "conf/base/tables.yml").read_text(encoding="utf-8")))


def figures_folder(vintage: str = NEWER) -> Path:
    """The real figures of a vintage where they are, else the sample's."""
    return REAL / vintage if is_real() else SAMPLE / vintage


def is_real() -> bool:
    """True where the real figures are."""
    return REAL.is_dir()


@cache
def read_csv(folder: Path, name: str) -> Reading:
    """The project's reading of a file."""
    spec = registry()[name]
    return read_table((folder / spec.file_name).read_bytes(), spec)


@cache
def read_figures(folder: Path, name: str) -> Table:
    """A file as a server's table."""
    spec, frame = registry()[name], read_csv(folder, name).frame
    years = sorted(frame["year"].unique())
    controls = _controls((folder / spec.file_name).read_bytes(), spec)
    cells = [_figure(value, mark) for value, mark in zip(frame["value"], frame["mark"], strict=True)]
    heads = frame.drop_duplicates("row_number")[["row_number", "group_label", "item_label", "row_kind"]]
    width, block = len(years) * len(spec.measures), len(spec.measures)
    rows: list[Row] = []
    category = ""
    for position, (number, group, written, kind) in enumerate(heads.itertuples(index=False, name=None)):
        label = str(written).strip()
        if kind == "total" or not isinstance(group, str):
            category = label
        of_row = cells[position * width : (position + 1) * width]
        figures = tuple(tuple(of_row[start : start + block]) for start in range(0, width, block))
        rows.append(Row(label, str(written), category, controls[int(number)], kind == "total", figures))
    return Table(spec, int(years[0]), tuple(rows))


def read_all(folder: Path, names: Sequence[str]) -> dict[str, Table]:
    """Several tables."""
    return {name: read_figures(folder, name) for name in names}


def _figure(value: float, mark: object) -> Figure:
    return mark if isinstance(mark, str) else float(value)


def _controls(content: bytes, spec: TableSpec) -> dict[int, str]:
    columns, lines = read_columns(split_lines(decode(content, spec.name), spec.name).kept, spec)
    return {line.number: "" if columns.control is None else line.fields[columns.control].strip() for line in lines}
