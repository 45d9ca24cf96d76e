"""What is asked of the lake and what is answered, whichever engine answers: so that the SQL is written once."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import pandas as pd

Value = str | int | float | date
Parameters = Mapping[str, Value | Sequence[Value]]

_PLACEHOLDER = re.compile(r":([a-z_]+)")


@dataclass(frozen=True)
class QueryStatistics:
    """What a query cost.

    Attributes:
        query_id: Under which the engine's own records have it.
        bytes_scanned: What is paid for.
        seconds: From its start to its end, as the engine counts them: waiting for its turn included.
    """

    query_id: str
    bytes_scanned: int
    seconds: float


@dataclass(frozen=True)
class Answer:
    """What an engine answers.

    Attributes:
        frame: The rows, in no order.
        statistics: What they cost; None where nobody counts.
    """

    frame: pd.DataFrame
    statistics: QueryStatistics | None


class QueryEngine(Protocol):
    """Something that answers a SELECT with typed parameters."""

    def query(self, sql: str, parameters: Parameters) -> Answer:
        """Runs one statement; `:name` stands for a value, or for a comma-separated list of values."""
        ...


def bind(sql: str, parameters: Parameters) -> tuple[str, list[Value]]:
    """Turns `:name` into as many `?` as the parameter has values.

    Values never become text of the statement, so that nothing in them can be run.

    Raises:
        KeyError: A placeholder has no parameter, or a parameter no placeholder.
        ValueError: A list is empty; no engine reads `IN ()`.
    """
    values: list[Value] = []
    used: set[str] = set()

    def replace(match: re.Match[str]) -> str:
        name = match.group(1)
        used.add(name)
        given = parameters[name]
        several = [given] if isinstance(given, Value) else list(given)
        if not several:
            raise ValueError(f"the list for :{name} is empty")
        values.extend(several)
        return ", ".join("?" * len(several))

    bound = _PLACEHOLDER.sub(replace, sql)
    if unknown := set(parameters) - used:
        raise KeyError(f"the statement has no placeholder for {sorted(unknown)}")
    return bound, values
