"""How fast requests follow each other."""

from threading import Event, Lock
from time import monotonic


class Pace:
    """Lets requests start: so many in a second, and none while the server asked for a pause."""

    def __init__(self, per_second: float | None, closing: Event) -> None:
        """Set the pace.

        Args:
            per_second: Requests that may start in a second, None for as many as there are.
            closing: Set when nobody waits any longer.
        """
        self._between = 0.0 if per_second is None else 1 / per_second
        self._closing = closing
        self._lock = Lock()
        self._next = 0.0

    def wait(self) -> None:
        """Waits until one more request may start."""
        while not self._closing.is_set() and (pause := self._claim()) > 0:
            self._closing.wait(pause)

    def hold(self, seconds: float) -> None:
        """Lets no request start for so long."""
        with self._lock:
            self._next = max(self._next, monotonic() + seconds)

    def _claim(self) -> float:
        with self._lock:
            now = monotonic()
            if (pause := self._next - now) <= 0:
                self._next = now + self._between
            return pause
