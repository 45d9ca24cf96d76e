"""What an answer must be to count: HTTP status, and the code that some servers put into the body instead."""

from typing import Annotated

from pydantic import Field

from viticast.sources.connections.paths import JsonPath
from viticast.sources.connections.strict import Declared

Status = Annotated[int, Field(ge=100, le=599)]


class Success(Declared):
    """When an answer is a success.

    Attributes:
        statuses: HTTP statuses of a success; empty for every status from 200 to 299.
        code: JMESPath of a code in the body; null where the body has none.
        codes: Values of that code that mean success, compared as text.
        message: JMESPath of the server's own words about a failure, for the error; null where there are none.
    """

    statuses: tuple[Status, ...] = ()
    code: JsonPath | None = None
    codes: tuple[str, ...] = ("200",)
    message: JsonPath | None = None
