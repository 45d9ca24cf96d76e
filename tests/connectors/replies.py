"""A call, what is sent back, and how a fault spoils it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from tests.connectors.bodies import answer, body, dump
from tests.connectors.contract import Contract

JSON = "application/json"


@dataclass(frozen=True)
class Reply:
    """What is sent.

    Attributes:
        status: HTTP status.
        content: The body.
        media: Its media type.
        headers: Further headers.
        sent: Share of the body that is sent before the connection is reset; None for all of it.
        drip_seconds: Pause after each byte, 0 for none.
        is_silent: The connection is closed without an answer.
    """

    status: int = 200
    content: bytes = b""
    media: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    sent: float | None = None
    drip_seconds: float = 0.0
    is_silent: bool = False


@dataclass(frozen=True)
class Call:
    """A request for figures that the server has understood.

    Attributes:
        folder: Of the figures.
        contract: How the server answers.
        table: Table.
        year: Year, None for all.
        start: First record of the page.
        size: Records of the page, None where answers are whole.
        target: Path and query.
        port: Of the server.
        number: How many calls the fault has spoilt before this one.
    """

    folder: Path
    contract: Contract
    table: str
    year: int | None
    start: int
    size: int | None
    target: str
    port: int
    number: int = 0

    @property
    def content(self) -> bytes:
        """The right body."""
        return body(self.folder, self.table, self.contract, self.year, self.start, self.size)

    @property
    def parsed(self) -> Any:
        """The right answer before it is written, for a fault to change."""
        return json.loads(dump(answer(self.folder, self.table, self.contract, self.year, self.start, self.size)))

    def other(self, **changes: Any) -> "Call":
        """The same call for something else."""
        return replace(self, **changes)


Spoil = Callable[[Call, Reply], Reply]


@dataclass(frozen=True)
class Fault:
    """Which calls are answered badly, and how.

    Attributes:
        spoil: Turns the right reply into a bad one.
        table: Only calls of this table; None for any.
        years: Only calls of these years; None for any.
        after: So many such calls are answered rightly first.
        times: So many are answered badly then; None for ever.
        on: What is spoilt: calls for figures, logins or refreshes.
    """

    spoil: Spoil
    table: str | None = None
    years: tuple[int, ...] | None = None
    after: int = 0
    times: int | None = None
    on: Literal["figures", "login", "refresh"] = "figures"

    def is_about(self, table: str | None, year: int | None) -> bool:
        """True if it spoils such calls."""
        return self.table in {None, table} and (self.years is None or year in self.years)


def status(code: int, content: bytes = b'{"detail":"Internal Server Error"}', **headers: str) -> Spoil:
    """Another status."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda call, reply: replace(reply, status=code, content=content, headers=named)


def says(content: bytes, media: str = JSON) -> Spoil:
    """Other bytes, with status 200."""
    return lambda call, reply: replace(reply, content=content, media=media)


def redirected_to(location: str | None = None) -> Spoil:
    """A redirect: to the same address without end where none is given."""
    return lambda call, reply: replace(reply, status=302, content=b"", headers={"Location": location or call.target})


def reset(share: float) -> Spoil:
    """The connection is reset after a share of the body."""
    return lambda call, reply: replace(reply, sent=share)


def silent() -> Spoil:
    """The connection is closed without an answer."""
    return lambda call, reply: replace(reply, is_silent=True)


def drip(seconds: float) -> Spoil:
    """One byte at a time."""
    return lambda call, reply: replace(reply, drip_seconds=seconds)


def bytes_changed(change: Callable[[bytes], bytes]) -> Spoil:
    """The right body, with its bytes changed."""
    return lambda call, reply: replace(reply, content=change(reply.content))


def json_changed(change: Callable[[Any], Any]) -> Spoil:
    """The right answer, with its JSON changed."""
    return lambda call, reply: replace(reply, content=dump(change(call.parsed)))


def answer_of(**changes: Any) -> Spoil:
    """The right answer to another question."""
    return lambda call, reply: replace(reply, content=call.other(**changes).content)


def both(*spoils: Spoil) -> Spoil:
    """One fault after the other: each but the first sees the reply of the one before."""

    def spoil(call: Call, reply: Reply) -> Reply:
        for one in spoils:
            reply = one(call, reply)
        return reply

    return spoil


def parsed_again(change: Callable[[Any], Any]) -> Spoil:
    """JSON that another fault has sent, changed."""
    return lambda call, reply: replace(reply, content=dump(change(json.loads(reply.content))))


def each_record(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[Any], Any]:
    """Changes every innermost object that holds figures."""

    def walk(content: Any) -> Any:
        if isinstance(content, list):
            return [walk(one) for one in content]
        if isinstance(content, dict):
            inner = {key: walk(value) for key, value in content.items()}
            return change(inner) if not any(isinstance(value, list | dict) for value in inner.values()) else inner
        return content

    return walk
