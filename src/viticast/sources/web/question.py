"""What a server is asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from viticast.sources.answers import Answer

Check = Callable[[Answer], None]
"""Looks at a successful answer. Its NotJsonError or UnavailableError is asked again, another HttpError is final."""


@dataclass(frozen=True)
class Question:
    """One request below a source's address.

    Attributes:
        path: Path below the address, not escaped; it may bring its own query.
        query: Parameters of the query.
        table: File stem of the VitiBrasil table, for messages; None where the request is about no single table.
        year: Year that is asked for, None for all.
        page: Number of the page, the first being 1.
        method: GET or POST.
        allowed: Statuses that are an answer too, e.g. 404 for a year without figures: such an answer is handed over
            as it is, neither asked again nor checked.
        check: Looks at a successful answer; None to take it as it is.
    """

    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    table: str | None = None
    year: int | None = None
    page: int = 1
    method: Literal["GET", "POST"] = "GET"
    allowed: tuple[int, ...] = ()
    check: Check | None = None
