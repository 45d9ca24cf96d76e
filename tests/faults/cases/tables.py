"""Files of other tables."""

import shutil

from tests.faults.case import Group
from tests.faults.workspace import NEWER, OLDER, Workspace

GROUP = Group("files of other tables")


def _sample(workspace: Workspace, vintage: str, table: str) -> str:
    return str(workspace.project / "data" / "00_sample" / vintage / f"{table}.csv")


@GROUP.refused("ImpSuco", said=("line 1", "the header starts with", "produto"))
def header_of_another_table(workspace: Workspace) -> None:
    """ImpSuco has the header of products in the place of "País"."""
    workspace.change_line("ImpSuco", 1, lambda line: line.replace("País", "produto"))


@GROUP.refused("ImpSuco", "ExpVinho", said=("known figures differ",))
def two_files_swapped(workspace: Workspace) -> None:
    """ImpSuco and ExpVinho have changed places."""
    shutil.copyfile(_sample(workspace, NEWER, "ImpSuco"), workspace.path("ExpVinho"))
    shutil.copyfile(_sample(workspace, NEWER, "ExpVinho"), workspace.path("ImpSuco"))


@GROUP.refused("ImpSuco", "ExpVinho", said=("has the same bytes as",))
def same_bytes_twice(workspace: Workspace) -> None:
    """ExpVinho was answered with the file of ImpSuco."""
    shutil.copyfile(workspace.path("ImpSuco"), workspace.path("ExpVinho"))


@GROUP.refused("ProcessaViniferas", said=("line 1", "produto"))
def file_of_another_kind(workspace: Workspace) -> None:
    """The file of Comercio stands in the place of ProcessaViniferas."""
    shutil.copyfile(_sample(workspace, NEWER, "Comercio"), workspace.path("ProcessaViniferas"))


@GROUP.refused("ExpVinho", said=("known figures differ",))
def file_of_another_trade(workspace: Workspace) -> None:
    """The file of ExpUva stands in the place of ExpVinho: the same columns and countries."""
    shutil.copyfile(_sample(workspace, NEWER, "ExpUva"), workspace.path("ExpVinho"))


@GROUP.accepted()
def old_file_again(workspace: Workspace) -> None:
    """Producao is the file of the vintage before, byte for byte: that vintage stays."""
    shutil.copyfile(_sample(workspace, OLDER, "Producao"), workspace.path("Producao"))
