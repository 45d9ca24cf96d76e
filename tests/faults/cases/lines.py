"""Lines that are cut, too long or no rows."""

from tests.faults.case import Group
from tests.faults.workspace import Workspace

GROUP = Group("lines")


@GROUP.refused("ImpSuco", said=("a header and no row", "line 1"))
def header_only(workspace: Workspace) -> None:
    """ImpSuco has its header and nothing below."""
    workspace.change_lines("ImpSuco", lambda lines: lines[:1])


@GROUP.refused("Producao", said=("separated neither by", "line 1"))
def comma_delimiter(workspace: Workspace) -> None:
    """The fields of Producao are separated by commas."""
    workspace.change("Producao", lambda text: text.replace(";", ","))


@GROUP.refused("Producao", said=("line 5", "56 fields where the others have 57"))
def short_line(workspace: Workspace) -> None:
    """A line of Producao lacks a field."""
    workspace.change_line("Producao", 5, lambda line: line.rpartition(";")[0])


@GROUP.refused("Producao", said=("line 5", "58 fields where the others have 57", "7"))
def long_line(workspace: Workspace) -> None:
    """A line of Producao has a field too many."""
    workspace.change_line("Producao", 5, lambda line: f"{line};7")


@GROUP.refused("Producao", said=("line 5", "2 fields where the others have 57"))
def unclosed_quote(workspace: Workspace) -> None:
    """A label of Producao opens a quotation that it does not close."""
    workspace.change_line("Producao", 5, lambda line: line.replace(";", ';"', 1))


@GROUP.refused("ExpVinho", said=("the file ends in the middle of a line",))
def cut_in_a_line(workspace: Workspace) -> None:
    """ExpVinho ends in the middle of a line."""
    workspace.change("ExpVinho", lambda text: text[: len(text) // 2])


@GROUP.refused("ExpVinho", said=("the file was cut", "rows of the vintage before are gone"))
def cut_at_a_line_end(workspace: Workspace) -> None:
    """ExpVinho lacks its last third, from the end of a line on."""
    workspace.change_lines("ExpVinho", lambda lines: lines[: len(lines) * 2 // 3])


@GROUP.cell("ExpVinho, line 142, column 112 (2024 USD)", "'88'", "Remedy: ")
def last_figure_cut(workspace: Workspace) -> None:
    """ExpVinho ends within its last figure, 8811."""
    workspace.change("ExpVinho", lambda text: text[:-3])


@GROUP.accepted("ImpSuco", "the last line does not end")
def line_end_missing(workspace: Workspace) -> None:
    """The last line of ImpSuco, whose last figure is 0, does not end."""
    workspace.change("ImpSuco", lambda text: text.removesuffix("\n"))


@GROUP.accepted()
def blank_lines_between(workspace: Workspace) -> None:
    """Blank lines stand between those of Producao."""
    workspace.change("Producao", lambda text: text.replace("\n", "\n\n"))


@GROUP.row("Producao, line 53", "no figure and is no row", "Remedy: ")
def footer_note(workspace: Workspace) -> None:
    """A note on the source stands below Producao."""
    workspace.change("Producao", lambda text: f"{text}Fonte: Uvibra. Elaboração: Embrapa Uva e Vinho.\n")


@GROUP.refused("ExpVinho", said=("line 2",))
def title_with_figures(workspace: Workspace) -> None:
    """A title with a number stands between the header of ExpVinho and its rows."""
    workspace.change_lines("ExpVinho", lambda lines: [lines[0], "2025", *lines[1:]])
