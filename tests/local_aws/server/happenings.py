"""What is to happen to the next crawls and queries, as a test asks for it over `/_local/happenings`."""

import threading
from dataclasses import dataclass
from typing import Literal

Outcome = Literal["succeeds", "fails", "is cancelled", "never ends"]


@dataclass
class Happening:
    """What happens to crawls or queries.

    Attributes:
        what: crawl or query.
        outcome: how they end; `never ends` ends when it is stopped.
        message: what AWS says of a failure or a cancellation.
        containing: part of the crawler's name or of the query's text; empty for any.
        seconds: how long they take at least.
        times: how many are left to which it happens; None for all.
    """

    what: Literal["crawl", "query"]
    outcome: Outcome = "succeeds"
    message: str = ""
    containing: str = ""
    seconds: float = 0.0
    times: int | None = None


_waiting: list[Happening] = []
_lock = threading.Lock()


def add(happening: Happening) -> None:
    """Lets something happen to the crawls or queries to come."""
    with _lock:
        _waiting.append(happening)


def clear() -> None:
    """Lets all crawls and queries succeed again."""
    with _lock:
        _waiting.clear()


def take(what: Literal["crawl", "query"], text: str) -> Happening:
    """What happens to this crawl or query, which counts as one of those that it happens to."""
    with _lock:
        for happening in _waiting:
            if happening.what == what and happening.containing in text and happening.times != 0:
                if happening.times is not None:
                    happening.times -= 1
                return happening
    return Happening(what)
