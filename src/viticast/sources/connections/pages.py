"""How long answers are cut into pages."""

from typing import Annotated, Literal

from pydantic import Field

from viticast.sources.connections.paths import JsonPath
from viticast.sources.connections.strict import Declared


class Pages(Declared):
    """Pages by offset and limit, or by page number.

    Attributes:
        kind: `offset` counts records, `page` counts pages.
        offset: Query parameter of the offset or of the page's number.
        limit: Query parameter of the page's size.
        size: Records to ask for at once.
        first: First offset, or number of the first page.
        total: JMESPath of the number of all records, null where it is not said: then a page that is not full
            is the last.
        most: Pages of one answer at most: beyond it, the server is taken to count without end.
    """

    kind: Literal["offset", "page"] = "offset"
    offset: str = "offset"
    limit: str = "limit"
    size: Annotated[int, Field(ge=1, le=100_000)] = 100
    first: Annotated[int, Field(ge=0)] = 0
    total: JsonPath | None = None
    most: Annotated[int, Field(ge=1, le=10_000)] = 100
