"""Answers with status 200 that are none."""

import json
from dataclasses import replace

from tests.connectors.case import Group, of_table, of_year
from tests.connectors.contract import Contract
from tests.connectors.replies import (
    Fault,
    bytes_changed,
    says,
)

GROUP = Group("body")


@GROUP.right()
def cut_json_once() -> list[Fault]:
    """The JSON for one year ends in the middle, once."""
    return of_year(bytes_changed(lambda content: content[: len(content) // 2]), times=1)


@GROUP.error("NotJsonError", "2019")
def cut_json() -> list[Fault]:
    """The JSON for one year ends in the middle, each time."""
    return of_year(bytes_changed(lambda content: content[: len(content) // 2]))


@GROUP.error("NotJsonError", "2019")
def page() -> list[Fault]:
    """A web page with status 200 for one year."""
    return of_year(says("<html><body>Manutenção</body></html>".encode(), "text/html"))


@GROUP.error("NotJsonError", "2019")
def nothing() -> list[Fault]:
    """An empty body with status 200 for one year."""
    return of_year(says(b""))


@GROUP.error("FailedAnswerError", "2019", "Falha ao consultar a Embrapa", contract=Contract(has_code=True))
def error_with_status_200() -> list[Fault]:
    """`{"code": "500", …}` with status 200 for one year, and the connection file names the code."""
    return of_year(says(b'{"code":"500","message":"Falha ao consultar a Embrapa"}'))


@GROUP.error("AnswerShapeError", "2019")
def error_that_no_rule_knows() -> list[Fault]:
    """`{"code": "500", …}` with status 200 for one year, and the connection file knows of no code."""
    return of_year(says(b'{"code":"500","message":"Falha ao consultar a Embrapa"}'))


@GROUP.error("MojibakeError", "2019")
def latin_1() -> list[Fault]:
    """The answer for one year is Latin-1 and says that it is JSON."""
    return of_year(bytes_changed(lambda content: content.decode().encode("latin-1")))


@GROUP.error("MojibakeError", "2019")
def mojibake() -> list[Fault]:
    """The answer for one year was decoded as Latin-1 and encoded again: "ItÃ¡lia"."""
    return of_year(bytes_changed(lambda content: content.decode("latin-1").encode()))


@GROUP.right()
def another_charset_said() -> list[Fault]:
    """The answers are UTF-8, and their header says Latin-1."""
    return of_table(lambda call, reply: replace(reply, media="text/html; charset=iso-8859-1"))


@GROUP.right()
def byte_order_mark() -> list[Fault]:
    """The answers begin with a byte order mark."""
    return of_table(bytes_changed(lambda content: b"\xef\xbb\xbf" + content))


@GROUP.right()
def escaped() -> list[Fault]:
    """Letters beyond ASCII are escaped, with blanks and line breaks between everything."""
    return of_table(bytes_changed(lambda content: json.dumps(json.loads(content), indent=2).encode()))
