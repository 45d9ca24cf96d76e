"""Cells that are no figures."""

from tests.faults.case import Group
from tests.faults.workspace import Workspace

GROUP = Group("cells")
PLACE = "Producao, line 3, column 57 (2023 L)"


def _write(workspace: Workspace, text: str) -> None:
    workspace.set_field("Producao", 3, 57, text)


@GROUP.cell(PLACE, "'muito' is not a number", "Remedy: ")
def text_in_a_cell(workspace: Workspace) -> None:
    """A cell of Producao holds a word."""
    _write(workspace, "muito")


@GROUP.cell(PLACE, "'-120000' is negative", "Remedy: ")
def negative_figure(workspace: Workspace) -> None:
    """A cell of Producao is negative."""
    _write(workspace, "-120000")


@GROUP.cell(PLACE, "'139.320.884' may have a thousands separator", "Remedy: ")
def points_between_thousands(workspace: Workspace) -> None:
    """A cell of Producao has points between its thousands."""
    _write(workspace, "139.320.884")


@GROUP.cell(PLACE, "'139,320,884' may have a thousands separator", "Remedy: ")
def commas_between_thousands(workspace: Workspace) -> None:
    """A cell of Producao has commas between its thousands."""
    _write(workspace, "139,320,884")


@GROUP.cell(PLACE, "'1,39E+08' is not a number", "Remedy: ")
def scientific_notation(workspace: Workspace) -> None:
    """A cell of Producao is written as a spreadsheet shortens it."""
    _write(workspace, "1,39E+08")


@GROUP.cell(PLACE, "'NaN' is not a number", "Remedy: ")
def nan(workspace: Workspace) -> None:
    """A cell of Producao says NaN."""
    _write(workspace, "NaN")


@GROUP.cell(PLACE, "'inf' is not a number", "Remedy: ")
def infinity(workspace: Workspace) -> None:
    """A cell of Producao says inf."""
    _write(workspace, "inf")


@GROUP.cell(PLACE, "'12%' is not a number", "Remedy: ")
def percent_sign(workspace: Workspace) -> None:
    """A cell of Producao is a share in percent."""
    _write(workspace, "12%")


@GROUP.cell(PLACE, "'#REF!' is not a number", "Remedy: ")
def spreadsheet_error(workspace: Workspace) -> None:
    """A cell of Producao holds the error of a spreadsheet."""
    _write(workspace, "#REF!")


@GROUP.cell(PLACE, "'13932088413932' lies outside the bounds", "conf/base/tables.yml")
def figure_beyond_bounds(workspace: Workspace) -> None:
    """Two figures are glued together in a cell of Producao."""
    _write(workspace, "13932088413932")


@GROUP.accepted()
def decimal_point(workspace: Workspace) -> None:
    """A cell of Producao has a decimal point and a decimal."""
    workspace.change_line("Producao", 3, lambda line: f"{line}.4")


@GROUP.accepted()
def quoted_cells(workspace: Workspace) -> None:
    """Every cell of Producao stands in quotation marks."""
    workspace.change_rows("Producao", lambda fields: [f'"{text}"' for text in fields])


@GROUP.refused("Producao", said=("345 of 2754 cells (12.5%) are no figures", "line 2"))
def many_unreadable_cells(workspace: Workspace) -> None:
    """Every eighth cell of Producao cannot be read."""
    _spoil(workspace, "Producao", "?", every=8)


def _spoil(workspace: Workspace, table: str, text: str, every: int) -> None:
    def spoil(fields: list[str]) -> list[str]:
        if not fields[0].isdecimal():
            return fields
        row = int(fields[0])
        return [text if position > 2 and (position + row) % every == 0 else old for position, old in enumerate(fields)]

    workspace.change_rows(table, spoil)
