"""MLflow's embedded store, an SQLite file: made whole before it has its name, and changed by one process at a time."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from viticast.datasets.locks import exclusive
from viticast.lake.storage import make_folder, put_in_place, sweep
from viticast.lake.writers import unfinished_path

SQLITE = "sqlite:///"

logger = logging.getLogger(__name__)


@contextmanager
def store_lock(tracking_uri: str, purpose: str) -> Iterator[None]:
    """Lets one process at a time change what is shared in MLflow's store.

    Args:
        tracking_uri: The store. One that is no SQLite file has a server that keeps its own order: it is not locked.
        purpose: What this process waits to do, for whoever waits with it.

    Raises:
        HeldLockError: The process that holds the lock hangs.
    """
    database = _database(tracking_uri)
    if database is None:
        yield
        return
    with exclusive(database.with_name(f"{database.name}.lock"), purpose):
        yield


def make_store(tracking_uri: str) -> None:
    """Makes the tables of an SQLite store that is not there yet.

    MLflow makes them one by one, and finds no way on if it was stopped between two of them.
    """
    database = _database(tracking_uri)
    if database is None or database.exists():
        return
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore  # noqa: PLC0415 - only the first run needs it

    make_folder(database.parent)
    sweep(str(database.parent))
    unfinished = unfinished_path(database)
    try:
        store = SqlAlchemyStore(f"{SQLITE}{unfinished}", str(database.with_name("artifacts").absolute()))  # type: ignore[no-untyped-call]
        store.engine.dispose()
        put_in_place(unfinished, database)
    finally:
        unfinished.unlink(missing_ok=True)
    logger.info("MLflow's store was made: %s", database)


def _database(tracking_uri: str) -> Path | None:
    return Path(tracking_uri.removeprefix(SQLITE)) if tracking_uri.startswith(SQLITE) else None
