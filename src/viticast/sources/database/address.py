"""Addresses of databases: what a user writes, without a secret, and what may be shown of it."""

import re

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from viticast.sources.credentials import Credentials
from viticast.sources.errors import CredentialsError, DatabaseError

DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "sqlite": "sqlite+pysqlite",
}
_EXAMPLES = "sqlite:////home/me/vitidata.db or postgresql://user@host:5432/vitidata"
_SECRET_KEY = re.compile(r"passw|passphrase|secret|token", re.IGNORECASE)
_SECRETS = (
    "take it out of the address, and set VITICAST_DATABASE_PASSWORD in the environment or `database_password` in "
    "conf/local/credentials.yml"
)


def parse_address(url: str, credentials: Credentials) -> URL:
    """Understand the address of a database, and add the credentials to it.

    Args:
        url: SQLAlchemy URL of a SQLite file or of a PostgreSQL database; its driver is chosen here.
        credentials: User and password.

    Returns:
        The address with its secrets: it is never shown, see `shown`.

    Raises:
        SourceError: CredentialsError for a password in the address, DatabaseError for an address that is none. Neither
            repeats it.
    """
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        # neither the address nor SQLAlchemy's words about it are repeated: either may hold a password
        raise DatabaseError(
            "the address of the database cannot be understood", remedy=f"write it like {_EXAMPLES}"
        ) from None
    if address.password is not None or any(_SECRET_KEY.search(key) for key in address.query):
        raise CredentialsError(
            "the address of the database has a password in it, which would be logged and kept with the figures",
            remedy=_SECRETS,
        )
    driver = DRIVERS.get(address.get_backend_name())
    if driver is None:
        raise DatabaseError(
            f"{address.get_backend_name()!r} is neither sqlite nor postgresql: no other database is read",
            remedy=f"write the address like {_EXAMPLES}, or export the tables as CSV files and use source=embrapa",
            value=address.get_backend_name(),
        )
    if driver.startswith("sqlite"):
        return address.set(drivername=driver)
    secret = credentials.database_password
    return address.set(
        drivername=driver,
        username=credentials.database_username or address.username,
        password=secret.get_secret_value() if secret else None,
    )


def shown(address: URL, database_table: str | None = None) -> str:
    """The address without user, password and parameters; with the table behind `#` where there is one."""
    backend = address.get_backend_name()
    plain = URL.create(backend, host=address.host, port=address.port, database=address.database)
    text = plain.render_as_string()
    return text if database_table is None else f"{text}#{database_table}"
