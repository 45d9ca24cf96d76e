"""PostgreSQL: a connection that gives up in time, and transactions that cannot write."""

import logging
from math import ceil

import sqlalchemy as sa

from viticast.sources.connections import DatabaseConnection

_SHORTEST_CONNECT_SECONDS = 2
"""libpq takes no shorter one."""
_POOL = "viticast"

# Below warnings, both write connections, and what a server says that refuses one: these hold the name of the user.
for _name in (f"sqlalchemy.pool.impl.NullPool.{_POOL}", "psycopg"):
    logging.getLogger(_name).addFilter(lambda record: record.levelno > logging.INFO)


def postgresql_engine(address: sa.URL, declared: DatabaseConnection) -> sa.Engine:
    """An engine whose transactions see one moment of the database and refuse to write.

    Args:
        address: With its secrets.
        declared: How long a connection is waited for.
    """
    return sa.create_engine(
        address,
        poolclass=sa.NullPool,
        pool_logging_name=_POOL,
        connect_args={
            "connect_timeout": max(_SHORTEST_CONNECT_SECONDS, ceil(declared.connect_seconds)),
            "application_name": "viticast",
            "client_encoding": "utf8",
            # a server that vanished without a word is noticed within half a minute
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
        },
        execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
    )
