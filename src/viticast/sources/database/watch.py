"""Ends a query that takes too long, from the side of the one who asks: a server that hangs ends none itself."""

from __future__ import annotations

import os
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import TYPE_CHECKING, cast

import sqlalchemy as sa

if TYPE_CHECKING:
    import psycopg

_STEPS = 10_000
"""Steps of SQLite's machine between two looks at the clock: some tenths of a millisecond."""
_GRACE_SECONDS = 2.0
"""How much later than the server's own time-out the connection is cut: the server's leaves the others readable."""


class Watch:
    """Looks at the clock while a query runs."""

    def __init__(self) -> None:
        self.has_ended_a_query = False
        self.seconds = 0.0
        self._deadline = float("inf")
        self._server: psycopg.Connection[object] | None = None

    def attach(self, connection: sa.Connection) -> None:
        """Watches the queries of this connection."""
        driver = connection.connection.driver_connection
        if isinstance(driver, sqlite3.Connection):
            driver.set_progress_handler(self._is_over, _STEPS)
        else:
            # The only other driver, see `address.DRIVERS`.
            self._server = cast("psycopg.Connection[object]", driver)

    @contextmanager
    def over(self, seconds: float) -> Iterator[None]:
        """Ends the query within after so many seconds; it then fails with an error of the driver."""
        self.has_ended_a_query = False
        self.seconds = seconds
        self._deadline = time.monotonic() + seconds
        timer = Timer(seconds + _GRACE_SECONDS, self._cut)
        timer.daemon = True
        if self._server is not None:
            timer.start()
        try:
            yield
        finally:
            timer.cancel()
            self._deadline = float("inf")

    def _is_over(self) -> int:
        self.has_ended_a_query = self.has_ended_a_query or time.monotonic() > self._deadline
        return int(time.monotonic() > self._deadline)

    def _cut(self) -> None:
        if self._server is None or self._server.closed:
            return
        self.has_ended_a_query = True
        with socket.socket(fileno=os.dup(self._server.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)
