"""Whether a server still answers: asking one that does not is waiting as long for each question."""

from collections import Counter
from threading import Lock
from time import monotonic

from viticast.sources.errors import HttpError, LoginError, TooLargeAnswerError, UnavailableError, UnreachableError

FAILURES_OF_A_TABLE = 5
"""Questions of one table that fail until its others are spared: a table with a year missing is not taken anyway."""

FAILURES_IN_A_ROW = 15
"""Questions that fail one after the other, of so many tables as below, until the server is given up."""

TABLES_IN_A_ROW = 3


class Health:
    """What the questions so far say of a server."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._heard = -1.0
        self._in_a_row: list[str | None] = []
        self._of_table: Counter[str] = Counter()
        self._given_up: HttpError | None = None
        self._tables_given_up: dict[str, HttpError] = {}

    def heard(self) -> None:
        """The server said something, be it an error."""
        with self._lock:
            self._heard = monotonic()

    def succeeded(self) -> None:
        """A question was answered."""
        with self._lock:
            self._in_a_row.clear()

    def failed(self, error: HttpError, table: str | None, began: float) -> None:
        """A question has used up its attempts.

        Args:
            error: Why.
            table: File stem of the VitiBrasil table; None is another one each time.
            began: When it was asked first, on the monotonic clock: a server that answered others since is there.
        """
        with self._lock:
            if isinstance(error, UnavailableError | TooLargeAnswerError):
                self._in_a_row.append(table)
            if self._given_up is None and (self._is_gone(error, began) or self._is_down()):
                self._given_up = error
            # Who asks is no matter of a table.
            if table is not None and not isinstance(error, LoginError):
                self._of_table[table] += 1
                if self._of_table[table] == FAILURES_OF_A_TABLE:
                    self._tables_given_up[table] = error

    def require(self, shown: str, table: str | None) -> None:
        """Spares a question that would only wait.

        Raises:
            HttpError: UnreachableError if the server was given up, the last failure's kind if the table was.
        """
        with self._lock:
            of_all, of_table = self._given_up, self._tables_given_up.get(table or "")
        if of_all is not None:
            raise _spared(UnreachableError, shown, of_all, table)
        if of_table is not None:
            raise _spared(type(of_table), shown, of_table, table)

    def _is_gone(self, error: HttpError, began: float) -> bool:
        return isinstance(error, UnreachableError) and self._heard < began

    def _is_down(self) -> bool:
        if len(self._in_a_row) < FAILURES_IN_A_ROW:
            return False
        return len({*self._in_a_row} - {None}) + self._in_a_row.count(None) >= TABLES_IN_A_ROW


def _spared(kind: type[HttpError], shown: str, error: HttpError, table: str | None) -> HttpError:
    return kind(f"{shown} was not asked, because {error.reason}", remedy=error.remedy, table=table, value=error.value)
