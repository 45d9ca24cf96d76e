"""Calls that make a server renew its own copy of the figures, before they are read."""

from collections.abc import Iterable, Mapping, Sequence

from viticast.contracts.declared import REMEDY, DeclarationError
from viticast.sources.answers import Answer
from viticast.sources.connections.refresh import Refresh
from viticast.sources.credentials import Credentials
from viticast.sources.errors import HttpError, RefreshError
from viticast.sources.tables import TableSpec
from viticast.sources.web.client import Web
from viticast.sources.web.question import Question
from viticast.sources.web.templates import fill


def refresh_tables(
    refresh: Refresh, url: str, tables: Iterable[TableSpec], credentials: Credentials
) -> dict[str, RefreshError]:
    """Calls the refresh of each table, or the one of all where the path has no gap.

    Args:
        refresh: What is called.
        url: The source's address, for a refresh that declares none.
        tables: What will be read.
        credentials: The secrets.

    Returns:
        Table -> why its refresh failed; empty if none did.

    Raises:
        DeclarationError: The path has a gap that cannot be filled, or there is no address on the web to call.
        SourceError: HttpError for an address that is none, CredentialsError for secrets that are missing.
    """
    errors: dict[str, RefreshError] = {}
    # A path without a gap is the same for all tables, and called once.
    tables_of: dict[str, list[TableSpec]] = {}
    for table in tables:
        if refresh.names is not None and table.name not in refresh.names:
            errors[table.name] = _without_name(table)
        else:
            tables_of.setdefault(_path(refresh, table), []).append(table)
    if tables_of:
        for path, outcome in _called(refresh, url, tables_of, credentials).items():
            if isinstance(outcome, HttpError):
                errors |= {table.name: _failed(outcome, refresh, table) for table in tables_of[path]}
    return errors


def _called(
    refresh: Refresh, url: str, tables_of: Mapping[str, Sequence[TableSpec]], credentials: Credentials
) -> dict[str, Answer | HttpError]:
    setting = "source_url" if refresh.url is None else "`refresh.url` of the connection file"
    questions = [Question(path, table=tables[0].name, method=refresh.method) for path, tables in tables_of.items()]
    with Web(
        _address(refresh, url), refresh.requests, refresh.auth, credentials, refresh.success, setting=setting
    ) as web:
        return dict(zip(tables_of, web.ask_all(questions), strict=True))


def _address(refresh: Refresh, url: str) -> str:
    address = url if refresh.url is None else refresh.url
    if refresh.url is None and not address.casefold().startswith(("http://", "https://")):
        raise DeclarationError(
            f"`refresh` of the connection file has no `url`, and the source's own is no address on the web. {REMEDY}"
        )
    return address


def _path(refresh: Refresh, table: TableSpec) -> str:
    if "{year}" in refresh.path:
        raise DeclarationError(f"`refresh.path` {refresh.path!r} has a year, and a refresh is of all years. {REMEDY}")
    names = {} if refresh.names is None else {"name": refresh.names[table.name]}
    return fill(refresh.path, table, None, **names)


def _without_name(table: TableSpec) -> RefreshError:
    return RefreshError(
        "`refresh.names` of the connection file does not have this table",
        remedy="add it, under the name by which the server refreshes it",
        table=table.name,
    )


def _failed(error: HttpError, refresh: Refresh, table: TableSpec) -> RefreshError:
    as_it_is = "; or set `refresh.required: false` in the connection file to read the copy that the server has"
    return RefreshError(
        f"the server's copy was not renewed: {error.reason}",
        remedy=f"{error.remedy}{as_it_is if refresh.required else ''}",
        table=table.name,
        value=error.value,
    )
