"""One door to all figures: a folder, an address that serves files, an API or a database."""

import re

from viticast.contracts.declared import require_known
from viticast.sources.addresses import require_no_secret
from viticast.sources.answers import is_packed
from viticast.sources.api.fetch import fetch_api
from viticast.sources.api.read import read_answers
from viticast.sources.connections import FILES, ApiConnection, Connection, DatabaseConnection
from viticast.sources.credentials import NONE_GIVEN, Credentials
from viticast.sources.database.dump import is_dump
from viticast.sources.database.fetch import fetch_database
from viticast.sources.database.read import read_rows_dump
from viticast.sources.errors import AnswerShapeError, MissingFolderError
from viticast.sources.fetched import Fetched
from viticast.sources.files import fetch_folder
from viticast.sources.reader import Reading, read_table
from viticast.sources.site import fetch_site
from viticast.sources.tables import TableRegistry, TableSpec

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+):", re.IGNORECASE)


def fetch(
    url: str,
    registry: TableRegistry,
    connection: Connection = FILES,
    credentials: Credentials = NONE_GIVEN,
) -> tuple[Fetched, ...]:
    """Fetch the bytes of all tables that a source has.

    Args:
        url: A folder or `http(s)://…` for files, `http(s)://…` for an API, a SQLAlchemy URL for a database.
        registry: The tables.
        connection: How the source is asked; as one of files without it.
        credentials: Its secrets.

    Returns:
        For each table its bytes, or why they did not come.

    Raises:
        SourceError: Nothing can be asked: an address that is none, a folder that is not there, secrets in the address.
        DeclarationError: The connection names tables that there are not.
    """
    require_no_secret(url)
    if isinstance(connection, DatabaseConnection):
        require_known([*connection.wide, *connection.long], registry.names, "the connection file", "table")
        return fetch_database(url, registry, connection, credentials)
    scheme = _SCHEME.match(url)
    if isinstance(connection, ApiConnection):
        require_known(connection.tables, registry.names, "the connection file", "table")
        if scheme is None or scheme[1].lower() not in {"http", "https"}:
            raise MissingFolderError(
                "the address of an API must start with http:// or https://",
                remedy="give the address below which the paths of the connection file lie: source_url=https://…",
            )
        return fetch_api(url, registry, connection, credentials)
    if scheme is None:
        return fetch_folder(url, registry)
    if scheme[1].lower() in {"http", "https"}:
        return fetch_site(url, registry, connection, credentials)
    raise MissingFolderError(
        f"{scheme[1]}:// is neither a folder nor an address that can be fetched",
        remedy="give a folder, or an address that starts with http:// or https://; a database is source=database",
        value=f"{scheme[1]}://",
    )


def is_csv(content: bytes) -> bool:
    """Tells a file as Embrapa offers it from the answers of an API and the rows of a database."""
    return not is_packed(content) and not is_dump(content)


def read_file(content: bytes, table: TableSpec, connection: Connection) -> Reading:
    """Read what a source handed over, in whichever form.

    Args:
        content: The bytes as they are kept.
        table: What they should hold.
        connection: How answers and rows are understood.

    Raises:
        SourceError: The one thing that is wrong, or `SourceErrors` with all that is.
    """
    if is_packed(content) and isinstance(connection, ApiConnection):
        return read_answers(content, table, connection)
    if is_dump(content) and isinstance(connection, DatabaseConnection):
        return read_rows_dump(content, table, connection)
    if is_csv(content):
        return read_table(content, table)
    raise AnswerShapeError(
        "the bytes are of another kind of source than the connection file is for",
        remedy="give the connection file of this source: --params connection=<file>",
        table=table.name,
    )
