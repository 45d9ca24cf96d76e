"""What no text may show, even where a server repeats it."""

from threading import Lock

_LONGEST = 200


class Secrets:
    """The passwords and tokens that a server is told."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: frozenset[str] = frozenset()

    def add(self, secret: str) -> None:
        """Remembers one more."""
        if secret:
            with self._lock:
                self._known |= {secret}

    def hidden_in(self, text: str) -> str:
        """A server's words in one line of at most 200 characters, without the secrets."""
        for secret in sorted(self._known, key=len, reverse=True):
            text = text.replace(secret, "***")
        line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
        return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def is_header_text(text: str) -> bool:
    """True if a header can carry it."""
    return text.isascii() and text.isprintable()
