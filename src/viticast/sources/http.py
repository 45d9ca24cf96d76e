"""Figures from the site, or from a mirror that serves the same file names: slow, and at times down for long."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import httpx

from viticast.sources.errors import HttpError, SourceError, raise_all
from viticast.sources.fetched import FetchedFile
from viticast.sources.tables import TableRegistry, TableSpec

_BY_HAND = "try again later, or download the files by hand and use source_url=FOLDER"
_USER_AGENT = "viticast"
TIMEOUT = httpx.Timeout(60.0, connect=15.0)


def fetch_http(
    base_url: str,
    registry: TableRegistry,
    *,
    client: httpx.Client | None = None,
    attempts: int = 3,
    backoff_seconds: float = 2.0,
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[FetchedFile, ...]:
    """Download `<base_url>/<stem>.csv` for every table, one after the other.

    The bytes are passed on as they came: the site answers errors with a page and status 200, which the reader refuses.

    Args:
        base_url: Folder of the files, e.g. `http://vitibrasil.cnpuv.embrapa.br/download`.
        registry: The tables to fetch.
        client: Client to use, which stays open; one with the timeouts of this module by default.
        attempts: How often an address is asked before it counts as failed.
        backoff_seconds: Pause before the second attempt; it doubles each time.
        sleep: Waits for that many seconds.

    Raises:
        SourceError: HttpError for every table that was not answered. A site that cannot be reached at all is asked for
            one table only.
    """
    if client is None:
        with httpx.Client(timeout=TIMEOUT, follow_redirects=True, headers={"User-Agent": _USER_AGENT}) as own:
            return fetch_http(
                base_url, registry, client=own, attempts=attempts, backoff_seconds=backoff_seconds, sleep=sleep
            )
    files: list[FetchedFile] = []
    errors: list[SourceError] = []
    for table in registry:
        url = _address(base_url, table)
        try:
            response = _get(client, url, table, attempts, backoff_seconds, sleep)
        except UnreachableError as error:
            errors.append(error)
            break
        except HttpError as error:
            errors.append(error)
            continue
        files.append(
            FetchedFile(
                table_name=table.name,
                content=response.content,
                address=_without_secrets(response.url),
                fetched_at=datetime.now(UTC),
                status=response.status_code,
            )
        )
    raise_all(errors)
    return tuple(files)


class UnreachableError(HttpError):
    """No answer at all: asking for the next table would only wait as long again."""


def _address(base_url: str, table: TableSpec) -> httpx.URL:
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        # neither the address nor httpx's words about it are repeated: either may hold a password
        raise HttpError("the address cannot be understood", remedy="correct the address", table=table.name) from None
    return url.copy_with(path=f"{url.path.rstrip('/')}/{table.file_name}")


def _without_secrets(url: httpx.URL) -> str:
    return str(url.copy_with(username=None, password=None, query=None, fragment=None))


def _get(
    client: httpx.Client,
    url: httpx.URL,
    table: TableSpec,
    attempts: int,
    backoff_seconds: float,
    sleep: Callable[[float], None],
) -> httpx.Response:
    failure: HttpError | None = None
    for attempt in range(attempts):
        if attempt:
            sleep(backoff_seconds * 2 ** (attempt - 1))
        try:
            response = client.get(url)
        except httpx.RequestError as error:
            failure = _unreachable(url, table, error, attempt + 1)
            continue
        if response.is_success:
            return response
        failure = _refused(url, table, response.status_code, attempt + 1)
        if not (response.is_server_error or response.status_code == httpx.codes.TOO_MANY_REQUESTS):
            break
    if failure is None:
        msg = f"attempts must be 1 or more, not {attempts}"
        raise ValueError(msg)
    raise failure


def _unreachable(url: httpx.URL, table: TableSpec, error: httpx.RequestError, attempts: int) -> HttpError:
    what = "did not answer in time" if isinstance(error, httpx.TimeoutException) else f"cannot be reached ({error})"
    return UnreachableError(
        f"{_without_secrets(url)} {what}, asked {attempts} times; the other tables were not asked for",
        remedy=_BY_HAND,
        table=table.name,
        value=type(error).__name__,
    )


def _refused(url: httpx.URL, table: TableSpec, status: int, attempts: int) -> HttpError:
    return HttpError(
        f"{_without_secrets(url)} answered with status {status}, asked {attempts} times",
        remedy="check the address" if status == httpx.codes.NOT_FOUND else _BY_HAND,
        table=table.name,
        value=str(status),
    )
