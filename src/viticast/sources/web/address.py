"""The address of a source: with its secrets for the server, and without them for every text."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlencode

import httpx

from viticast.sources.errors import CredentialsError, HttpError

_SECRET_NAME = re.compile(r"key|token|secret|pass|senha|auth|sig", re.IGNORECASE)
_SHORTEST_KEY = 8
_CLEAR = "/{}:,;=@+()'!*$&%~"


class Address:
    """Where a source's questions go.

    The query of the address goes along with every question and is never shown: it may hold a key.
    """

    def __init__(self, url: str, setting: str = "source_url") -> None:
        """Take an address apart.

        Args:
            url: `http://…` or `https://…`, without user or password.
            setting: Where it was given.

        Raises:
            SourceError: HttpError or CredentialsError; neither repeats the address, which may hold a password.
        """
        whole = _parsed(url)
        if whole is None:
            raise HttpError(
                "the address cannot be understood",
                remedy=f"give {setting} an address such as http://vitibrasil.cnpuv.embrapa.br/download",
            )
        if whole.userinfo:
            raise CredentialsError(
                "the address holds a user or a password, which would be kept with the figures",
                remedy=f"take everything before the @ out of {setting}, and set VITICAST_USERNAME and "
                "VITICAST_PASSWORD in the environment, or username and password in conf/local/credentials.yml",
            )
        self._root = whole.copy_with(query=None, fragment=None)
        self._own_query = whole.params.multi_items()
        self._path = whole.path.rstrip("/")
        self._origin = str(self._root.copy_with(path="/")).rstrip("/")

    @property
    def hidden(self) -> tuple[str, ...]:
        """What the query of the address may keep secret: its longer values, as short ones stand in every text."""
        return tuple(value for _, value in self._own_query if len(value) >= _SHORTEST_KEY)

    def of(self, path: str, query: Mapping[str, str]) -> httpx.URL:
        """The address of a question, as it is sent."""
        path, own = self._parts(path)
        return self._root.copy_with(path=path, params=[*self._own_query, *own, *query.items()] or None)

    def shown(self, path: str, query: Mapping[str, str]) -> str:
        """The address of a question, fit for a manifest: gaps such as `{year}` stay as they are."""
        path, own = self._parts(path)
        pairs = [(name, "***" if _SECRET_NAME.search(name) else value) for name, value in [*own, *query.items()]]
        asked = f"?{urlencode(pairs, safe=_CLEAR, quote_via=quote)}" if pairs else ""
        return f"{self._origin}{quote(path, safe=_CLEAR)}{asked}"

    def _parts(self, path: str) -> tuple[str, list[tuple[str, str]]]:
        path, _, query = path.partition("?")
        below = f"/{path.lstrip('/')}" if path else ""
        return f"{self._path}{below}" or "/", parse_qsl(query, keep_blank_values=True)


def _parsed(url: str) -> httpx.URL | None:
    """None for what is no address of a server on the web; httpx's words about it may hold a password."""
    try:
        whole = httpx.URL(url.strip())
        is_good = whole.scheme in {"http", "https"} and bool(whole.host) and (whole.port or 0) < 1 << 16
    except (httpx.InvalidURL, UnicodeError):
        # UnicodeError: a name of a host in the letters of the world that cannot be one
        return None
    return whole if is_good else None
