"""Whether a server still answers: asking one that does not is waiting as long for each question."""

from threading import Lock
from time import monotonic

from viticast.sources.errors import HttpError, TooLargeAnswerError, UnavailableError, UnreachableError

FAILURES_IN_A_ROW = 20
"""Questions that fail one after the other, attempts and all, until a server that does answer is given up."""


class Health:
    """What the questions so far say of a server."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._heard = -1.0
        self._failures = 0
        self._given_up: HttpError | None = None

    def heard(self) -> None:
        """The server said something, be it an error."""
        with self._lock:
            self._heard = monotonic()

    def succeeded(self) -> None:
        """A question was answered."""
        with self._lock:
            self._failures = 0

    def failed(self, error: HttpError, began: float) -> None:
        """A question has used up its attempts.

        Args:
            error: Why.
            began: When it was asked first, on the monotonic clock: a server that answered others since is there.
        """
        with self._lock:
            if isinstance(error, UnavailableError | TooLargeAnswerError):
                self._failures += 1
            is_gone = isinstance(error, UnreachableError) and self._heard < began
            if self._given_up is None and (is_gone or self._failures >= FAILURES_IN_A_ROW):
                self._given_up = error

    def require(self, shown: str, table: str | None) -> None:
        """Spares a question that would only wait.

        Raises:
            UnreachableError: The server was given up.
        """
        with self._lock:
            error = self._given_up
        if error is not None:
            raise UnreachableError(
                f"{shown} was not asked, because {error.reason}",
                remedy=error.remedy,
                table=table,
                value=error.value,
            )
