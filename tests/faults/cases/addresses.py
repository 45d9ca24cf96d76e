"""Folders and addresses that give nothing, or not what was asked for."""

import shutil
from pathlib import Path
from unittest import mock

from tests.faults.case import Group
from tests.faults.server import Answer, serve
from tests.faults.workspace import TABLES, Workspace

GROUP = Group("folders and addresses")
BY_HAND = "try again later, or download the files by hand"


def _nothing_comes_in(workspace: Workspace) -> None:
    workspace.delivered = []


def _all_come_in_but(workspace: Workspace, missing: str) -> None:
    workspace.delivered = [workspace.path(table).read_bytes() for table in TABLES if table != missing]


@GROUP.not_fetched("ImpSuco", said=("ImpSuco.csv does not exist", "kept: ImpSuco: figures up to 2022"))
def file_missing(workspace: Workspace) -> None:
    """The folder has no file for ImpSuco."""
    workspace.path("ImpSuco").unlink()
    _all_come_in_but(workspace, "ImpSuco")


@GROUP.not_fetched("ImpSuco", said=("ImpSuco.csv cannot be read: Permission denied",))
def file_unreadable(workspace: Workspace) -> None:
    """The file of ImpSuco may not be read."""
    _all_come_in_but(workspace, "ImpSuco")
    path, read = workspace.path("ImpSuco"), Path.read_bytes

    # Permissions do not stop root, as whom containers run tests.
    def refuse(asked: Path) -> bytes:
        if asked == path:
            raise PermissionError(13, "Permission denied")
        return read(asked)

    workspace.stack.enter_context(mock.patch.object(Path, "read_bytes", refuse))


@GROUP.error("MissingFolderError", "2025-04 does not exist")
def folder_missing(workspace: Workspace) -> None:
    """The folder does not exist."""
    shutil.rmtree(workspace.folder)
    _nothing_comes_in(workspace)


@GROUP.error("MissingFolderError", "holds a file such as Producao.csv")
def folder_empty(workspace: Workspace) -> None:
    """The folder is empty."""
    for table in TABLES:
        workspace.path(table).unlink()
    _nothing_comes_in(workspace)


@GROUP.error("MissingFolderError", "ftp:// is neither a folder nor an address")
def unknown_scheme(workspace: Workspace) -> None:
    """The address starts with ftp://."""
    workspace.params["source_url"] = "ftp://vitibrasil.cnpuv.embrapa.br/download"
    _nothing_comes_in(workspace)


def _serve(workspace: Workspace, **answers: Answer) -> None:
    address = workspace.stack.enter_context(serve(workspace.folder, answers))
    workspace.params["source_url"] = address
    workspace.delivered = [workspace.path(table).read_bytes() for table in TABLES if table not in answers]


@GROUP.accepted()
def site_that_answers(workspace: Workspace) -> None:
    """The four files come from a site, whole."""
    _serve(workspace)
    workspace.delivered = None


@GROUP.not_fetched("ImpSuco", said=("status 500", "asked 4 times"), remedy=BY_HAND)
def status_500(workspace: Workspace) -> None:
    """The site answers status 500 for ImpSuco."""
    _serve(workspace, ImpSuco=Answer(status=500, body=b"<html>Erro</html>"))


@GROUP.not_fetched("ImpSuco", said=("status 404",), remedy="check the address")
def status_404(workspace: Workspace) -> None:
    """The site answers status 404 for ImpSuco."""
    _serve(workspace, ImpSuco=Answer(status=404, body=b"<html>Erro</html>"))


@GROUP.refused("ImpSuco", said=("is a web page", "line 1"))
def page_with_status_200(workspace: Workspace) -> None:
    """The site answers a page with an error and status 200 for ImpSuco."""
    page = b"<html><body>Fatal error: Maximum execution time of 30 seconds exceeded</body></html>"
    workspace.path("ImpSuco").write_bytes(page)
    _serve(workspace)
    workspace.delivered = None


@GROUP.not_fetched("ImpSuco", remedy=BY_HAND)
def half_of_the_body(workspace: Workspace) -> None:
    """The site closes the connection after half of ImpSuco."""
    content = workspace.path("ImpSuco").read_bytes()
    _serve(workspace, ImpSuco=Answer(body=content[: len(content) // 2], length=len(content)))


@GROUP.not_fetched("ImpSuco", remedy=BY_HAND)
def no_answer(workspace: Workspace) -> None:
    """The site closes the connection without an answer for ImpSuco."""
    _serve(workspace, ImpSuco=Answer(closes=True))


@GROUP.not_fetched("ImpSuco", said=("leads in circles",), remedy="check the address")
def redirect_to_itself(workspace: Workspace) -> None:
    """The site sends ImpSuco on to ImpSuco."""
    _serve(workspace, ImpSuco=Answer(status=302, location="ImpSuco.csv"))


@GROUP.not_fetched(*TABLES, said=("4 not fetched of 4 tables", "go on with what the lake keeps"), remedy=BY_HAND)
def nobody_listens(workspace: Workspace) -> None:
    """No server listens at the address."""
    with serve(workspace.folder, {}) as address:
        workspace.params["source_url"] = address
    _nothing_comes_in(workspace)
