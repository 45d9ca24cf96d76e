"""Figures from a REST API: every table and year is asked for at once, as far as politeness allows."""

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from viticast.sources.answers import Answer, pack
from viticast.sources.api.pages import PageWalk
from viticast.sources.connections.api import ApiConnection
from viticast.sources.credentials import Credentials
from viticast.sources.errors import HttpError, NotJsonError, RefreshError, SourceError
from viticast.sources.fetched import Fetched, FetchedFile, NotFetched
from viticast.sources.tables import TableRegistry, TableSpec
from viticast.sources.web import Question, Web
from viticast.sources.web.refresh import refresh_tables
from viticast.sources.web.templates import fill

_logger = logging.getLogger(__name__)
_SUCCESS = 200
_MOST_ERRORS = 5


def fetch_api(
    url: str, registry: TableRegistry, connection: ApiConnection, credentials: Credentials
) -> tuple[Fetched, ...]:
    """Ask an API for all years of all tables that it serves.

    Args:
        url: Address below which the paths of the connection lie.
        registry: The tables; those that the connection does not name are not asked for.
        connection: How the API is asked.
        credentials: Its secrets.

    Returns:
        For each table that the connection names its answers as `answers.pack` writes them, or why they did not come:
        a table with a year that failed is not fetched at all.

    Raises:
        SourceError: HttpError for an address that is none, CredentialsError for secrets that are missing.
        DeclarationError: A path or query of the connection has a gap that cannot be filled.
    """
    tables = [table for table in registry if table.name in connection.tables]
    with Web(url, connection.requests, connection.auth, credentials, connection.success) as web:
        addresses = {table.name: _address(table, connection, web) for table in tables}
        stale = _refresh(tables, url, connection, credentials)
        asked = [
            _Asked(table, year, connection)
            for table in tables
            if table.name not in stale
            for year in _years(table, connection)
        ]
        _ask(asked, web)
    moment = datetime.now(UTC)
    return tuple(
        NotFetched(table.name, addresses[table.name], (stale[table.name],))
        if table.name in stale
        else _fetched(table, [one for one in asked if one.table is table], addresses[table.name], moment)
        for table in tables
    )


@dataclass
class _Asked:
    """What is asked for one table and year, page by page.

    Attributes:
        error: Why it did not come, None as long as it may.
    """

    table: TableSpec
    year: int | None
    connection: ApiConnection
    error: SourceError | None = None

    def __post_init__(self) -> None:
        self._missing = self.connection.years_of(self.table.name).missing
        self.walk = PageWalk(self.connection.pages, self.connection.records_of(self.table.name), self.table.name)

    @property
    def is_open(self) -> bool:
        """True if a page is still to be asked for."""
        return self.error is None and not self.walk.is_done

    def question(self) -> Question:
        """What is asked next."""
        declared = self.connection.tables[self.table.name]
        query = {name: fill(text, self.table, self.year) for name, text in declared.query.items()}
        return Question(
            path=fill(declared.path, self.table, self.year),
            query={**query, **self.walk.query},
            table=self.table.name,
            year=self.year,
            page=self.walk.number,
            allowed=self._missing,
            check=partial(require_json, table=self.table.name),
        )

    def take(self, outcome: Answer | HttpError) -> None:
        """Note what became of the question."""
        if isinstance(outcome, HttpError):
            self.error = outcome
            return
        try:
            self.walk.take(outcome, has_records=outcome.status not in self._missing)
        except SourceError as error:
            self.error = error


def require_json(answer: Answer, table: str) -> None:
    """Refuse a body that is no JSON or not to its end, so that it is asked for again.

    Text that is not UTF-8 would be the same each time: it is kept, and refused when it is read.

    Raises:
        NotJsonError: Says what the body begins with.
    """
    try:
        json.loads(answer.content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        if error.end < len(answer.content):
            return
        raise _not_json(answer, table) from None
    except (ValueError, RecursionError):
        raise _not_json(answer, table) from None


def _not_json(answer: Answer, table: str) -> NotJsonError:
    # One character tells HTML from text; a server may repeat a secret in more of them.
    start = answer.content.lstrip()[:1].decode("ascii", errors="replace")
    return NotJsonError(
        f"{answer.address}: the answer of {len(answer.content)} bytes is no JSON, or not to its end; it begins with "
        f"{start!r}",
        remedy="check the path in the connection file; if it is right, try again later",
        table=table,
    )


def _years(table: TableSpec, connection: ApiConnection) -> Sequence[int | None]:
    if not connection.tables[table.name].is_by_year:
        return [None]
    years = connection.years_of(table.name)
    last = years.last or datetime.now(UTC).year - 1
    return range(max(years.first, table.first_year), last + 1)


def _ask(asked: Iterable[_Asked], web: Web) -> None:
    """Ask for the next page of everything that has one, until nothing has."""
    still = list(asked)
    while still:
        for one, outcome in zip(still, web.ask_all([one.question() for one in still]), strict=True):
            one.take(outcome)
        still = [one for one in still if one.is_open]


def _fetched(table: TableSpec, asked: Sequence[_Asked], address: str, moment: datetime) -> Fetched:
    errors = [one.error for one in asked if one.error is not None]
    if errors:
        return NotFetched(table.name, address, _shortened(errors, len(asked), table))
    content = pack(table.name, [answer for one in asked for answer in one.walk.answers])
    return FetchedFile(table.name, content, address, moment, status=_SUCCESS)


def _shortened(errors: Sequence[SourceError], asked: int, table: TableSpec) -> tuple[SourceError, ...]:
    """The first few errors, and how many more there are: all years of a table mostly fail for one reason."""
    # Requests that were not sent, as one before them failed, say what that one said.
    told = list({error.message: error for error in errors}.values())
    if len(errors) <= _MOST_ERRORS:
        return tuple(told)
    listed = f"; the first {_MOST_ERRORS} reasons are listed" if len(told) > _MOST_ERRORS else ""
    more = HttpError(
        f"{len(errors)} of {asked} requests failed{listed}",
        remedy="mend the first; the others may have the same reason",
        table=table.name,
    )
    return (*told[:_MOST_ERRORS], more)


def _address(table: TableSpec, connection: ApiConnection, web: Web) -> str:
    """Where the table is asked for, with the gap of the year left open."""
    declared = connection.tables[table.name]
    query = {name: fill(text, table) for name, text in declared.query.items()}
    return web.address_of(fill(declared.path, table), query)


def _refresh(
    tables: Sequence[TableSpec], url: str, connection: ApiConnection, credentials: Credentials
) -> dict[str, RefreshError]:
    """Have the server renew its copy, and say which tables must not be read as they are."""
    if connection.refresh is None:
        return {}
    failed = refresh_tables(connection.refresh, url, tables, credentials)
    if connection.refresh.required:
        return failed
    for error in failed.values():
        _logger.warning("%s; the figures that the server has are read", error)
    return {}
