"""How a server is asked: how often, how many at once, how long to wait."""

from typing import Annotated

from pydantic import Field

from viticast.sources.connections.strict import Declared

Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
"""A day at most."""


class Requests(Declared):
    """Politeness and patience.

    Attributes:
        concurrency: Requests under way at once.
        per_second: Requests that may start in a second; null for as many as `concurrency` allows.
        attempts: How often one address is asked before it counts as failed.
        backoff_seconds: Pause before the second attempt, with jitter; it doubles each time.
        longest_pause_seconds: Longest pause, also where the server asks for a longer one (`Retry-After`): then
            the request counts as failed.
        connect_seconds: Longest wait for a connection.
        read_seconds: Longest silence within an answer.
        answer_seconds: Longest time for a whole answer, however steadily it drips.
        largest_answer_megabytes: An answer that grows beyond it is given up.
        headers: Sent with each request; no credential belongs here.
    """

    concurrency: Annotated[int, Field(ge=1, le=64)] = 12
    per_second: Annotated[float, Field(gt=0)] | None = None
    attempts: Annotated[int, Field(ge=1, le=20)] = 4
    backoff_seconds: Annotated[float, Field(ge=0)] = 0.5
    longest_pause_seconds: Seconds = 60.0
    connect_seconds: Seconds = 15.0
    read_seconds: Seconds = 60.0
    answer_seconds: Seconds = 180.0
    largest_answer_megabytes: Annotated[float, Field(gt=0)] = 50.0
    headers: dict[str, str] = Field(default_factory=dict)
