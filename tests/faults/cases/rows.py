"""Rows that are doubled, nameless, renamed or gone."""

from tests.faults.case import Group
from tests.faults.workspace import Workspace

GROUP = Group("rows")


@GROUP.refused("ExpVinho", said=("line 104 repeats line 103", "Paraguai"))
def row_twice(workspace: Workspace) -> None:
    """The row of Paraguai stands twice in ExpVinho."""
    workspace.change_lines(
        "ExpVinho", lambda lines: [copy for line in lines for copy in [line] * (1 + ("\tParaguai\t" in line))]
    )


@GROUP.refused("ImpSuco", said=("line 3, column 2", "the row has no name"))
def nameless_row_with_figures(workspace: Workspace) -> None:
    """A row of ImpSuco has figures and no name."""
    workspace.set_field("ImpSuco", 3, 2, " ")


@GROUP.row("ImpSuco, line 31", "the row has no name", "Remedy: ")
def nameless_row_without_figures(workspace: Workspace) -> None:
    """A row of ImpSuco has neither name nor figures."""
    workspace.change("ImpSuco", lambda text: text + "30;" + ";0" * 110 + "\n")


@GROUP.refused("ImpSuco", said=("line 3, column 2", "more than 200 characters"))
def label_too_long(workspace: Workspace) -> None:
    """A country of ImpSuco has a name of 300 characters."""
    workspace.set_field("ImpSuco", 3, 2, "Argentina " * 30)


@GROUP.refused("ImpSuco", said=("line 3, column 2", "control character"))
def control_character_in_a_label(workspace: Workspace) -> None:
    """The name of a country of ImpSuco has a control character in it."""
    workspace.set_field("ImpSuco", 3, 2, "Argen\x1btina")


@GROUP.refused("ExpVinho", said=("rows of the vintage before are gone",))
def half_of_the_rows_gone(workspace: Workspace) -> None:
    """Every other row of ExpVinho is gone."""
    workspace.change_lines("ExpVinho", lambda lines: [lines[0], *lines[1::2]])


@GROUP.refused("ExpVinho", said=("1 of ", "rows of the vintage before are gone: 'venezuela'"))
def one_row_gone(workspace: Workspace) -> None:
    """Venezuela is gone from ExpVinho."""
    workspace.change_lines("ExpVinho", lambda lines: [line for line in lines if "\tVenezuela\t" not in line])


@GROUP.refused("ExpVinho", said=("1 of ", "rows of the vintage before are gone: 'albania'"))
def row_of_zeros_gone(workspace: Workspace) -> None:
    """Albânia, all of whose figures are 0, is gone from ExpVinho."""
    workspace.change_lines("ExpVinho", lambda lines: [line for line in lines if "\tAlbânia\t" not in line])


@GROUP.watch("ImpSuco", "1 rows have a new name and the same figures", "ucrania", "Remedy: ")
def country_renamed(workspace: Workspace) -> None:
    """Ucrânia has another name in ImpSuco, and the same figures."""
    workspace.change("ImpSuco", lambda text: text.replace(";Ucrânia;", ";Terra dos Cossacos;"))


@GROUP.accepted()
def country_spelled_otherwise(workspace: Workspace) -> None:
    """Ucrânia stands in capitals and without its accent in ImpSuco."""
    workspace.change("ImpSuco", lambda text: text.replace(";Ucrânia;", ";UCRANIA ;"))


@GROUP.accepted()
def rows_in_another_order(workspace: Workspace) -> None:
    """The countries of ExpVinho stand in reverse order."""
    workspace.change_lines("ExpVinho", lambda lines: [lines[0], *reversed(lines[1:])])


@GROUP.refused("Producao", said=("4 of 51 rows of the vintage before are gone", "'vinho de mesa / tinto'"))
def group_in_small_letters(workspace: Workspace) -> None:
    """A group of Producao has lost the capitals that make it one."""
    workspace.change("Producao", lambda text: text.replace("VINHO DE MESA;VINHO DE MESA", "vm_Mesa;Vinho de mesa", 1))
