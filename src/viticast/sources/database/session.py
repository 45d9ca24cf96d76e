"""A database that is only read: all tables in one transaction, and no wait without an end."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from viticast.sources.connections import DatabaseConnection
from viticast.sources.database.address import shown
from viticast.sources.database.dump import Column
from viticast.sources.database.names import matching
from viticast.sources.database.postgresql import postgresql_engine
from viticast.sources.database.sqlite import sqlite_engine
from viticast.sources.database.watch import Watch
from viticast.sources.errors import DatabaseError, MissingDatabaseTableError

MOST_ROWS = 1_000_000
"""The largest table has some 150 rows, or 17,000 in the long layout: one with more has another use."""


class LostDatabaseError(DatabaseError):
    """The connection is gone: asking for the next table would fail as well."""


@dataclass(frozen=True)
class Relation:
    """A table or view of the database, with its columns in their order."""

    name: str
    is_view: bool
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(column.name for column in self.columns)


class Session:
    """An open transaction that cannot write.

    Args:
        connection: Of the database.
        watch: Ends a query that takes too long.
        declared: Schema and time-outs.
        address: To be shown.
        secrets: Texts that no message may repeat.
    """

    def __init__(
        self,
        connection: sa.Connection,
        watch: Watch,
        declared: DatabaseConnection,
        address: str,
        secrets: Sequence[str],
    ) -> None:
        self._connection = connection
        self._watch = watch
        self._declared = declared
        self._address = address
        self._secrets = tuple(secrets)
        with self._asking():
            inspector = sa.inspect(connection)
            views = set(inspector.get_view_names(declared.db_schema))
            if connection.dialect.name == "postgresql":
                views |= set(inspector.get_materialized_view_names(declared.db_schema))
            self._names = tuple(sorted({*inspector.get_table_names(declared.db_schema), *views}))
        self._views = views
        self._inspector = inspector

    def relation(self, name: str) -> Relation:
        """Finds a table or view.

        Raises:
            DatabaseError: MissingDatabaseTableError for none, and DatabaseError for several that differ in case alone.
        """
        found = matching(name, self._names)
        if len(found) > 1:
            raise DatabaseError(
                f"{self._address} has {' and '.join(found)}: which is meant by {name!r} is not told",
                remedy="name the table in the connection file with its capitals",
                value=name,
            )
        if not found:
            raise self._missing(name)
        with self._asking():
            columns = self._inspector.get_columns(found[0], self._declared.db_schema)
        kept = tuple(Column(column["name"], _type_name(column["type"])) for column in columns)
        return Relation(found[0], found[0] in self._views, kept)

    def rows(
        self, relation: Relation, names: Sequence[str], where: Mapping[str, str | int]
    ) -> list[tuple[object, ...]]:
        """Reads rows in the order in which the database keeps them; those of a view in the order that it gives.

        Args:
            relation: Table or view.
            names: Columns to read, as they are called there.
            where: Column, as it is called there -> the value that its rows have.

        Raises:
            DatabaseError: The query fails, takes too long or has no end; LostDatabaseError if the connection is gone.
        """
        table = sa.table(relation.name, *map(sa.column, relation.names), schema=self._declared.db_schema)
        query = sa.select(*(table.c[name] for name in names)).where(
            *(table.c[name] == value for name, value in where.items())
        )
        if (place := self._place_of_rows(relation)) is not None:
            query = query.order_by(place)
        with self._asking():
            rows = [tuple(row) for row in self._connection.execute(query.limit(MOST_ROWS + 1))]
        if len(rows) > MOST_ROWS:
            raise DatabaseError(
                f"{relation.name} has more than {MOST_ROWS:,} rows: no table of figures has so many",
                remedy="check which table the connection file names, or narrow it by `where`",
                value=relation.name,
            )
        return rows

    def _place_of_rows(self, relation: Relation) -> "sa.ColumnClause[object] | None":
        """The hidden column by which a table's rows stand as they were written."""
        if relation.is_view:
            return None
        if self._connection.dialect.name == "postgresql":
            return sa.literal_column("ctid")
        options = self._inspector.get_table_options(relation.name, self._declared.db_schema)
        has_place = options.get("sqlite_with_rowid", True) and not matching("rowid", relation.names)
        return sa.literal_column("rowid") if has_place else None

    def _missing(self, name: str) -> MissingDatabaseTableError:
        place = f"schema {self._declared.db_schema!r} of " if self._declared.db_schema else ""
        more = f" and {len(self._names) - 20} more" if len(self._names) > 20 else ""
        there = f"has {', '.join(self._names[:20])}{more}" if self._names else "has no table at all"
        return MissingDatabaseTableError(
            f"{place}{self._address} has no table {name!r}; it {there}",
            remedy="name the table under `wide` or `long` of the connection file, and its schema under `db_schema`; "
            "or have the database filled",
            value=name,
        )

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Around a query: it ends in time, and one that fails leaves the transaction as it was."""
        with (
            cleaned(self._address, self._secrets, self._watch),
            self._watch.over(self._declared.query_seconds),
            self._connection.begin_nested(),
        ):
            yield


def _type_name(kind: object) -> str:
    """What the database calls a type; nothing where SQLAlchemy has no words for it."""
    return "" if isinstance(kind, sa.types.NullType) else str(kind)


@contextmanager
def open_session(address: sa.URL, declared: DatabaseConnection) -> Iterator[Session]:
    """Opens a database for reading, at one moment.

    Args:
        address: With its secrets.
        declared: Schema and time-outs.

    Raises:
        DatabaseError: It cannot be reached, or refuses.
    """
    plain = shown(address)
    # the server quotes the name of the user it refuses
    secrets = [secret for secret in (address.password, f'"{address.username}"' if address.username else None) if secret]
    watch = Watch()
    is_sqlite = address.get_backend_name() == "sqlite"
    engine = (sqlite_engine if is_sqlite else postgresql_engine)(address, declared)
    try:
        with cleaned(plain, secrets, watch):
            connection = engine.connect()
        try:
            watch.attach(connection)
            with cleaned(plain, secrets, watch):
                if is_sqlite:
                    connection.exec_driver_sql("BEGIN")
                else:
                    # for this transaction alone: a pooler in between refuses what is asked for at the connection
                    limit = str(ceil(declared.query_seconds * 1000))
                    connection.execute(sa.select(sa.func.set_config("statement_timeout", limit, True)))
            yield Session(connection, watch, declared, plain, secrets)
        finally:
            connection.invalidate()
            connection.close()
    finally:
        engine.dispose()


@contextmanager
def cleaned(address: str, secrets: Sequence[str], watch: Watch) -> Iterator[None]:
    """Turns the errors of the driver into errors that say what to do and repeat no secret."""
    try:
        yield
    except DBAPIError as error:
        words = " ".join(str(error.orig).split())
        for secret in secrets:
            words = words.replace(secret, "***")
        words = words[:300].rstrip(".?")
        kind = LostDatabaseError if error.connection_invalidated else DatabaseError
        if watch.has_ended_a_query or getattr(error.orig, "sqlstate", None) == _QUERY_CANCELED:
            raise _too_slow(kind, words, address, watch.seconds) from None
        remedy = next((remedy for sign, remedy in _REMEDIES.items() if sign in words), "see what the database says")
        raise kind(f"{address}: {words}", remedy=remedy, value=words) from None
    except SQLAlchemyError as error:
        name = type(error).__name__
        raise DatabaseError(f"{address}: {name}", remedy="check the connection file", value=name) from None


def _too_slow(kind: type[DatabaseError], words: str, address: str, seconds: float) -> DatabaseError:
    return kind(
        f"{address}: a query took longer than {seconds:g} s and was ended",
        remedy="see why the table is slow (a view, a lock), or raise `query_seconds` of the connection file",
        value=words,
    )


_QUERY_CANCELED = "57014"
"""SQLSTATE of a statement that the server ended, whatever the language of its words."""

_REMEDIES = {
    "password": "set VITICAST_DATABASE_PASSWORD (and VITICAST_DATABASE_USERNAME) in the environment, or "
    "`database_password` in conf/local/credentials.yml",
    "role": "set VITICAST_DATABASE_USERNAME in the environment, or `database_username` in conf/local/credentials.yml",
    "locked": "wait until the program that writes the database is done, or raise `connect_seconds` of the connection "
    "file",
    "malformed": "restore the file from a copy: SQLite finds it damaged",
    "not a database": "give the path of a SQLite file",
    "unable to open": "check the path in source_url, and that this user may read the file",
    "permission denied": "let the user read the table: GRANT SELECT ON … TO …",
    "byte sequence": "have the table written again, in a database with the encoding UTF8",
    "refused": "check host and port in source_url, and that the server is up",
    "timeout": "check host and port in source_url, and that the server is up; or raise `connect_seconds`",
    "does not exist": "check the name of the database in source_url",
    "operator": "write the value under `where` as the column has it: a number without quotes, a text with them",
}
