"""All tables of a database, read in one transaction; one that fails keeps the vintage that it has."""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime

import sqlalchemy as sa

from viticast.contracts.declared import REMEDY, DeclarationError
from viticast.sources.connections import DatabaseConnection
from viticast.sources.credentials import Credentials
from viticast.sources.database.address import parse_address, shown
from viticast.sources.database.dump import Column, dump
from viticast.sources.database.names import first_matching
from viticast.sources.database.session import LostDatabaseError, Relation, Session, open_session
from viticast.sources.errors import DatabaseError, MissingColumnError, RefreshError, SourceError
from viticast.sources.fetched import Fetched, FetchedFile, NotFetched
from viticast.sources.tables import TableRegistry, TableSpec
from viticast.sources.web.refresh import refresh_tables

_logger = logging.getLogger(__name__)


def fetch_database(
    url: str, registry: TableRegistry, connection: DatabaseConnection, credentials: Credentials
) -> tuple[Fetched, ...]:
    """Read the rows of all tables at one moment; nothing is written.

    Args:
        url: SQLAlchemy URL of a SQLite file or a PostgreSQL database, without a password.
        registry: The tables; in the long layout those that the connection names are read.
        connection: Which table stands where.
        credentials: User and password of the database, and those of the server that refreshes it.

    Returns:
        For each table its rows as `dump` writes them, or why they did not come.

    Raises:
        SourceError: CredentialsError or DatabaseError for the address itself. It is not repeated.
        DeclarationError: Two tables are read from the same rows, or the address of the server that refreshes the
            database is missing.
    """
    address = parse_address(url, credentials)
    wanted = [table for table in registry if connection.layout == "wide" or table.name in connection.long]
    _require_places_of_their_own(wanted, connection)
    stale = _refresh(url, wanted, connection, credentials)
    left = [table for table in wanted if table.name not in stale]
    fetched = {one.table_name: one for one in _read_all(left, address, connection)}
    return tuple(
        fetched[table.name]
        if table.name in fetched
        else NotFetched(table.name, _address(address, table, connection), (stale[table.name],))
        for table in wanted
    )


def _require_places_of_their_own(tables: Iterable[TableSpec], connection: DatabaseConnection) -> None:
    """Refuses to read two tables from the same rows: one of them would have the other's figures."""
    owners: dict[tuple[str, ...], str] = {}
    for table in tables:
        where = connection.long[table.name].where if connection.layout == "long" else {}
        place = _database_table(table, connection)
        key = (place.casefold(), *sorted(f"{name.casefold()}={value}" for name, value in where.items()))
        if (owner := owners.setdefault(key, table.name)) != table.name:
            raise DeclarationError(f"{owner} and {table.name} are both read from the same rows of {place}. {REMEDY}")


def _refresh(
    url: str, tables: list[TableSpec], connection: DatabaseConnection, credentials: Credentials
) -> dict[str, RefreshError]:
    """Has the database renewed, and says which tables must not be read as they are."""
    refresh = connection.refresh
    if refresh is None:
        return {}
    failed = refresh_tables(refresh, url, tables, credentials)
    if refresh.required:
        return failed
    for error in failed.values():
        _logger.warning("%s; the figures that the database has are read", error)
    return {}


def _read_all(
    tables: Iterable[TableSpec], address: sa.URL, connection: DatabaseConnection
) -> list[FetchedFile | NotFetched]:
    left = list(tables)
    fetched: list[FetchedFile | NotFetched] = []
    try:
        if left:
            with open_session(address, connection) as session:
                while left:
                    fetched.append(_read(left[0], session, address, connection))
                    del left[0]
    except DatabaseError as lost:
        # one question was enough: the others would wait as long for the same answer
        fetched += [NotFetched(table.name, _address(address, table, connection), (_of(lost, table),)) for table in left]
    return fetched


def _read(table: TableSpec, session: Session, address: sa.URL, connection: DatabaseConnection) -> Fetched:
    place = _address(address, table, connection)
    try:
        content = _content(table, session, connection)
    except LostDatabaseError:
        raise
    except DatabaseError as error:
        return NotFetched(table.name, place, (_of(error, table),))
    return FetchedFile(table.name, content, place, datetime.now(UTC))


def _content(table: TableSpec, session: Session, connection: DatabaseConnection) -> bytes:
    relation = session.relation(_database_table(table, connection))
    names, where = _selection(relation, table, connection)
    rows = session.rows(relation, names, where)
    types = {column.name: column.type for column in relation.columns}
    return dump(table.name, relation.name, [Column(name, types[name]) for name in names], rows)


def _selection(
    relation: Relation, table: TableSpec, connection: DatabaseConnection
) -> tuple[list[str], dict[str, str | int]]:
    """Which columns are read, and under which condition: of a long table no more than what is used."""
    if connection.layout == "wide":
        _ordering(relation, connection)
        return list(relation.names), {}
    long, fields = connection.long[table.name], connection.fields_of(table.name)
    needed = {"item": fields.item, "year": fields.year, "quantity": fields.quantity}
    needed |= {"value": fields.value} if len(table.measures) > 1 else {}
    if table.layout == "grouped":
        needed |= {"group": fields.group} if fields.group else {}
        needed |= {"control": fields.control} if fields.control else {}
    columns = [_column(spellings, f"fields.{name}", relation) for name, spellings in needed.items()]
    ordering = _ordering(relation, connection)
    where = {_column((name,), "where", relation): value for name, value in long.where.items()}
    return list(dict.fromkeys([*([ordering] if ordering else []), *columns])), where


def _ordering(relation: Relation, connection: DatabaseConnection) -> str | None:
    """The column that numbers rows; where it is not declared by a name of its own, it may be missing."""
    if connection.order is None:
        return None
    if connection.order != DatabaseConnection.model_fields["order"].default:
        return _column((connection.order,), "order", relation)
    return first_matching((connection.order,), relation.names)


def _column(spellings: tuple[str, ...], key: str, relation: Relation) -> str:
    found = first_matching(spellings, relation.names)
    if found is None:
        wanted = f"has no column {' or '.join(map(repr, spellings))}" if spellings else f"needs a column for `{key}`"
        raise MissingColumnError(
            f"{relation.name} {wanted}; it has {', '.join(relation.names[:20])}",
            remedy=f"name the column under `{key}` of the connection file",
            value=", ".join(spellings) or None,
        )
    return found


def _database_table(table: TableSpec, connection: DatabaseConnection) -> str:
    if connection.layout == "long":
        return connection.long[table.name].table
    return connection.wide.get(table.name, table.database_table)


def _address(address: sa.URL, table: TableSpec, connection: DatabaseConnection) -> str:
    schema = f"{connection.db_schema}." if connection.db_schema else ""
    return shown(address, f"{schema}{_database_table(table, connection)}")


def _of(error: SourceError, table: TableSpec) -> SourceError:
    return type(error)(error.reason, remedy=error.remedy, table=table.name, value=error.value)
