"""CSV files as Embrapa offers them: from its site, from a mirror or from a folder."""

from typing import Literal

from viticast.sources.connections.auth import Auth, NoAuth
from viticast.sources.connections.requests import Requests
from viticast.sources.connections.strict import Declared


class FilesConnection(Declared):
    """A connection file with `kind: files`.

    Attributes:
        kind: `files`.
        requests: Politeness and patience; not used for a folder.
        auth: Who asks; not used for a folder.
    """

    kind: Literal["files"] = "files"
    requests: Requests = Requests(concurrency=2)
    auth: Auth = NoAuth()


FILES = FilesConnection()
