"""Figures from the site, or from a mirror that serves the same file names: slow, and at times down for long."""

from datetime import UTC, datetime

from viticast.sources.answers import Answer
from viticast.sources.connections.answers import Success
from viticast.sources.connections.files import FilesConnection
from viticast.sources.credentials import Credentials
from viticast.sources.decoding import decode
from viticast.sources.errors import EmptyFileError, HtmlPageError, HttpError, MojibakeError, UnavailableError
from viticast.sources.fetched import Fetched, FetchedFile, NotFetched
from viticast.sources.tables import TableRegistry, TableSpec
from viticast.sources.web.client import Web
from viticast.sources.web.question import Check, Question

BY_HAND = "try again later, or download the files by hand and use source_url=FOLDER"


def fetch_site(
    url: str, registry: TableRegistry, connection: FilesConnection, credentials: Credentials
) -> tuple[Fetched, ...]:
    """Download `<url>/<stem>.csv` for every table.

    The bytes are passed on as they came. The site answers errors with a page and status 200: it is asked again then,
    and what it answers last is passed on for the reader to refuse, so that it is kept.

    Args:
        url: Folder of the files, e.g. `http://vitibrasil.cnpuv.embrapa.br/download`.
        registry: The tables to fetch.
        connection: Politeness and patience, and who asks.
        credentials: The secrets.

    Returns:
        For each table its file, or why there is none. Of a site that cannot be reached only one table is asked for.

    Raises:
        SourceError: HttpError for an address that is none, CredentialsError for secrets that are missing or that stand
            in the address.
    """
    last: dict[str, FetchedFile] = {}
    with Web(url, connection.requests, connection.auth, credentials, Success(), remedy=BY_HAND) as web:
        questions = [
            Question(table.file_name, table=table.name, check=_looked_at_and_kept(table, last)) for table in registry
        ]
        outcomes = web.ask_all(questions)
        return tuple(
            NotFetched(table.name, web.address_of(table.file_name), (outcome,))
            if isinstance(outcome, HttpError) and not isinstance(outcome, _NoTableError)
            else last[table.name]
            for table, outcome in zip(registry, outcomes, strict=True)
        )


class _NoTableError(UnavailableError):
    """Nothing, or a page, with a status of success."""


def _looked_at_and_kept(table: TableSpec, last: dict[str, FetchedFile]) -> Check:
    def check(answer: Answer) -> None:
        last[table.name] = FetchedFile(
            table_name=table.name,
            content=answer.content,
            address=answer.address,
            fetched_at=datetime.now(UTC),
            status=answer.status,
        )
        try:
            decode(answer.content, table.name)
        except (EmptyFileError, HtmlPageError) as error:
            raise _NoTableError(f"{answer.address}: {error.reason}", remedy=BY_HAND, table=table.name) from error
        except MojibakeError:
            # It would be the same the next time; the reader tells what is wrong.
            return

    return check
