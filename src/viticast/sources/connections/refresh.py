"""What is called so that a server renews its own copy of the figures, before they are read."""

from typing import Annotated, Literal

from pydantic import Field

from viticast.sources.connections.answers import Success
from viticast.sources.connections.auth import Auth, NoAuth
from viticast.sources.connections.requests import Requests
from viticast.sources.connections.strict import Declared


class Refresh(Declared):
    """Calls that return no figures.

    Attributes:
        url: Address of the server; null for the source's own.
        method: How it is called.
        path: Path below the address; may hold `{name}` and what `ApiTable` lists: then it is called for each table.
        names: Table -> `{name}`; null where the path has none.
        auth: Who asks.
        requests: Politeness and patience; a refresh is slow, and is called one table after the other.
        success: When a call counts.
        required: True if a table whose refresh fails is not read; false to read what is there, with a warning.
    """

    url: str | None = None
    method: Literal["GET", "POST"] = "GET"
    path: str
    names: Annotated[dict[str, str], Field(min_length=1)] | None = None
    auth: Auth = NoAuth()
    requests: Requests = Requests(concurrency=1, read_seconds=300.0, answer_seconds=600.0)
    success: Success = Success()
    required: bool = True
