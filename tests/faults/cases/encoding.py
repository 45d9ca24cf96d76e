"""Bytes that are not the text of a table."""

import gzip

from tests.faults.case import Group
from tests.faults.workspace import Workspace

GROUP = Group("bytes and encoding")


@GROUP.refused("Producao", said=("is not UTF-8", "line "))
def latin_1(workspace: Workspace) -> None:
    """Producao is saved in Latin-1."""
    workspace.path("Producao").write_bytes(workspace.read("Producao").encode("latin-1"))


@GROUP.refused("ExpVinho", said=("is not UTF-8", "line 1"))
def utf_16(workspace: Workspace) -> None:
    """ExpVinho is saved as "Unicode", which a spreadsheet takes for UTF-16."""
    workspace.path("ExpVinho").write_bytes(workspace.read("ExpVinho").encode("utf-16"))


@GROUP.refused("ExpVinho", said=("is mojibake", "line 1"))
def mojibake(workspace: Workspace) -> None:
    """ExpVinho was decoded as Latin-1 and encoded again: "PaÃ­s"."""
    workspace.change("ExpVinho", lambda text: text.encode().decode("latin-1"))


@GROUP.refused("ExpVinho", said=("line 20", "99 fields where the others have 112"))
def nul_bytes(workspace: Workspace) -> None:
    """600 bytes in the middle of ExpVinho are NUL, as after a crash of a disk."""
    workspace.change("ExpVinho", lambda text: text[:6000] + "\0" * 600 + text[6600:])


@GROUP.accepted()
def byte_order_mark(workspace: Workspace) -> None:
    """Producao starts with a byte order mark."""
    workspace.change("Producao", lambda text: "\ufeff" + text)


@GROUP.accepted()
def windows_line_ends(workspace: Workspace) -> None:
    """The lines of Producao end as on Windows, in CR and LF."""
    workspace.change("Producao", lambda text: text.replace("\n", "\r\n"))


@GROUP.accepted()
def old_mac_line_ends(workspace: Workspace) -> None:
    """The lines of Producao end in CR alone."""
    workspace.change("Producao", lambda text: text.replace("\n", "\r"))


@GROUP.refused("ImpSuco", said=("is a web page", "line 1"))
def html_page(workspace: Workspace) -> None:
    """A page with an error stands in the place of ImpSuco."""
    workspace.write("ImpSuco", "<!DOCTYPE html>\n<html><body><h1>Erro 500</h1></body></html>\n")


@GROUP.refused("ImpSuco", said=("is a web page", "line 1"))
def php_warning(workspace: Workspace) -> None:
    """A warning of the site's PHP stands before the table of ImpSuco."""
    warning = "<br />\n<b>Warning</b>: mysql_connect(): Too many connections in <b>download.php</b> on line 12<br />\n"
    workspace.change("ImpSuco", lambda text: warning + text)


@GROUP.refused("ImpSuco", said=("separated neither by", "line 1"))
def json_answer(workspace: Workspace) -> None:
    """A JSON answer stands in the place of ImpSuco."""
    workspace.write("ImpSuco", '{"erro": "arquivo indisponível", "codigo": 500}\n')


@GROUP.refused("ImpSuco", said=("is not UTF-8", "line 1"))
def gzip_bytes(workspace: Workspace) -> None:
    """ImpSuco is still compressed."""
    path = workspace.path("ImpSuco")
    path.write_bytes(gzip.compress(path.read_bytes(), mtime=0))


@GROUP.refused("ImpSuco", said=("the file is empty",))
def empty(workspace: Workspace) -> None:
    """ImpSuco has no byte."""
    workspace.write("ImpSuco", "")


@GROUP.refused("ImpSuco", said=("the file is empty",))
def blank_lines(workspace: Workspace) -> None:
    """ImpSuco has blank lines only."""
    workspace.write("ImpSuco", "\n  \n\t\n\r\n")
