"""One request, and how messages speak of it."""

from dataclasses import dataclass
from typing import TypeVar

import httpx

from viticast.sources.errors import HttpError

Kind = TypeVar("Kind", bound=HttpError)


@dataclass(frozen=True)
class Call:
    """One request.

    Attributes:
        request: What is sent.
        shown: Its address without secrets.
        remedy: What helps where nothing more is known.
        table: File stem of the VitiBrasil table, None where it is about no single one.
        is_login: True if its body holds a password: then it goes to no other host.
    """

    request: httpx.Request
    shown: str
    remedy: str
    table: str | None = None
    is_login: bool = False

    def error(self, kind: type[Kind], reason: str, *, remedy: str | None = None, value: str | None = None) -> Kind:
        """An error of this request; `reason` goes on after its address."""
        return kind(f"{self.shown} {reason}", remedy=remedy or self.remedy, table=self.table, value=value)


@dataclass(frozen=True)
class Raw:
    """An answer before anybody looked at it.

    Attributes:
        status: HTTP status.
        headers: Its headers.
        content: The body, decompressed.
    """

    status: int
    headers: httpx.Headers
    content: bytes


def of_table(error: HttpError, table: str | None) -> HttpError:
    """The same error, met on the way to another table."""
    return type(error)(error.reason, remedy=error.remedy, table=table, value=error.value)
